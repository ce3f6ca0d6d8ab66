"""The head of a quoted or forwarded mail in a text: a title between dashes, or the fields From, Sent, To, Subject."""

import re
import unicodedata
from collections.abc import Sequence

_LOOKED_AT = 16
"""Lines within which the fields stand; long lists of recipients and blank lines come between."""

_TITLES = frozenset(
    """
    original message|original mail|original e-mail|original email|original appointment|forwarded message|
    forwarded mail|forwarded email|begin forwarded message|begin original message|start of forwarded message|
    reply message|replied message|original|original-nachricht|originalnachricht|ursprüngliche nachricht|
    ursprüngliche mail|ursprüngliche e-mail|weitergeleitete nachricht|weitergeleitete mail|originalmail|
    anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|message d'origine|message original|
    message transféré|message initial|mail original|e-mail d'origine|courriel original|début du message transféré|
    début du message réexpédié|mensaje original|mensaje reenviado|correo original|inicio del mensaje reenviado|
    messaggio originale|messaggio inoltrato|inizio messaggio inoltrato|mensagem original|mensagem encaminhada|
    mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reenviada|oorspronkelijk bericht|
    origineel bericht|originele bericht|doorgestuurd bericht|begin doorgestuurd bericht|ursprungligt meddelande|
    originalmeddelande|vidarebefordrat meddelande|vidarebefordrat brev|oprindelig meddelelse|oprindelig besked|
    oprindelig mail|videresendt meddelelse|videresendt besked|start på videresendt besked|opprinnelig melding|
    original melding|videresendt melding|alkuperäinen viesti|edelleenlähetetty viesti|välitetty viesti|
    välitetty viesti alkaa|oryginalna wiadomość|wiadomość oryginalna|wiadomość przekazana|przekazana wiadomość|
    treść oryginalnej wiadomości|treść przekazanej wiadomości|początek przekazywanej wiadomości|původní zpráva|
    původní e-mail|přeposlaná zpráva|začátek přeposlané zprávy|pôvodná správa|eredeti üzenet|továbbított üzenet|
    mesaj original|mesajul original|mesaj redirecționat|исходное сообщение|первоначальное сообщение|
    оригинальное сообщение|пересылаемое сообщение|перенаправленное сообщение|пересланное сообщение|
    начало переадресованного сообщения|конец пересылаемого сообщения|оригінальне повідомлення|вихідне повідомлення|
    початкове повідомлення|переслане повідомлення|orijinal ileti|orijinal mesaj|özgün ileti|iletilen mesaj|
    yönlendirilen ileti|iletilmiş ileti|iletilen ileti başlangıcı|αρχικό μήνυμα|προωθημένο μήνυμα|
    έναρξη προωθημένου μηνύματος|הודעה מקורית|הודעה שהועברה|الرسالة الأصلية|الرسالة الاصلية|رسالة أصلية|
    رسالة معاد توجيهها|رسالة مُعاد توجيهها|thư gốc|tin nhắn gốc|tin nhắn ban đầu|thư đã chuyển tiếp|
    bắt đầu thư được chuyển tiếp|pesan asli|pesan terusan|pesan yang diteruskan|
    ข้อความต้นฉบับ|ข้อความเดิม|ข้อความที่ส่งต่อ|ข้อความส่งต่อ|ข้อความที่ถูกส่งต่อ|เริ่มต้นข้อความที่ส่งต่อ|
    จดหมายต้นฉบับ|อีเมลต้นฉบับ|
    元のメッセージ|元メール|元のメール|オリジナルメッセージ|転送メッセージ|転送されたメッセージ|原始邮件|
    原始郵件|原始訊息|原邮件|原郵件|
    原信|原始信息|回复的原邮件|回覆的原郵件|回复邮件|转发邮件|轉寄郵件|转发的邮件|轉寄的郵件|转发邮件信息|
    轉寄訊息|원본 메일|원본 메시지|원본메일|원본 이메일|
    원래 메시지|전달된 메시지|전달된 메일
    """.replace("\n    ", "").strip().split("|")
)  # fmt: skip

