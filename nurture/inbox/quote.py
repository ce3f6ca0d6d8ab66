"""What the person wrote in an answer: without the mail it quotes and without the signature, line by line.

Every pattern looks at a bounded line: the patterns of reply libraries take seconds on a few kilobytes of hostile mail.
"""

import re
from collections.abc import Sequence

MAX_LINES = 5_000
MAX_LINE = 2_000
_MAX_ATTRIBUTION = 600

_OPENERS = (
    r"On|At|Le|Am|Um|El|Il giorno|Il|Em|A|Op|Den|På|Pe|Dne|Dnia|W dniu|Vào|Pada|Στις|Ker|Tarihinde|"
    r"เมื่อ|ในวันที่|วันที่|เมื่อวันที่|В|"
)
_WROTE = (
    "wrote", "sent", "writes", "schrieb", "schreef", "geschreven", "écrit", "escribió", "escribio", "scritto",
    "escreveu", "skrev", "napisał", "napisał(a)", "napsal", "napsal(a)", "kirjoitti", "написал", "написал(а)", "пишет",
    "viết", "menulis", "yazdı", "a scris", "έγραψε", "เขียนว่า", "เขียน", "เขียนข้อความ", "写道", "のメール", "님이 작성",
)  # fmt: skip
_WROTE_INSIDE = re.compile(r"\s(?:schrieb|skrev|schreef|heeft)\s", re.IGNORECASE)  # the name follows the verb
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(r"<[^<>\s]{1,200}@[^<>\s]{1,200}>")
_DATED_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d?:\d\d (?:GMT|UTC)[+-]\d\d:\d\d\s.{1,200}$")
_STARTS_LIKE_ATTRIBUTION = re.compile(rf"^[\s*_-]{{0,40}}(?:{_OPENERS})[\s,]", re.IGNORECASE)

_ORIGINAL = re.compile(
    r"^[\s>]{0,20}[-_*]{2,40}\s{0,5}(?:(?:begin |start of )?(?:original|forwarded) (?:message|mail)|reply message|"
    r"ursprüngliche (?:nachricht|e-?mail)|weitergeleitete nachricht|message (?:d'origine|original|transféré)|"
    r"mensaje (?:original|reenviado)|messaggio (?:originale|inoltrato)|mensagem (?:original|encaminhada)|"
    r"oorspronkelijk bericht|oprindelig (?:meddelelse|besked)|opprinnelig melding|ursprungligt meddelande|"
    r"alkuperäinen viesti|исходное сообщение|пересылаемое сообщение|"
    r"ข้อความต้นฉบับ|ข้อความเดิม|ข้อความที่ส่งต่อ|元のメッセージ|原始邮件|원본 메일)\s{0,5}[-_*]{0,40}\s{0,5}$",
    re.IGNORECASE,
)
_FROM = r"from|von|de|da|fra|från|van|od|desde|от|lähettäjä|จาก|ผู้ส่ง|差出人|发件人|보낸 ?사람"
_OTHER = (
    r"sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyé|date|à|objet|enviado(?: el)?|fecha|para|asunto|"
    r"inviato|data|a|oggetto|risposta|sendt|til|emne|skickat|till|ämne|verzonden|aan|onderwerp|wysłano|do|temat|"
    r"lähetetty|vastaanottaja|aihe|отправлено|кому|тема|дата|ส่งเมื่อ|วันที่|ถึง|เรื่อง|หัวเรื่อง|สำเนา|送信日時|宛先|件名|"
    r"发送时间|收件人|主题|보낸 ?날짜|받는 ?사람|제목"
)
_HEADER_LINE = re.compile(
    rf"^[\s*>]{{0,20}}(?:(?P<sender>{_FROM})|(?P<other>{_OTHER}))\s?\*?\s?[:：]\*?(?:\s|$)", re.IGNORECASE
)
_RULE = re.compile(r"^[\s*]{0,10}[-_=]{5,200}\s{0,20}$")
_SIGNATURE = re.compile(r"^(?:--|—|––|_{2,40}|-{2,3}) {0,2}$")
_DEVICE = re.compile(
    r"^\s{0,5}(?:sent from (?:my |mail |outlook|typeapp|yahoo|samsung|proton|the |a )|get outlook for |"
    r"von meinem .{2,40} gesendet|gesendet (?:von|mit) |envoyé (?:de|depuis) mon |enviado desde (?:mi |)|inviato da |"
    r"sendt fra min |skickat från min |verzonden (?:vanaf|met) |wysłane z |отправлено с |"
    r"ส่งจาก.{0,40}(?:iphone|ipad|android|โทรศัพท์|มือถือ|outlook|ของฉัน)|iphoneから送信|从我的.{1,20}发送)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^\s{0,4}(?:>|[A-Z][a-z]{1,15}>\s)")
_FALSE_QUOTE = re.compile(r"^\s{0,4}>>>\s.{0,200}<<<\s{0,4}$|^\s{0,4}>>>\s>>>")


