"""Whether a mail is a delivery report in a form of its own, by who sent it, its subject and what it says.

People write about failed mail too, forward reports and quote them: without a sign that a mail system wrote, hardly
anything is enough. Lines are patterns of RE2; texts come without accents (bounce_reason.plain).
"""

import re

from nurture.inbox.bounce_reason import plain
from nurture.inbox.failed_recipients import ADDRESS, MAIL_SYSTEM
from nurture.inbox.parse import ParsedMail
from nurture.inbox.phrase_lines import PhraseLines
from nurture.inbox.smtp_reply import has_reply_code

_MAX_TEXT = 8_000
_BEGINNING = 300

_FAILED_SUBJECT = PhraseLines(
    r"""
    ^\W{0,8}(?:undeliver|unzustellbar|non-?deliver|not delivered|nondeliver|permanent(?:ly)? (?:delivery|fail|\
        error)|unable to deliver)
    ^\W{0,8}delivery (?:status|notification|failure|failed|report|error|problem|has failed|incomplete|delayed|attempt)
    ^\W{0,8}(?:failed? (?:mail|delivery|to deliver|to send)|failure (?:notice|delivery|report|to deliver)|\
        notice: failed|error sending)
    ^\W{0,8}return(?:ed|ing)? (?:mail|to sender|message|e-?mail)|^\W{0,8}rejected:|^\W{0,8}postmaster notify
    ^\W{0,8}(?:mail|message|e-?mail) (?:delivery |system )?(?:error|fail|could not|can ?not|not deliver|was not|\
        not sent|returned|status|problem|undeliver|bounce|delayed|rejected|delivery|system error)
    ^\W{0,8}(?:could not|cannot) (?:be )?(?:send|sent|deliver)|^\W{0,8}bounced? (?:mail|message|notification|e-?mail)
    ^\W{0,8}warning(?::|--?) ?(?:message|could not|mail|delayed|delivery)|^\W{0,8}delayed? (?:mail|delivery|message)
    ^\W{0,8}delay(?:ed)?\b.{0,3}$
    ^\W{0,8}your (?:message|mail|e-?mail)\b.{0,80}(?:not deliver|not be deliver|undeliver|failed|not reach|delayed|\
        returned)
    \b(?:undeliverable|undelivered mail|delivery fail(?:ure|ed)|failure notice|returned mail|returning message|\
        non-? ?delivery|delivery status notification|mail delivery failed|not delivered)\b
    ^(?:nicht zustellbar|zustell|unzustell|nachricht konnte nicht|mail(?:zustellung)? fehlgeschlagen|ubermittlung)
    ^(?:non (?:remis|delivre|distribu)|echec|message non|courrier non|retour(?:ne)? (?:de|a l)|avis de non|\
        remise (?:retard|impossible))
    non remis
    ^(?:no (?:se puede|se pudo|se ha podido) entregar|mensaje (?:no|devuelto|rechazado)|correo (?:no|devuelto)|\
        error (?:de|en la|al) (?:entrega|envi)|fallo (?:de|en)|notificacion de (?:estado|error|entrega)|no entregado)
    ^(?:mancat[oa] |impossibile|messaggio non|notifica di (?:mancat|stato)|non recapit|nao (?:entregue|\
        foi possivel)|falha (?:na|de)|mensagem (?:nao|devolvida)|devolu)
    ^(?:onbestelbaar|niet (?:bezorgd|afgeleverd)|bezorging|niedostarcz|nie (?:dostarcz|mozna)|nedoruc|olevererbar|\
        kunde inte|kan ikke|uleverelig|teslim edilem|iletilem|kezbesithetetlen)
    ^(?:недоставлен|не доставлен|сообщение не|ошибка доставки|возвра|не удалось доставить|уведомление о (?:статусе|\
        недостав|сост))
    ไม่สามารถ(?:จัด|นำ)?ส่ง|ส่งไม่(?:สำเร็จ|ถึง)|การ(?:จัด)?ส่ง.{0,20}(?:ล้มเหลว|ไม่สำเร็จ)|ตีกลับ
    配信(?:エラー|不能|できません|失敗|状況)|送信(?:エラー|失敗|できません)|宛先不明|配達(?:不能|できません)|未配信
    エラーメール
    退信|未送达|无法(?:投递|送达|发送|传递)|投递失败|無法(?:寄送|傳送|投遞|傳遞|送達)|退件
    반송|배달 ?(?:되지|실패|못)|전송 ?(?:실패|되지)|발송 ?실패|배달되지
    """
)
_TOLD = PhraseLines(
    r"""
    this is the mail system at|created automatically by mail delivery software
    this is the \S{1,20} (?:program|mail server|mailer-daemon)
    mailer-daemon|transcript of (?:the )?session|automated (?:bounce|delivery)|\bfatal error|error:? invalid
    (?:following|this|these) (?:e-?mail )?(?:address|recipient)(?:es|s|\(s\)|\(es\)|e)?[^.]{0,20} (?:had|failed|has|\
        have|is|was|were|could|can)\b
    (?:message|mail|e-?mail|letter|it)\b[^.:]{0,80}\b(?:could|can|was|were|has|have|is|did|are)(?: ?not|\
        n't)\b[^.:]{0,24}(?:deliver|reach|relayed|sent|complete|accept|transmitted|receive)
    (?:could|can|was|are|am|were|wasn't|couldn't|can't)(?: ?not)?(?: able to)? (?:be )?(?:deliver|send|reach|sent)
    (?:unable|failed|not able|impossible|failure|error|problem|trouble|attempts?|trying|tried) (?:to |in |while |\
        occurred while trying to )?(?:deliver|send|reach|relay)
    delivery\b[^.]{0,120}(?:fail|delay|error|unsuccessful|not possible|impossible)
    delivery (?:status|failure|report|notification)
    undeliver(?:able|ed)|non-?deliver|returned (?:to sender|mail|message|undelivered)|bounced?\b
    (?:message|mail|it) (?:was |has been |is |been )?(?:returned|rejected|refused|discarded)
    no such user|user unknown|invalid final delivery|did not (?:exactly )?match|unknown (?:user|recipient|host)
    account is disabled
    mail ?box[^.]{0,30}(?:full|exceed)|message [^.]{0,60}\bfrozen\b
    nicht (?:\S{1,20} ){0,3}(?:zugestellt|zustell|ubermittelt|ausgeliefert|gesendet|erreicht)
    zustellung[^.]{0,60}(?:fehl|nicht|gescheit|verzog)|unzustellbar
    n'(?:a|ont|est) (?:pas )?(?:pu |ete )?[^.]{0,20}(?:remis|delivre|distribu|livre|achemin|envoye)
    (?:remise|livraison|envoi|distribution)[^.]{0,60}(?:echou|impossible|retard)|echec
    no (?:se )?(?:ha |han |pudo |pudieron |puede |fue |podido )[^.]{0,30}(?:entreg|envia|llega)
    entrega[^.]{0,40}(?:fall|error|no se)
    non (?:e |ha |sono |puo )[^.]{0,40}(?:consegn|recapit|invia)|impossibile (?:consegn|recapit|invia)
    mancat[oa] (?:consegn|recapit)
    nao (?:foi |pode |pude|conseguimos )[^.]{0,30}(?:entreg|envia)|falha[^.]{0,20}entrega
    niet (?:worden )?(?:bezorgd|afgeleverd|verzonden)
    nie (?:zostal|mog|moz|udalo)\w{0,3}[^.]{0,40}(?:dostarcz|wysla)|kunde inte|kunne ikke|ei voitu|nelze|teslim edilem
    iletilem
    не (?:может|могло|мож|удалось|было|был)\pL{0,3}[^.]{0,40}(?:достав|отправ|вруч)|не доставлен|недостав
    ไม่สามารถ(?:จัด|นำ)?ส่ง|ส่ง[^.]{0,20}ไม่(?:สำเร็จ|ได้|ถึง)|ล้มเหลว|ตีกลับ
    (?:配信|送信|配達|配送|転送|お届け|届け)[^。]{0,16}(?:でき|不能|失敗|エラー|ません)|エラー(?:メール|のため)
    无法[^。]{0,6}(?:投递|发送|送达|传递|投送)|未能[^。]{0,10}(?:送达|投递|发送)|退信|退回|投递失败|发送失败
    無法[^。]{0,6}(?:寄送|傳送|投遞|傳遞|送達)|退件
    (?:배달|전송|전달|발송)[^.]{0,16}(?:되지|실패|못|할 수 없)|반송|παραδο|δεν ηταν δυνατ
    """
)
_PERSON = PhraseLines(
    r"""
    ^\W{0,10}(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe\w?|sehr geehrte\w?|bonjour|cher|\
        chere|hola|ciao|buongiorno|ola|beste|fyi|see below)\b
    ^\W{0,10}(?:สวัสดี|เรียน|您好|你好|안녕)
    begin forwarded message|-{3,} ?(?:forwarded|original|weitergeleitete|message transfere|mensaje reenviado)\b
    \bwrote:|schrieb\b.{0,60}:|a ecrit ?:|escribio:
    """
)
_ANSWER_PREFIX = re.compile(
    r"^(?:(?:re|aw|sv|vs|antw|antwort|odp|ynt|res|ref|rif|r|tr|fwd?|wg|rv|enc|i|doorst|vl|ตอบ|ตอบกลับ|回复|答复|回覆|"
    r"转发|轉寄|返信|転送|답장|전달)\s?(?:\[\d{1,3}\]\s?)?[:\uff1a]\s{0,5}){1,5}",
    re.IGNORECASE,
)
_REPLY_LINE = re.compile(r"^[ \t]{0,8}[45]\d\d[ -]", re.MULTILINE)
_LIST_MARK = re.compile(
    r"^[ \t<>\"'\[(*|-]{0,20}(?:(?:failed |final |intended )?(?:recipients?|address|user|to)(?: address)?\s?:)?"
    r"[ \t<\"'\[(]{0,9}(?:mailto:)?",
    re.IGNORECASE,
)


