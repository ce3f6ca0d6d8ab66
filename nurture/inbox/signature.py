"""Where a signature begins in what a person wrote: at its mark, at a telephone's line, or as a block to reach him by.

A closing formula and the name below it stay: they are written for this mail, and a name alone may be an answer. What
goes is what follows them only to reach the person, and only where nothing in it reads like a sentence.
"""

import re
from collections.abc import Sequence
from itertools import islice

from nurture.inbox.device_line import is_device_line
from nurture.inbox.quoted_header import is_rule

_LONGEST_BLOCK = 20
_LONGEST_LINE = 100

_MARK = re.compile(r"\s{0,2}--\s{0,2}$")
"""RFC 3676 4.3 wants a space behind; many programs lose it."""

_WEAK_MARK = re.compile(r"\s{0,4}(?:—|––|-{3}|_{2,80}|-{4,80}|={3,80}|\*{3,80}|[─━═＝ー]{3,80})\s{0,4}$")
"""Also draws a line within a letter."""

_SIGNED_OFF = re.compile(r"-[^\W\d_a-z][\w.'’]{0,30}(?: [^\W\d_a-z][\w.'’]{0,30}){0,3}")
"""`-Somchai` below a blank line, as people sign on lists."""

_WORD = re.compile(r"[^\W\d_]+")

_CLOSINGS = frozenset(
    """
    best regards|kind regards|warm regards|warmest regards|regards|best|all the best|best wishes|
    with best regards|with kind regards|
    many thanks and best regards|thanks and regards|thanks & regards|thank you and best regards|thanks|
    many thanks|thank you|
    thanks in advance|thanks again|thank you very much|sincerely|sincerely yours|yours sincerely|
    yours faithfully|yours truly|yours|
    cheers|cordially|respectfully|br|rgds|kr|bw|talk soon|take care|warmly|cordial regards|very best|with gratitude|
    mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße|freundliche grüsse|
    viele grüße|
    viele grüsse|beste grüße|beste grüsse|liebe grüße|liebe grüsse|herzliche grüße|herzliche grüsse|
    schöne grüße|mit besten grüßen|
    mit besten grüssen|mfg|lg|vg|bg|gruß|gruss|hochachtungsvoll|vielen dank|danke|besten dank|herzlichen dank|
    cordialement|bien cordialement|très cordialement|bien à vous|bien à toi|sincères salutations|
    salutations distinguées|
    meilleures salutations|cdlt|cdt|merci|merci d'avance|merci beaucoup|amicalement|bonne journée|
    bonne réception|respectueusement|
    un saludo|saludos|saludos cordiales|un cordial saludo|atentamente|cordialmente|gracias|muchas gracias|
    un abrazo|atte|
    quedo a la espera|recibe un cordial saludo|reciba un cordial saludo|
    cordiali saluti|distinti saluti|saluti|un saluto|un caro saluto|grazie|cari saluti|grazie mille|
    atenciosamente|att|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|abraços|abs|obrigado|
    obrigada|grato|grata|
    muito obrigado|muito obrigada|
    met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|groeten|groet|
    hartelijke groet|mvg|
    alvast bedankt|bedankt|
    med vänliga hälsningar|vänliga hälsningar|vänligen|mvh|hälsningar|bästa hälsningar|tack|med venlig hilsen|
    venlig hilsen|
    venlige hilsner|de bedste hilsner|hilsen|kh|vh|tak|med vennlig hilsen|vennlig hilsen|hilsener|beste hilsen|takk|
    ystävällisin terveisin|terveisin|parhain terveisin|yst.terv|yt|t|kiitos|
    pozdrawiam|z poważaniem|z wyrazami szacunku|serdecznie pozdrawiam|dziękuję|s pozdravem|hezký den|
    s přátelským pozdravem|děkuji|
    с уважением|с наилучшими пожеланиями|спасибо|всего доброго|з повагою|з найкращими побажаннями|дякую|
    saygılarımla|saygılarımızla|iyi çalışmalar|teşekkürler|teşekkür ederim|sevgiler|
    με εκτίμηση|με φιλικούς χαιρετισμούς|ευχαριστώ|φιλικά|בברכה|תודה|בכבוד רב|مع التحية|تحياتي|مع أطيب التحيات|
    وتفضلوا بقبول فائق الاحترام|
    شكرا|شكراً|trân trọng|thân mến|xin cảm ơn|cảm ơn|kính thư|salam|hormat saya|salam hangat|terima kasih|
    ขอแสดงความนับถือ|ด้วยความนับถือ|ด้วยความเคารพ|ขอบคุณ|ขอบคุณครับ|ขอบคุณค่ะ|ขอบคุณมากครับ|ขอบคุณมากค่ะ|
    ขอบพระคุณ|ขอบพระคุณครับ|
    ขอบพระคุณค่ะ|ขอบคุณมาก|ขอบใจ|
    よろしくお願いいたします|よろしくお願いします|宜しくお願いいたします|宜しくお願いします|
    宜しくお願い致します|よろしくお願い致します|敬具|
    以上|此致|敬礼|敬礼!|谢谢|謝謝|顺祝商祺|祝好|祝商祺|敬上|감사합니다|드림|올림|감사드립니다
    """.replace("\n    ", "").strip().split("|")
)  # fmt: skip