def own_words(text: str) -> str:
    """The text without quoted mail and signature, its lines stripped at the right.

    Never empty where `text` has words: what cannot be told apart stays.

    >>> own_words("Sounds good!\\n\\nOn 2 March 2026, Mali wrote:\\n> Shall we meet?\\n\\n-- \\nSomchai")
    'Sounds good!'
    """
    lines = [line[:MAX_LINE].rstrip().replace("\u00a0", " ").lstrip("\ufeff") for line in text.split("\n")[:MAX_LINES]]
    unquoted = _without_quotes(lines)
    unsigned = _without_signature(unquoted)
    for candidate in (unsigned, unquoted, [line for line in lines if not _is_quoted(line)], lines):
        words = "\n".join(candidate).strip()
        if words:
            return words
    return ""


def _without_quotes(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(lines):
        line = lines[index]
        if _is_quoted(line):
            index += 1
            continue
        if _ORIGINAL.match(line) or _is_header_block(lines, index):
            return _without_rule(kept)
        shared = _shared(line)
        length = 1 if shared else _attribution_length(lines, index)
        if length == 0:
            kept.append(line)
            index += 1
            continue
        if shared:
            kept.append(shared)
        index += length
        if not _quote_follows(lines, index) and any(map(str.strip, kept)):
            return kept  # the mail below is quoted without any sign at its lines
        index = _past_wrapped_quote(lines, index)
    return kept


def _is_quoted(line: str) -> bool:
    return _QUOTED.match(line) is not None and _FALSE_QUOTE.match(line) is None


def _quote_follows(lines: Sequence[str], index: int) -> bool:
    """Whether the next line that says something is marked as quoted."""
    following = next((line for line in lines[index : index + 5] if line.strip()), "")
    return _is_quoted(following)


def _past_wrapped_quote(lines: Sequence[str], index: int) -> int:
    """After the quoted lines that begin here; a broken-off piece between two of them belongs to the quote."""
    for place in range(index, len(lines)):
        if lines[place].strip() and not _is_quoted(lines[place]) and not _is_wrapped(lines, place, index):
            return place
    return len(lines)


def _is_wrapped(lines: Sequence[str], place: int, first: int) -> bool:
    """A single word between two quoted lines: the end of a line that was too long."""
    return (
        first < place < len(lines) - 1
        and len(lines[place].split()) == 1
        and _is_quoted(lines[place - 1])
        and _is_quoted(lines[place + 1])
    )


def _shared(line: str) -> str:
    """What stands before an attribution on the same line."""
    place = max(line.find(" On "), line.find("-On "))
    is_shared = place > 0 and line.endswith("wrote:") and any(letter.isdigit() for letter in line[place:])
    return line[:place].rstrip(" -") if is_shared and not _STARTS_LIKE_ATTRIBUTION.match(line) else ""


def _attribution_length(lines: Sequence[str], index: int) -> int:
    """How many lines from here are `On … wrote:` or its like; 0 where they are not."""
    line = lines[index].strip()
    if not line:
        return 0
    if _DATED_LINE.match(line) and not line.endswith((".", "!", "?")):
        return 1
    joined = ""
    for length, piece in enumerate(lines[index : index + 7], start=1):
        joined = f"{joined} {piece.strip()}".strip()
        if len(joined) > _MAX_ATTRIBUTION:
            return 0
        if _is_attribution(joined, lines=length):
            return length
        if not piece.strip() and length > 1 and "<" not in joined and not _quote_or_open(lines, index + length):
            return 0
    return 0


def _quote_or_open(lines: Sequence[str], index: int) -> bool:
    """Whether an attribution goes on after a blank line, with the address that belongs to it."""
    return index < len(lines) and lines[index].lstrip().startswith("<")


def _is_attribution(text: str, *, lines: int) -> bool:
    """`On DATE, NAME wrote:` in many languages, or whatever has a date and an address and ends in a colon."""
    if _DIGIT.search(text) is None:
        return False
    ending = text.rstrip(" *_-").rstrip(":：").rstrip().lower()
    is_told = ending.endswith(_WROTE) or (text.endswith(":") and _WROTE_INSIDE.search(text) is not None)
    if is_told and _STARTS_LIKE_ATTRIBUTION.match(text):
        return True
    return lines <= 2 and text.endswith((":", "：")) and _ADDRESS.search(text) is not None


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    """Whether the header of the quoted mail begins here: a sender and two further fields within seven lines."""
    if not _HEADER_LINE.match(lines[index]):
        return False
    names, has_sender = set(), False
    for line in lines[index : index + 8]:
        match = _HEADER_LINE.match(line)
        if match is None:
            continue
        has_sender = has_sender or match["sender"] is not None
        names.add((match["sender"] or match["other"]).lower())
    return has_sender and len(names) >= 3


def _without_rule(kept: list[str]) -> list[str]:
    """Without the line of dashes that some mail programs draw above the quoted header."""
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    return kept


def _without_signature(lines: Sequence[str]) -> list[str]:
    """Without what follows the signature mark (RFC 3676 4.3), and without what telephones add."""
    words_above = False
    kept: list[str] = []
    for line in lines:
        if words_above and (_SIGNATURE.match(line) or _DEVICE.match(line)):
            break
        words_above = words_above or bool(line.strip())
        kept.append(line)
    while kept and not re.search(r"\w", kept[-1]):
        kept.pop()
    return kept
