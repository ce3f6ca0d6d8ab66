"""Mail that says what became of our mail: delivery reports (RFC 3464, and the forms of those who never read it) and
complaints (RFC 5965). They are looked at before automatic replies, because half of them call themselves that too.
"""

import re
from collections.abc import Iterator

from nurture.domain.verdict import Failure, Verdict
from nurture.inbox.bounce_reason import BounceReason, bounce_reason, has_reply_code
from nurture.inbox.headers import Fields, read_addresses
from nurture.inbox.parse import ParsedMail

_TEXT_LOOKED_AT = 16_000
_MAX_FAILURES = 50

_DAEMON = re.compile(
    r"mailer[ -]?daemon|^post_?master@|mail-?daemon|mail.delivery.(?:sub)?system|mail administrator|^mailer@|"
    r"internet mail delivery|"
    r"^bounces?[@+-]|delivery[ -](?:agent|subsystem|status)|^mdaemon|^system administrator|mailsystem|mail router",
    re.IGNORECASE,
)
_FAILED_SUBJECT = re.compile(
    r"^(?:\[[^\]]{1,40}\]\s{0,3})?(?:undeliver(?:able|ed)|unzustellbar|undelivered mail|"
    r"delivery (?:status )?(?:notification|failure|"
    r"failed|report|error|problem|status)|failed? (?:mail|delivery|to deliver)|failure (?:notice|delivery)|"
    r"returned mail|"
    r"return(?:ed)? to sender|mail (?:delivery )?(?:system error|fail|error|could not|not deliver|returned)|"
    r"message (?:delivery|not deliver|"
    r"could not|undeliverable|delayed|status)|nondeliverable|non remis|non-delivery|mail undeliverable|"
    r"error sending|email bounce|"
    r"permanent(?:ly)? (?:delivery|fail|error)|could not (?:be delivered|send)|bounced mail|delivery has failed|"
    r"warning: (?:message|could not|mail)|no se puede entregar|mensaje no entregado|mancato recapito|échec de|"
    r"não entregue|"
    r"ไม่สามารถส่ง|ส่งไม่สำเร็จ|การส่งล้มเหลว|配信(?:エラー|不能|できません)|送信エラー|宛先不明)|"
    r"(?:undeliverable|undelivered|delivery failure|delivery failed|failure notice|returned mail|"
    r"returning message|non ?delivery)",
    re.IGNORECASE,
)
_ANSWER_PREFIX = re.compile(r"^(?:re|aw|sv|antw|odp|ตอบ|回复|fwd?|wg)\s?:", re.IGNORECASE)
_DELAYED = re.compile(
    r"will (?:be |keep |continue |)(?:re-?tried|retry|trying|try again|attempt|be attempted)|still (?:in the|"
    r"being) (?:retried|queue)|"
    r"not yet (?:been )?delivered|has not yet been delivered|delivery (?:of your message )?(?:is |"
    r"has been )?(?:delayed|temporarily suspended)|"
    r"this is a warning (?:message )?only|you do not need to resend|could not send message for past|"
    r"delayed mail|no action is required|"
    r"temporarily unable to deliver|remains? in the (?:mail )?queue",
    re.IGNORECASE,
)
_DELAYED_SUBJECT = re.compile(r"^(?:warning:|delayed|.{0,60}\(delay)", re.IGNORECASE)
_FAILED = re.compile(
    r"(?:could not|cannot|can't|couldn't|unable to|wasn't able to|was not able to|not able to|failed to|"
    r"did not|not) (?:be )?"
    r"(?:deliver|sent|send|reach|complete)|delivery (?:to|has) .{0,120}fail|fail(?:ed|ure)|undeliver|"
    r"returned (?:mail|to sender|message)|"
    r"rejected|invalid|no such|aborted|permanent (?:fatal )?error|fatal error|bounce|not delivered|error|"
    r"unknown|problem|unzustellbar|"
    r"ไม่สามารถ|ไม่สำเร็จ|配信|无法(?:发送|送达|投递)|退信|送信できません|届けることができません",
    re.IGNORECASE,
)
_RETURNED_BELOW = re.compile(
    r"^[\s>*#-]{0,80}(?:this is a copy of|below this line|included is a copy|(?:the )?(?:original|returned|"
    r"bounced|unsent|undelivered) "
    r"(?:message|e-?mail|mail|text|header)s?\b(?! (?:was|is|could|has))|message (?:headers|header|contents?|"
    r"text|follows|body)|"
    r"(?:original|here is|a copy of) .{0,40}"
    r"(?:follow|below|headers)|return(?:ed)?[- ]path:|received: (?:from|by)|message (?:from|to|subject|"
    r"id)\s{0,3}:|headers? of|unsent message)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_COMPLAINT_TYPES = frozenset({"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", "miscategorized", ""})
_COMPLAINT_SUBJECT = re.compile(r"^(?:complaint about message from|abuse report|spam complaint|feedback loop)", re.I)


def delivery_report(mail: ParsedMail) -> Verdict | None:
    """A verdict `bounce` or `delayed` where the mail is a delivery report, whatever its form; None where it is none.

    Success reports and read receipts come as `delayed`: shown to a person, without effect.
    """
    if mail.status_groups:
        return _standard_report(mail)
    if mail.receipt.pairs:
        return Verdict(
            kind="delayed", reason=f"read receipt: {mail.receipt.get('disposition') or 'no disposition'}"[:200]
        )
    return _other_report(mail)


def complaint(mail: ParsedMail) -> Verdict | None:
    """A verdict `complaint` for a feedback report (RFC 5965); None for other mail.

    Reports that accuse nobody (`not-spam`, `auth-failure`) come as `delayed`: shown to a person, without effect.
    """
    kind = mail.feedback.get("feedback-type").strip().lower()
    if mail.feedback.pairs or mail.report_type == "feedback-report":
        if kind not in _COMPLAINT_TYPES:
            return Verdict(kind="delayed", reason=f"feedback report of type {kind[:40]}", feedback_type=kind[:40])
        return Verdict(
            kind="complaint",
            reason=f"feedback report of type {kind or 'unknown'}",
            feedback_type=kind or None,
            failures=tuple(_complainers(mail)),
        )
    if mail.returned and _COMPLAINT_SUBJECT.match(mail.subject):
        return Verdict(kind="complaint", reason=f"subject: {mail.subject[:80]}", confidence=0.8)
    return None


def _complainers(mail: ParsedMail) -> Iterator[Failure]:
    named = mail.feedback.all("original-rcpt-to") or [name for fields in mail.returned[:1] for name in fields.all("to")]
    for value in named[:_MAX_FAILURES]:
        for address in read_addresses(value.encode()):
            yield Failure(recipient=address.email, is_hard=True, reason="complaint")


def _standard_report(mail: ParsedMail) -> Verdict:
    """RFC 3464: what each recipient's group says, with the text beside it where the group says nothing."""
    failures: list[Failure] = []
    is_delayed = False
    for group in mail.status_groups:
        recipient = _recipient(group)
        if not recipient or len(failures) >= _MAX_FAILURES:
            continue
        status = group.get("status").strip()[:20]
        action = group.get("action").split(" ")[0].split(";")[0].lower()
        if action in ("delayed",) or (not action and status.startswith("4")):
            is_delayed = True
        elif action in ("delivered", "relayed", "expanded") or (action != "failed" and status.startswith("2")):
            continue
        else:
            found = _reason(status, group.get("diagnostic-code"), mail)
            failures.append(Failure(recipient=recipient, status=status, is_hard=found.is_hard, reason=found.word))
    if failures:
        unique = tuple({failure.recipient.lower(): failure for failure in reversed(failures)}.values())[::-1]
        return Verdict(kind="bounce", reason=f"delivery report: {unique[0].reason}", failures=unique)
    if is_delayed:
        return Verdict(kind="delayed", reason="delivery report: delayed, the server goes on trying")
    if any(_recipient(group) for group in mail.status_groups):
        return Verdict(kind="delayed", reason="delivery report: delivered or relayed")
    return _other_report(mail, is_certain=True) or Verdict(kind="bounce", reason="delivery report that names nobody")


def _recipient(group: Fields) -> str:
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        value = group.get(name)
        if value:
            found = _ADDRESS.search(value)
            return found[0] if found else value.split(";", 1)[-1].strip()[:320]
    return ""


def _reason(status: str, diagnostic: str, mail: ParsedMail) -> BounceReason:
    found = bounce_reason(status, diagnostic)
    if found.is_known:
        return found
    beside = bounce_reason(status, _said(mail.body))
    return beside if beside.is_known else found


def _other_report(mail: ParsedMail, *, is_certain: bool = False) -> Verdict | None:
    """Reports in forms of their own: from a mail system or with such a subject, and a failure told in the text."""
    signs = _signs(mail)
    text = _said(mail.body)
    found = bounce_reason("", text)
    is_delayed = not found.is_hard and (_DELAYED.search(text) or _DELAYED_SUBJECT.match(mail.subject))
    is_told = is_delayed or found.is_known or _FAILED.search(text) is not None or has_reply_code(text)
    has_weight = signs >= 2 or has_reply_code(text) or _is_daemon(mail) or _has_failed_subject(mail)
    is_certain = is_certain or signs >= 3 or (signs >= 2 and _has_failed_subject(mail))
    if not is_certain and not (signs >= 1 and is_told and has_weight):
        return None
    addresses = list(_failed_addresses(mail, text))
    if not addresses and not is_certain and signs < 2:
        return None
    if is_delayed:
        return Verdict(kind="delayed", reason="delivery report: delayed, the server goes on trying", confidence=0.9)
    failures = tuple(
        Failure(recipient=address, is_hard=found.is_hard, reason=found.word) for address in addresses[:_MAX_FAILURES]
    )
    return Verdict(
        kind="bounce", reason=f"delivery report in its own form: {found.word}", confidence=0.9, failures=failures
    )


def _signs(mail: ParsedMail) -> int:
    """How many outward signs of a delivery report a mail has."""
    is_daemon = _is_daemon(mail)
    if _ANSWER_PREFIX.match(mail.subject) and not is_daemon and not mail.has_null_return_path:
        return 0
    return sum(
        (
            is_daemon or mail.fields.has("x-failed-recipients"),
            mail.has_null_return_path,
            _has_failed_subject(mail),
            mail.report_type == "delivery-status",
        )
    )


def _is_daemon(mail: ParsedMail) -> bool:
    return any(_DAEMON.search(part) for part in (mail.from_.email, mail.from_.name))


def _has_failed_subject(mail: ParsedMail) -> bool:
    return _FAILED_SUBJECT.search(mail.subject[:500]) is not None


def _said(text: str) -> str:
    """What the mail system wrote, without the returned mail below it."""
    kept: list[str] = []
    for line in text[:_TEXT_LOOKED_AT].split("\n"):
        if _RETURNED_BELOW.match(line) and any(part.strip() for part in kept):
            break
        kept.append(line[:1_000])
    return "\n".join(kept)


def _failed_addresses(mail: ParsedMail, text: str) -> Iterator[str]:
    """Whom the mail could not be delivered to: named by a header, else in the text, else in the returned header.

    Who gets the report is not meant, unless nobody else is named.
    """
    named = " ".join(mail.fields.all("x-failed-recipients")[:20])
    own = {address.lower() for address in (*mail.recipients, mail.from_.email)}
    in_text = [found.strip(".'") for found in _ADDRESS.findall(named or text) if not _DAEMON.search(found)]
    others = [address for address in in_text if address.lower() not in own]
    returned = [found.email for fields in mail.returned[:1] for found in read_addresses(fields.raw("to"))]
    yield from {address.lower(): address for address in others or returned or in_text}.values()