_LABEL = re.compile(
    r"\W{0,4}(?:tel|telephone|phone|ph|mobile|mob|cell|fax|office|direct|hotline|main|toll[- ]free|t|m|p|f|o|d|"
    r"e|w|c|a|tél|"
    r"téléphone|portable|telefon|handy|mobil|durchwahl|móvil|movil|teléfono|cellulare|cell|telefono|telefone|"
    r"celular|telefoon|mobiel|"
    r"puh|gsm|tlf|kom|тел|моб|телефон|факс|τηλ|κιν|טל|נייד|هاتف|جوال|điện thoại|đt|sđt|hp|telp|โทร|โทรศัพท์|"
    r"มือถือ|เบอร์โทร|แฟกซ์|แฟ็กซ์|"
    r"電話|携帯|住所|手机|电话|手機|地址|邮箱|전화|휴대폰|핸드폰|팩스|line(?: ?id)?|ไลน์|ไอดีไลน์|skype|"
    r"whatsapp|wechat|zalo|e-?mail|mail|อีเมล|"
    r"メール|이메일|web|website|site|internet|url|address|adresse|dirección|indirizzo|ที่อยู่|เว็บไซต์|linkedin|"
    r"twitter|facebook|instagram)"
    r"(?:\s?(?:no|nr|id|number)\.?)?\s{0,3}(?:[.:：|/)]|\s(?=[+(\d]))\s{0,3}\S",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\W{0,4}\+?[\d(][\d\s().\-/–]{6,30}(?:\s?(?:ext|x)\.?\s?\d{1,5})?\W{0,3}$")
_REACHED = re.compile(
    r"^[\W_]{0,4}(?:https?://|www\.)\S{3,300}$|^[\W_]{0,4}(?:mailto:)?[^\s@]{1,80}@[^\s@]{3,120}$", re.IGNORECASE
)
_AFTERTHOUGHT = re.compile(r"\W{0,3}(?:p\.?\s?s\b|n\.?b\b|ps\.|post ?scriptum|ป\.?ล\.?|追伸|又及|추신)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[?!？！。]\W{0,3}$|\w{3,}[^\s\w]{0,2}\.\s{0,3}$")


def signature_start(lines: Sequence[str], *, has_words_above: bool = False, writer: str = "") -> int | None:
    """Where the signature of these lines begins; None where they have none.

    `has_words_above`: others of his words do. `writer` is his name, by which a block without a formula is known.
    """
    has_words = has_words_above
    for place, line in enumerate(lines):
        if has_words and _begins(lines, place):
            return place
        has_words = has_words or (bool(line.strip()) and not is_rule(line))
    said = [place for place, line in enumerate(lines) if line.strip()]
    if len(said) > 1 and _SIGNED_OFF.fullmatch(lines[said[-1]]) and said[-1] - said[-2] > 1:
        return said[-1]
    return _block_start(lines, said, writer)


def _begins(lines: Sequence[str], place: int) -> bool:
    line = lines[place]
    if len(line) > 3 * _LONGEST_LINE:
        return False
    if _MARK.match(line):
        return True
    if _WEAK_MARK.match(line):
        return _is_short_end(lines, place + 1, is_drawn=line.strip()[0] in "-=*")
    return is_device_line(line, stands_alone=place == 0 or not lines[place - 1].strip())


def _is_short_end(lines: Sequence[str], place: int, *, is_drawn: bool) -> bool:
    """Whether all from here on could be a signature: few, short lines, one of them to reach somebody by, or a name.

    `is_drawn`: below a line that people draw between two parts of a letter, a name is not enough.
    """
    below: list[str] = []
    for line in islice(lines, place, None):
        if line.strip() and not is_rule(line):
            below.append(line)
        if len(below) > _LONGEST_BLOCK // 2 or len(line) > _LONGEST_LINE or line.rstrip().endswith((":", "：")):
            return False
    if not below or any(map(_is_contact, below)):
        return True
    return not is_drawn and len(below) <= 4 and all(len(line.split()) <= 5 for line in below) and not _says_more(below)


def _says_more(lines: Sequence[str]) -> bool:
    return any(_is_sentence(line) or line.rstrip().endswith(("?", "!")) or line[:1].islower() for line in lines)


def _block_start(lines: Sequence[str], said: Sequence[int], writer: str) -> int | None:
    """Where formula and name end and telephone numbers, titles and addresses begin, at the end of a letter."""
    tail = said[-_LONGEST_BLOCK:]
    for position in range(len(tail) - 1, -1, -1):
        place = tail[position]
        is_formula = is_closing(lines[place])
        if place == said[0] or not (is_formula or _names(lines[place], writer)):
            continue
        below = tail[position + 1 :]
        if not below or not all(_may_be_in_block(lines[number]) for number in below):
            return None
        if not is_formula and lines[tail[position - 1]].rstrip().endswith((":", "：")):
            return None
        kept = 1 if is_formula and not _is_contact(lines[below[0]]) else 0
        return below[kept] if any(_is_contact(lines[number]) for number in below[kept:]) else None
    return None


def _names(line: str, writer: str) -> bool:
    """Whether a line is the writer's name and hardly more."""
    name = _WORD.findall(writer.casefold()[:100])
    words = _WORD.findall(line.casefold()[:100])
    return bool(name) and "@" not in writer and set(name) <= set(words) and len(words) <= len(name) + 2


def is_closing(line: str) -> bool:
    """Whether a line is nothing but a formula such as `Kind regards,`, maybe with the name behind it."""
    text = line[:80].strip(" \t,.!~*_;:-–—、。，！").lower().replace("’", "'")
    head = re.split(r"[,、，]", text, maxsplit=1)[0].strip()
    return text in _CLOSINGS or (head in _CLOSINGS and len(text) - len(head) <= 30 and len(text.split()) <= 6)


def _is_contact(line: str) -> bool:
    """Whether a line is there to reach somebody by."""
    line = line[:300]
    if _NUMBER.match(line) or _REACHED.match(line):
        return True
    pieces = [piece for piece in re.split(r"[|•·]", line)[:8] if piece.strip()]
    if len(pieces) > 1 and any(_is_contact(piece) for piece in pieces):
        return True
    return _LABEL.match(line) is not None and (
        sum(letter.isdigit() for letter in line) >= 6 or "@" in line or "." in line
    )


def _may_be_in_block(line: str) -> bool:
    if _AFTERTHOUGHT.match(line) or len(line) > 2 * _LONGEST_LINE or line.rstrip().endswith((":", "：", "?")):
        return False
    return _is_contact(line) or not _is_sentence(line)


def _is_sentence(line: str) -> bool:
    words = line.split()
    return len(line) > _LONGEST_LINE or (len(words) > 4 and _SENTENCE_END.search(line[-60:]) is not None)
