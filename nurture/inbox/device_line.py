"""The line that a telephone or a mail program adds of itself: `Sent from my iPhone`, `Get Outlook for iOS`."""

import re

_MAX_LENGTH = 120

_KNOWN = (
    r"i-?phon|i-?pad|i-?pod|i-?os\b|i-?cloud|apple|android|samsung|galaxy|huawei|honor\b|xiaomi|redmi|oppo|"
    r"vivo|realme|pixel\b|nokia|lumia|"
    r"htc|motorola|sony|xperia|oneplus|lenovo|alcatel|blackberry|handheld|wireless|windows|mac\b|macbook|nexus|"
    r"mobil|mobile|"
    r"smart-?phone|phone|tablet|cell|handy|hand-?held|device|gerät|appareil|dispositivo|t[ée]l[ée]phone|"
    r"téléfono|teléfono|"
    r"telefon|telefoon|telefone|telefono|toestel|outlook|yahoo|gmail|hotmail|proton|tutanota|tuta\b|mailbox|"
    r"airmail|"
    r"mailbird|e-?mail|mail\b|thunderbird|zoho|spark\b|superhuman|typeapp|blue ?mail|bluemail|aqua ?mail|nine\b|"
    r"k-9|fairemail|newton|"
    r"edison|aol|gmx|web\.de|libero|orange|t-online|телефон|смартфон|айфон|планшет|почт|мобильн|mailmaster|"
    r"netease|qq|foxmail|naver|"
    r"โทรศัพท์|มือถือ|สมาร์ทโฟน|แท็บเล็ต|อุปกรณ์|ไอโฟน|携帯|スマート|手机|手機|电话|邮箱|휴대|스마트"
)
_DEVICE = re.compile(_KNOWN, re.IGNORECASE)
_SENT = re.compile(
    # English in full, the others by their verb: each ends up beside a device or a program.
    r"(?:this (?:e-?mail|message) was )?sent (?:from|via|using|with|by|on)\b|from my\b|composed on|typed on|"
    r"(?:diese (?:nachricht|e-?mail|mail) wurde )?(?:von|mit) (?:mein|unterwegs)|diese (?:nachricht|e-?mail|"
    r"mail) wurde|"
    r"gesendet (?:von|mit|aus|über)|verschickt (?:von|mit)|envoy[ée]e? (?:de|depuis|à partir|avec|par|via|du)\b|"
    r"(?:message )?envoyé|enviado (?:desde|de|do|a partir|con|com|por|via|pelo|através)\b|"
    r"inviat[oa] (?:da|dal|dall|con|tramite|via)|verzonden (?:vanaf|met|via|van|vanuit)|verstuurd (?:vanaf|met|"
    r"via|van)|"
    r"skickat (?:från|med)|skickades från|sendt (?:fra|med|via)|lähetetty|wysłan[eo] (?:z|za|przez|przy)|"
    r"odesláno (?:z|ze|přes|pomocí)|"
    r"отправлен[оа] (?:с|из|через|от)\b|послано с|надіслано (?:з|із|від|через)\b|відправлено з|"
    r"gönderen|στάλθηκε (?:από|με)|εστάλη από|αποστολή από|נשלח מ|أرسلت? من|أُرسلت? من|تم الإرسال|مرسل من|"
    r"(?:được )?gửi từ|đã gửi từ|dikirim (?:dari|menggunakan|dengan)|dihantar dari|trimis (?:de|din)|"
    r"ส่งจาก|ส่งโดย|ส่งผ่าน|ถูกส่งจาก|发自|發自|来自|來自|从我的|從我的|由我的|发送自|發送自|傳送自|自 |通过",
    re.IGNORECASE,
)
_SENT_AT_END = re.compile(
    r"(?:gesendet|verschickt|geschrieben|verstuurd|verzonden|gönderildi|küldve|から送信(?:されました)?|より送信|"
    r"から送信しています|"
    r"에서 보냄|에서 보낸 메일|에서 발송|发送|發送|傳送|寄出|发出)[.。!]?$",
    re.IGNORECASE,
)
_GET = re.compile(
    r"(?:get|download|try|obtenir|obtenez|téléchargez|télécharger|obtener|obtenga|descargar|descarga|ottieni|"
    r"scarica|obter|"
    r"obtenha|baixe|baixar|transferir|holen sie sich|laden sie|beziehen sie|hent|få|skaffa|hämta|hanki|pobierz|"
    r"získat|získejte|stáhnout|получить|скачать|скачайте|отримати|завантажити|edinin|indirin|λήψη|κατεβάστε|קבל|"
    r"קבל את|הורד|احصل|الحصول|تنزيل|tải|nhận|dapatkan|unduh|รับ|ดาวน์โหลด|获取|下载|取得|下載|"
    r"download)\b.{0,20}\boutlook\b(?:[\s'’]{1,2}\w{1,14}){0,4}|"
    r".{0,20}\boutlook\b.{0,20}\b(?:herunterladen|downloaden|ophalen|laden|holen|edinin|indirin)\b.{0,20}|"
    r"(?:获取|下载|取得|下載|รับ|ดาวน์โหลด)\s?(?:适用于|適用於)?.{0,20}outlook.{0,60}|"
    r".{0,30}outlook\s?(?:를|을)?\s?(?:を入手|をダウンロード|다운로드|받기|가져오기).{0,20}|"
    r".{0,20}版 ?outlook.{0,10}",
    re.IGNORECASE,
)
_APOLOGY = re.compile(
    r"(?:please )?(?:excuse|pardon|forgive|ignore) (?:any |the |my )?(?:typo|brevity|spelling|mistake|error)|"
    r"(?:please )?excuse my brevity|bitte entschuldigen sie (?:die kürze|meine kürze|tippfehler)|"
    r"(?:veuillez )?excuse[rz] (?:la brièveté|ma brièveté|les fautes)|(?:disculpe|perdone) (?:la brevedad|"
    r"mi brevedad)",
    re.IGNORECASE,
)
_LINK = re.compile(r"<(?:https?:|mailto:|www\.)[^<>]{1,300}>|\(?(?:https?://|www\.)\S{1,300}")
_OPEN = " \t*_<>()[]«»\"'|~-–—•.:"
_SOMEONE = re.compile(r"some(?:one|body) (?:from|on) (?:a |the )?(?:mobile|phone)$", re.IGNORECASE)
_ANY_SENT = re.compile(r"sent from my [\w' .+-]{2,40}$", re.IGNORECASE)