_SENDER = """
    from|sender|de la|von|absender|de|expéditeur|da|mittente|fra|avsender|från|van|afzender|od|odesílatel|nadawca|
    lähettäjä|от|
    от кого|отправитель|від|від кого|kimden|gönderen|από|מאת|من|từ|người gửi|dari|pengirim|desde|remitente|
    remetente|
    จาก|ผู้ส่ง|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람|message du|feladó|expeditor
"""
_DATE = """
    date|sent|sent at|sent on|gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|fecha|enviado|enviado el|
    enviada|enviada em|enviado em|data|data e hora|inviato|inviato il|sendt|dato|skickat|verzonden|verzonden op|
    wysłano|
    wysłane|odesláno|lähetetty|päivämäärä|päiväys|отправлено|дата|отправлен|надіслано|tarih|gönderildi|
    gönderme tarihi|
    ημερομηνία|στάλθηκε|תאריך|נשלח|التاريخ|تاريخ|تم الإرسال|أرسلت|ngày|đã gửi|ngày gửi|tanggal|terkirim|dikirim|
    ส่งเมื่อ|ส่ง|วันที่|วันที่ส่ง|送信日時|日時|日付|送信日|发送时间|发送日期|日期|时间|寄件日期|傳送時間|
    보낸 날짜|보낸날짜|날짜|
    보낸 시간|received|wann|elküldve|dátum|trimis
"""
_TO = """
    to|an|à|a|para|aan|til|till|do|komu|adresat|vastaanottaja|vastaanottajat|кому|получатель|kime|alıcı|προς|אל|
    לכבוד|
    إلى|الى|đến|tới|người nhận|kepada|ke|untuk|destinataire|destinataires|destinatario|pour|empfänger|recipient|
    recipients|
    ถึง|ผู้รับ|宛先|收件人|收件者|받는 사람|받는사람|címzett|către
"""
_COPY = """
    cc|bcc|kopie|kopi|kopia|copie|copie à|copia|cópia|kopio|dw|копия|копія|bilgi|κοιν|κοινοποίηση|עותק|نسخة|
    đồng gửi|tembusan|สำเนา|สําเนา|สำเนาถึง|抄送|副本|참조|másolat|reply-to|répondre à|antwort an|attachments|
    anlagen|importance|priority|priorität|wichtigkeit|pièces jointes|mailed-by|signed-by|organization
"""
_SUBJECT = """
    subject|betreff|objet|asunto|oggetto|assunto|onderwerp|emne|ämne|aihe|temat|předmět|тема|konu|θέμα|נושא|
    الموضوع|موضوع|chủ đề|tiêu đề|subjek|perihal|sujet|re|risposta|เรื่อง|หัวเรื่อง|หัวข้อ|件名|主题|主旨|主題|
    제목|tárgy|
    subiect|predmet
"""


def _kinds() -> dict[str, str]:
    fields = {"sender": _SENDER, "date": _DATE, "to": _TO, "copy": _COPY, "subject": _SUBJECT}
    return {label: kind for kind, labels in fields.items() for label in labels.replace("\n    ", "").strip().split("|")}


_KIND_OF = _kinds()
_FIELD = re.compile(
    r"[\s*>|_]{0,20}(?P<label>[^\s:：*>|_<@\d][^:：*<@\d]{0,30}?)[\s*]{0,5}[:：][\s*]{0,5}(?P<value>.{0,300})"
)
_CELL = re.compile(r"\|\s{0,5}(?P<label>[^|\d]{1,30}?)\s{0,5}\|.{0,300}\|$")
_DASHES = re.compile(r"[-_=*\u2010-\u2015─━~.·+ ]{2,200}")
_BETWEEN_DASHES = re.compile(
    r"[\s>*]{0,10}[-_=#\u2010-\u2015─━*]{2,80}\s{0,5}(?P<title>[^-_=\u2010-\u2015─━*@]{3,90}?)\s{0,5}[-_=#\u2010-\u2015─━*]{2,80}"
)
_EDGE = " \t>-_=*\u2010\u2011\u2012\u2013\u2014\u2015─━~.·+:："
_PASSED_ON = re.compile(
    r"(?:forwarded|weitergeleitet|transféré|réacheminé|reenviado|inoltrato|encaminhado|doorgestuurd|vidarebefordrat|"
    r"videresendt) (?:by|von|par|por|da|door|av|af) |(?:please )?(?:type your )?reply above this line|"
    r"write above this line|antworten sie oberhalb dieser linie|répondez au-dessus de cette ligne"
)
_DATED_TITLE = re.compile(r"[\s*]{0,5}message du (?:\d|[^\W\d_]{2,10} \d)", re.IGNORECASE)
_TIMED = re.compile(r"\d[^:：]{0,80}\d{1,2}[:.]\d{2}")
_ANY_FIELD = re.compile(r"[\s*]{0,5}[^\W\d_][^:：<@\d]{0,30}[:：]")