def is_delivery_report(mail: ParsedMail, text: str) -> bool:
    """Whether a mail without the parts of RFC 3464 is a report; `text` is what stands above a returned mail."""
    said = plain("\n".join(line for line in text[:_MAX_TEXT].split("\n") if not line.startswith(">")))
    told = _TOLD.find(said)
    if _is_answer_of_postmaster(mail, text) or (told is None and _PERSON.find(said) and not _is_of_program(mail)):
        return False
    if comes_from_mail_system(mail):
        is_named = _is_named_as_mail_system(mail)
        if mail.report_type == "delivery-status" or has_failed_subject(mail):
            return told is not None or is_named or has_reply_code(text)
        return told is not None and (is_named or has_reply_code(text))
    if told is None or told[0] > _BEGINNING or _PERSON.find(said) or is_answer_to_report(mail):
        return False
    if mail.report_type == "delivery-status":
        return True
    return has_failed_subject(mail) and (bool(mail.returned) or _lists_addresses(text)) and not _answers_something(mail)


def comes_from_mail_system(mail: ParsedMail) -> bool:
    """Whether its sender or its empty return path show that no person sent it."""
    return (
        _is_named_as_mail_system(mail)
        or mail.has_null_return_path
        or b"mailer-daemon" in mail.fields.raw("return-path").lower()
    )