def is_device_line(line: str, *, stands_alone: bool = False) -> bool:
    """Whether a mail program wrote the line. An unknown device will do where the line stands alone, below a blank one.

    >>> is_device_line("Sent from my iPhone")
    True
    >>> is_device_line("Sent from the warehouse on Monday, as your phone was off", stands_alone=True)
    False
    """
    if len(line) > 3 * _MAX_LENGTH:
        return False
    text = _LINK.sub("", line).strip(_OPEN)
    if not text or len(text) > _MAX_LENGTH or len(text.split()) > 20:
        return False
    if _GET.fullmatch(text) or _APOLOGY.match(text) or _SOMEONE.match(text):
        return True
    apology = _APOLOGY.search(text)
    text = (text[: apology.start()] if apology else text).strip(_OPEN + ",;")
    if len(text.split()) > 12 or "?" in text:
        return False
    if _SENT.match(text) or _SENT_AT_END.search(text):
        return _DEVICE.search(text) is not None and not _is_told(text)
    return stands_alone and _ANY_SENT.match(text) is not None and not _is_told(text)


def _is_told(text: str) -> bool:
    """Whether it is a sentence of somebody after all: mail programs name no weekday, no person and no time."""
    return _TOLD.search(text) is not None


_TOLD = re.compile(
    r"^sent (?:by|via|with|on|using) (?:e-?mail|mail|post|phone)(?! for\b)|"
    r"\b(?:yesterday|today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|i|you|we|him|her|"
    r"gestern|heute|"
    r"ich|sie haben|hier|ayer|ieri|to your|an sie|already|bereits|last|this morning|but|aber|and i)\b",
    re.IGNORECASE,
)