def is_title(line: str) -> bool:
    """Whether a line says that another mail begins: `-----Original Message-----`, `Begin forwarded message:`.

    >>> is_title("-------- Ursprüngliche Nachricht --------"), is_title("The original message was better.")
    (True, False)
    """
    between = _BETWEEN_DASHES.match(line[:300])
    title = between["title"] if between else line[:100].strip(_EDGE)
    if not between and line.strip(" *")[:2] not in ("--", "__") and not line.rstrip(" *").endswith((":", "：", "--")):
        return False
    return _plain(title) in _TITLES or _PASSED_ON.match(_plain(title)) is not None


def header_length(lines: Sequence[str], index: int) -> int:
    """How many lines from `index` on are the head of a quoted mail with the blank lines below; 0 where none begins.

    A trip `From: … To: … Date: …` is no mail: a subject or an address must be among the fields.
    """
    line = lines[index]
    if is_title(line):
        place = _past_blank(lines, index + 1)
        return place + (_fields_length(lines, place, is_after_title=True) if place < len(lines) else 0) - index
    if is_rule(line) or _BETWEEN_DASHES.match(line[:300]):
        place = _past_blank(lines, index + 1)
        if place < min(len(lines), index + 4) and _is_unknown_head(lines, place):
            while place < len(lines) and _ANY_FIELD.match(lines[place][:100]):
                place += 1
            return _past_blank(lines, place) - index
        return 0
    return _fields_length(lines, index)


def is_rule(line: str) -> bool:
    """Whether a line is only drawn, as mail programs do above a quoted head."""
    return _DASHES.fullmatch(line.strip()[:201]) is not None


def _fields_length(lines: Sequence[str], index: int, *, is_after_title: bool = False) -> int:
    if _kind(lines[index]) is None:
        return 0
    kinds: set[str] = set()
    is_sure, last = is_after_title, index
    for place in range(index, min(len(lines), index + _LOOKED_AT)):
        kind = _kind(lines[place])
        if kind is not None:
            kinds.add(kind)
            last = place
            is_sure = is_sure or kind == "subject" or (kind != "date" and "@" in lines[place])
        elif not lines[place].strip() and (place + 1 == len(lines) or _kind(lines[place + 1]) is None):
            break
    least = 1 if is_after_title else 2 if _is_short_head(lines, index) else 3
    if not is_sure or len(kinds) < least or ("sender" not in kinds and not is_after_title):
        return 0
    return _past_blank(lines, _past_folded(lines, last)) - index


def _is_short_head(lines: Sequence[str], index: int) -> bool:
    """Sender with address, and a subject or a date with its time, on two lines: some telephones give no more."""
    near = lines[index : index + 2]
    is_timed = any(_kind(line) == "date" and _TIMED.search(line[:200]) for line in near)
    is_titled = len(near) == 2 and _kind(near[1]) == "subject"
    return (is_timed or is_titled) and any(_kind(line) == "sender" and "@" in line for line in near)


def _is_unknown_head(lines: Sequence[str], index: int) -> bool:
    """Below a drawn line: three fields of any language, one with an address in brackets, one with a time."""
    fields = lines[index : index + 4]
    named = [line for line in fields if _ANY_FIELD.match(line[:100])]
    return (
        len(named) >= 3
        and any("@" in line and ">" in line for line in named)
        and any(_TIMED.search(line.partition(":")[2][:200]) for line in named)
    )


def _kind(line: str) -> str | None:
    if _DATED_TITLE.match(line[:60]):
        return "date"
    match = _FIELD.match(line[:400]) or _CELL.match(line[:400])
    return _KIND_OF.get(_plain(match["label"])) if match else None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).lower().replace("’", "'").split())


def _past_blank(lines: Sequence[str], index: int) -> int:
    while index < len(lines) and not lines[index].strip():
        index += 1
    return index


def _past_folded(lines: Sequence[str], last: int) -> int:
    """After what goes on the last field: lines that are indented, or that a long line was broken into."""
    place = last + (2 if lines[last].rstrip().endswith((":", "：")) else 1)
    while place < min(len(lines), last + 4) and lines[place].strip():
        if not lines[place][:1].isspace() and len(lines[place - 1]) < 60:
            break
        place += 1
    return place
