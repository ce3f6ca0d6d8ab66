"""What an inbound mail is. The order matters: half of all delivery reports carry the marks of automatic replies too."""

import re
from datetime import datetime

from nurture.domain.verdict import Verdict
from nurture.inbox.auto_reply import auto_reply, challenge
from nurture.inbox.parse import ParsedMail
from nurture.inbox.report import complaint, delivery_report
from nurture.inbox.written import written

_UNSUBSCRIBE = frozenset(
    {
        "unsubscribe",
        "unsubscribe me",
        "unsubscribe please",
        "please unsubscribe",
        "please unsubscribe me",
        "stop",
        "remove",
        "remove me",
        "please remove me",
        "opt out",
        "optout",
        "abmelden",
        "abbestellen",
        "désinscription",
        "désabonner",
        "cancelar suscripción",
        "darse de baja",
        "配信停止",
        "ยกเลิกการรับข่าวสาร",
        "ขอยกเลิกการรับข่าวสาร",
        "ยกเลิกรับข่าวสาร",
        "ยกเลิกการรับอีเมล",
        "ยกเลิกการสมัคร",
        "ยกเลิกการติดตาม",
        "เลิกรับข่าวสาร",
    }
)
_NOT_WORDS = re.compile(r"[^\w\u0e00-\u0e7f]+|_+")  # Thai vowels above and below are not \w
_THAI_POLITE = re.compile(r"(?:ครับ|ค่ะ|คะ|ด้วย|นะ|หน่อย)+$")


def classify(mail: ParsedMail, *, now: datetime) -> Verdict:
    """The verdict on a mail; never raises. A human reply has the words of its writer and, for now, the intent `other`.

    `now` (aware) is what `back on Monday` in a mail without a Date counts from.
    """
    if not mail.fields.pairs and not mail.body.strip():
        return Verdict(kind="unreadable", reason="neither header nor text")
    return (
        delivery_report(mail)
        or complaint(mail)
        or _unsubscribe(mail)
        or challenge(mail)
        or auto_reply(mail, now=now)
        or _reply(mail)
    )


def _unsubscribe(mail: ParsedMail) -> Verdict | None:
    """A wish to get nothing more, where it is all that the person wrote: quoted footers say `unsubscribe` too."""
    text = written(mail)
    in_text = _plain(text) in _UNSUBSCRIBE
    # An answer (`Re: Unsubscribe …`) carries a subject of ours; a mail made from List-Unsubscribe has it bare.
    in_subject = _plain(mail.subject) in _UNSUBSCRIBE and len(text) <= 200
    if in_text or in_subject:
        return Verdict(kind="unsubscribe", reason=f"wrote: {(text if in_text else mail.subject)[:60]}", text=text)
    return None


def _plain(text: str) -> str:
    """Lower case, words with single spaces, without the polite endings that Thai sentences carry."""
    return _THAI_POLITE.sub("", _NOT_WORDS.sub(" ", text[:200].lower()).strip()).strip()


def _reply(mail: ParsedMail) -> Verdict:
    return Verdict(
        kind="reply", reason="no sign of an automatic mail", confidence=0.9, text=written(mail), intent="other"
    )
