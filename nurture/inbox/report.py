"""Mail that says what became of our mail: delivery reports (RFC 3464, and the forms of those who never read it).

They are looked at before automatic replies, because half of them call themselves that too.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from nurture.domain.verdict import Failure, Verdict
from nurture.inbox.bounce_reason import BounceReason, bounce_reason, plain
from nurture.inbox.failed_recipients import ADDRESS, MAX_FAILURES, failed_recipients, sections_of
from nurture.inbox.headers import Fields
from nurture.inbox.parse import ParsedMail
from nurture.inbox.phrase_lines import PhraseLines
from nurture.inbox.report_signs import comes_from_mail_system, is_delivery_report, passes_a_report_on
from nurture.inbox.report_text import groups_in_text, our_domains, said, without_ours
from nurture.inbox.ses_notification import ses_notification
from nurture.inbox.smtp_reply import Command, command_in, status_in, statuses_in

_DELAYED = PhraseLines(
    r"""
    will (?:be |keep |continue |still )?(?:to )?(?:be )?(?:re-?tried|retry|trying|try again|attempt)
    will continue (?:to )?(?:try|attempt|deliver)|attempts will continue|still undelivered|still awaiting delivery
    still (?:in the|being|be) (?:retried|queue|awaiting|undelivered)|not yet (?:been )?(?:delivered|received|reached)
    delivery (?:of your message |to the following recipients? )?(?:is |has been |was )?(?:delayed|temporarily suspended)
    (?:message|mail) (?:is |has been |was )?(?:delayed|deferred)|warning (?:message )?only|just a warning
    only a (?:temporary|warning|notification about a delay)|(?:do not|don't|no) need to re-?send|no action is required
    could not send (?:message|mail) for past|delayed mail|temporarily unable to deliver|remains? in the (?:mail )?queue
    temporary problem delivering|delivery incomplete
    (?:keeps?|goes|going|continues?) (?:on )?(?:to )?(?:try|attempt|retry)
    (?:zustellung|nachricht)[^.]{0,60}verzogert|(?:noch|bisher|bislang) nicht (?:zugestellt|ubermittelt|ausgeliefert)
    weiter(?:hin)?\b[^.]{0,60}\bversuch|versuch\w{0,3}\b[^.]{0,60}\bweiter(?:hin)?\b
    retarde|sera (?:retent|renvoy)|pas encore (?:pu|ete)\b
    continue(?:ra|ront)? (?:a |de |d'|ses |les )(?:re)?(?:essa|tent)
    tentatives[^.]{0,40}(?:se poursuiv|continu)
    se (?:ha )?retras|(?:aun|todavia) no (?:se )?(?:ha|han|fue|pudo)\b
    (?:seguira|continuara|seguiremos|sigue|continua) (?:intent|tratando)
    (?:servidor|sistema) (?:lo )?(?:volvera a |re)intentar
    ritard|continuera a (?:tent|prov)|non[^.]{0,20}\bancora (?:stat\w )?(?:consegn|recapit)
    atrasad|continuara (?:a )?tenta|ainda nao (?:foi|pode)|serao feitas novas tentativas
    vertraagd|(?:blijft|blijven) (?:het )?(?:opnieuw )?prober|nog niet (?:bezorgd|afgeleverd)
    opoznion|jeszcze (?:nie )?(?:zostal\w )?dostarcz|(?:bedzie|beda) (?:nadal |dalej )?(?:probowa|ponawia)
    henuz teslim|denemeye devam|akan (?:terus|tetap) (?:mencoba|berusaha)|sẽ tiếp tục (?:thử|cố|gửi)
    задерж|попытк\pL{1,3}[^.]{0,30}(?:продолж|будут повтор)|буд(?:ет|ут) (?:повторя|продолжа)|еще не (?:было )?доставлен
    遅延|遅れ|再送を(?:試|続|行|繰)|(?:再試行|再送信?)(?:いた)?し(?:ます|続|ており)|再試行(?:を|が)(?:続|継続|行われ)
    (?:まだ|未だ)[^。]{0,12}(?:配信|配達|送信|届)|(?:配信|配達|送信)の?(?:試行|試み)?を(?:続|継続)
    延迟|延遲|继续尝试|繼續嘗試|(?:将|將|会|會)(?:自动|自動)?(?:重试|重試|重新投|再次(?:尝试|嘗試|投))|(?:尚未|还未|還未)被?(?:投|送|寄)
    지연|(?:다시 |재)시도(?:할|합|됩|될|하고)|계속[^.]{0,16}시도|아직[^.]{0,16}(?:전달|배달|전송)되지
    ล่าช้า|ยังไม่(?:ได้|สามารถ)(?:ถูก)?(?:จัด|นำ)?ส่ง|จะ(?:ยัง|คง)?(?:พยายาม|ลอง|ดำเนินการ)(?:จัด|นำ)?ส่ง
    ไม่ต้องส่ง[^.]{0,16}(?:ซ้ำ|อีก|ใหม่)|แจ้งเตือนเท่านั้น
    """
)
_GIVEN_UP = re.compile(r"\bnicht (?:mehr )?weiter(?:hin)? versuch", re.IGNORECASE)
_DELAYED_SUBJECT = re.compile(r"^(?:warning[:-]|delayed|.{0,80}(?:\(.{0,20}delay|delayed\b))", re.IGNORECASE)
_KNOWN_USER = frozenset({"mailbox full", "address disabled"})
_ARRIVED = frozenset({"delivered", "relayed", "expanded", "deliverable"})


def delivery_report(mail: ParsedMail) -> Verdict | None:
    """A verdict `bounce` or `delayed` where the mail is a delivery report, whatever its form; None where it is none.

    Success reports and read receipts come as `delayed`: shown to a person, without effect.
    """
    if mail.feedback.pairs or mail.report_type == "feedback-report":
        return None
    text = said(mail)
    if mail.status_groups and (mail.report_type == "delivery-status" or not passes_a_report_on(mail, text)):
        return (
            _of_groups(mail.status_groups, text, our_domains(mail))
            or _in_its_own_form(mail, text)
            or _of_nobody(mail.status_groups)
        )
    if mail.receipt.pairs:
        return Verdict(
            kind="delayed", reason=f"read receipt: {mail.receipt.get('disposition') or 'no disposition'}"[:200]
        )
    if not is_delivery_report(mail, text):
        return ses_notification(mail)
    groups = groups_in_text(mail)
    return (_of_groups(groups, text, our_domains(mail)) if groups else None) or _in_its_own_form(mail, text)


def _of_groups(groups: Sequence[Fields], text: str, ours: Collection[str]) -> Verdict | None:
    """RFC 3464: what each recipient's group says, with the text beside it; None where no group names a recipient."""
    named = [(group, *_recipients(group)) for group in groups]
    named = [each for each in named if each[1]][:MAX_FAILURES]
    sections = sections_of([final or address for _, address, final in named], text.split("\n"))
    failed: list[Failure] = []
    delayed: list[Failure] = []
    arrived: list[Failure] = []
    for group, address, final in named:
        section = sections.get(final.lower() or address.lower(), "")
        texts = _texts_of_group(group, section, text if len(named) == 1 else "")
        found = _first_known(status_in(group.get("status")), [without_ours(each, ours, address) for each in texts])
        failure = Failure(
            recipient=address, final_recipient=final, status=found.status, is_hard=found.is_hard, reason=found.word
        )
        match _outcome(group, text):
            case "arrived":
                arrived.append(replace(failure, is_hard=False, reason="delivered"))
            case "delayed":
                delayed.append(_delayed(failure))
            case _:
                failed.append(failure)
    if failed:
        return Verdict(
            kind="bounce", reason=f"delivery report: {failed[0].reason}", failures=_unique([*failed, *delayed])
        )
    if delayed:
        return Verdict(
            kind="delayed",
            reason="delivery report: delayed, the server goes on trying",
            failures=_unique(delayed),
        )
    if arrived:
        return Verdict(kind="delayed", reason="delivery report: delivered or relayed", failures=_unique(arrived))
    return None


def _of_nobody(groups: Sequence[Fields]) -> Verdict:
    found = next((status for group in groups if (status := status_in(group.get("status")))), "")
    return Verdict(kind="bounce", reason=f"delivery report that names nobody {found}".strip())


def _outcome(group: Fields, text: str) -> str:
    status = next(iter(statuses_in(group.get("status"))), "")
    action = group.get("action").strip().split(" ")[0].split(";")[0].lower()
    if action in _ARRIVED or (action != "failed" and status.startswith("2")):
        return "arrived"
    if action.startswith(("delay", "defer")) or (not action and status.startswith("4")):
        return "delayed"
    # Some call everything failed and say in words alone that they go on trying.
    if not status.startswith("5") and action == "failed" and "WARNING MESSAGE ONLY" in text:
        return "delayed"
    return "failed"


def _recipients(group: Fields) -> tuple[str, str]:
    """The address that was written to, and where that led if it is another; both empty where the group names nobody."""
    original, final = (_address(group.get(name)) for name in ("original-recipient", "final-recipient"))
    final = final or _address(group.get("x-actual-recipient"))
    if "@" not in original:
        return final or original, ""
    return original, final if final.lower() != original.lower() and "@" in final else ""


def _address(value: str) -> str:
    found = ADDRESS.search(value)
    if found:
        return found[0].strip(".'")
    return value.split(";", 1)[-1].strip().strip("<>").strip()[:320]


def _texts_of_group(group: Fields, section: str, text: str) -> Sequence[str]:
    """What may tell the reason, nearest first: the server's answer, the status' comment, the lines about this one."""
    status = group.get("status").strip()
    return group.get("diagnostic-code"), status.removeprefix(status_in(status)).strip(), section, text


def _first_known(status: str, texts: Sequence[str]) -> BounceReason:
    """The reason out of the first text that tells one; the others may say more surely what it means.

    Where another knows why a user that one calls unknown gets no mail, he is known.
    """
    beside = "\n".join(texts)
    command: Command = next((each for text in texts if (each := command_in(text))), "")
    found = [bounce_reason(status, text, command, beside) for text in texts if text.strip()]
    known = next((reason for reason in found if reason.is_known), None)
    if known and known.is_hard:
        known = next((reason for reason in found if reason.word in _KNOWN_USER), known)
    return known or bounce_reason(status or next((reason.status for reason in found if reason.status), ""), "")


def _in_its_own_form(mail: ParsedMail, text: str) -> Verdict | None:
    """A report in prose: each recipient's lines tell the reason, else the whole text does."""
    recipients = failed_recipients(mail, text)
    ours = our_domains(mail)
    failures = []
    for each in recipients:
        found = _first_known("", [without_ours(said, ours, each.address) for said in (each.about, each.rest)])
        failures.append(
            Failure(
                recipient=each.address,
                final_recipient=each.final,
                status=found.status,
                is_hard=found.is_hard,
                reason=found.word,
            )
        )
    if not failures and not comes_from_mail_system(mail):
        return None
    is_hard = any(failure.is_hard for failure in failures)
    if not is_hard and (_goes_on(text) or _DELAYED_SUBJECT.match(mail.subject)):
        return Verdict(
            kind="delayed",
            reason="delivery report: delayed, the server goes on trying",
            confidence=0.9,
            failures=tuple(_delayed(each) for each in failures),
        )
    word = failures[0].reason if failures else bounce_reason("", text).word
    return Verdict(
        kind="bounce",
        reason=f"delivery report in its own form: {word}",
        confidence=0.9,
        failures=tuple(failures),
    )


def _goes_on(text: str) -> bool:
    said = plain(text)
    return _DELAYED.find(said) is not None and not _GIVEN_UP.search(said)


def _delayed(failure: Failure) -> Failure:
    """Of what goes on being tried no reason says that it is over."""
    is_final = failure.reason in ("no reason understood", "not accepted in time")
    return replace(failure, is_hard=False, reason="delayed" if is_final else failure.reason)


def _unique(failures: Sequence[Failure]) -> tuple[Failure, ...]:
    return tuple({failure.recipient.lower(): failure for failure in reversed(failures)}.values())[::-1]