def is_answer_or_forward(mail: ParsedMail) -> bool:
    """Whether a person sent it on or answered, as far as subject and sender tell."""
    return _ANSWER_PREFIX.match(mail.subject) is not None and not comes_from_mail_system(mail)


def passes_a_report_on(mail: ParsedMail, text: str) -> bool:
    """Whether a person sent the parts of a report on, as some programs do it, in a mail that is no report itself."""
    if is_answer_or_forward(mail):
        return True
    if mail.content_type == "multipart/report" or _is_of_program(mail):
        return False
    said = plain(text[:_MAX_TEXT])
    told = _TOLD.find(said)
    if _PERSON.find(said):
        return told is None or told[0] > _BEGINNING
    return told is None and not comes_from_mail_system(mail) and not has_failed_subject(mail)


def is_answer_to_report(mail: ParsedMail) -> bool:
    """Whether a subject with an answer's prefix says no failure of its own (a report may add one to our `Re: …`)."""
    prefix = _ANSWER_PREFIX.match(mail.subject)
    if prefix is None:
        return False
    ours, _, added = mail.subject[prefix.end() : 500].rpartition(":")
    return not ours or _FAILED_SUBJECT.find(plain(added)) is None


def has_failed_subject(mail: ParsedMail) -> bool:
    return _FAILED_SUBJECT.find(plain(mail.subject[:500])) is not None


def _is_named_as_mail_system(mail: ParsedMail) -> bool:
    return mail.fields.has("x-failed-recipients") or any(
        MAIL_SYSTEM.search(part) for part in (mail.from_.email, mail.from_.name)
    )


def _is_of_program(mail: ParsedMail) -> bool:
    """Whether it bears what programs alone leave, not just a name that people in their service use too."""
    return (
        mail.has_null_return_path
        or mail.fields.has("x-failed-recipients")
        or any(b"mailer-daemon" in mail.fields.raw(name).lower() for name in ("from", "return-path", "sender"))
    )


def _answers_something(mail: ParsedMail) -> bool:
    return bool(mail.in_reply_to or mail.references)


def _is_answer_of_postmaster(mail: ParsedMail, text: str) -> bool:
    """Whether who looks after a mail system answers us by hand: in our thread, with nothing that a program leaves.

    Gateways of carriers answer in the thread too: with the words of SMTP on lines of their own, and no quote.
    """
    return (
        (_REPLY_LINE.search(text[:_MAX_TEXT]) is None or "\n>" in text)
        and _answers_something(mail)
        and is_answer_to_report(mail)
        and not mail.returned
        and not mail.report_type
        and not mail.has_null_return_path
        and not mail.fields.has("x-failed-recipients")
        and mail.fields.get("auto-submitted").strip().lower() in ("", "no")
        and not any(b"mailer-daemon" in mail.fields.raw(name).lower() for name in ("from", "return-path", "sender"))
    )


def _lists_addresses(text: str) -> bool:
    """Whether a line begins with an address or names it as recipient, as reports do and people hardly ever."""
    return any(ADDRESS.match(_LIST_MARK.sub("", line[:300])) is not None for line in text[:_MAX_TEXT].split("\n")[:200])
