"""What became of a message, written into the ledger, and what that means for the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from nurture.domain import transition
from nurture.domain.campaign import Campaign
from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.message import Accepted, Deferred, Message, MessageState, Outcome, Rejected, Unknown
from nurture.domain.retry import POLICY_HOLDS_FOR, RELAY_RETRY_AFTER, retry_after, retry_after_interruption
from nurture.domain.suppression import forbids
from nurture.domain.value import Value
from nurture.engine.notify import queue_notice
from nurture.engine.past import Past
from nurture.engine.perform import Desk
from nurture.engine.suppress import suppress
from nurture.store import enrollments, events, holds, messages, resends, suppressions
from nurture.store.connection import Connection

RESEND_AFTER = timedelta(minutes=15)
_MOST_RESENDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An outcome with the row as claimed; the enrollment as this worker left it leased, none for a notice.

    `is_resend`: a person asked for an unknown message once more, whose run went on long ago.
    """

    message: Message
    outcome: Outcome
    enrollment: Enrollment | None = None
    campaign: Campaign | None = None
    is_resend: bool = False


def record(conn: Connection, desk: Desk, settled: Sequence[Settled], *, now: datetime) -> None:
    """Settle messages in one transaction. The message always; its enrollment only if it is still as it was claimed."""
    # In one order in every worker, so that no two of them wait for each other's rows.
    for each in sorted(settled, key=lambda one: one.message.enrollment_id or 0):
        _record_one(conn, desk, each, now)


def record_afterwards(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    message: Message,
    outcome: Outcome,
    *,
    now: datetime,
) -> None:
    """Settle a message whose worker could not: after a crash, from the journal, or by what came back."""
    _record_one(conn, desk, _afterwards(conn, campaigns, message, outcome), now)


def take_back(
    conn: Connection,
    desk: Desk,
    campaigns: Mapping[str, Campaign],
    message: Message,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Have a message sent anew whose worker ended before anything of it was written."""
    deferred = Deferred(reason=reason, is_relay_wide=True)
    settled = _afterwards(conn, campaigns, message, deferred)
    _defer(conn, desk, settled, deferred, now, after=retry_after_interruption(message.attempts))


def _afterwards(conn: Connection, campaigns: Mapping[str, Campaign], message: Message, outcome: Outcome) -> Settled:
    enrollment = enrollments.get(conn, message.enrollment_id) if message.enrollment_id else None
    if enrollment and (enrollment.step != message.step or enrollment.state == "finished"):
        enrollment = None
    if enrollment:
        enrollment = replace(enrollment, wake=0)  # what woke it while it was held still has to be looked at
    campaign = campaigns.get(message.campaign) if message.campaign else None
    if enrollment and campaign and enrollment.digest != campaign.digest:
        # The step was done by the version that the run goes by; into the one that runs now the next claim takes it.
        campaign = Past().campaign_at(conn, campaign.name, enrollment.digest) or campaign
    return Settled(message=message, outcome=outcome, enrollment=enrollment, campaign=campaign)


def _record_one(conn: Connection, desk: Desk, settled: Settled, now: datetime) -> None:
    match settled.outcome:
        case Accepted(reply=reply):
            if _settle(conn, settled, MessageState.SENT, reply, now):
                _log(conn, settled, "message_sent", reply, now)
            _complete(conn, settled, now)
        case Deferred() as deferred:
            _defer(conn, desk, settled, deferred, now)
        case Rejected(kind="policy", reason=reason):
            _hold_sender(conn, desk, settled.message.sender, reason, now)
            _defer(conn, desk, settled, Deferred(reason=reason), now, after=POLICY_HOLDS_FOR)
        case Rejected(kind=kind, reason=reason):
            if _settle(conn, settled, MessageState.FAILED, reason, now):
                _log(conn, settled, "message_failed", reason, now)
            if kind == "address":
                _bounce(conn, settled, reason, now)
            else:
                _complete(conn, settled, now)
        case Unknown(reason=reason):
            if _settle(conn, settled, MessageState.UNKNOWN, reason, now):
                _log(conn, settled, "message_unknown", reason, now)
            _go_on_after_unknown(conn, settled, reason, now)


def _settle(conn: Connection, settled: Settled, to: MessageState, reason: str, now: datetime) -> bool:
    """False where the row is settled otherwise already; an `unknown` that turns out to be known is settled anew."""
    if messages.settle(conn, settled.message, to, reason=reason, now=now):
        return True
    present = messages.get(conn, settled.message.id)
    if present is None or present.state is not MessageState.UNKNOWN or to is MessageState.UNKNOWN:
        return False
    return messages.settle(conn, present, to, reason=reason, now=now)


def _log(conn: Connection, settled: Settled, name: str, because: str, now: datetime) -> None:
    message = settled.message
    if message.purpose == "notify":
        return
    event = Event(
        name=name,
        at=now,
        contact_id=message.contact_id,
        enrollment_id=message.enrollment_id,
        message_id=message.id,
        campaign=message.campaign,
        stage=message.stage,
        step=message.step,
        because=because,
        fields=_why(settled) if name == "message_sent" else {},
    )
    events.append(conn, [event])


def _why(settled: Settled) -> dict[str, Value]:
    """The reason of the step's time, where its run still stands there; `because` is what the relay said."""
    run = settled.enrollment
    return {"why": run.because} if run and run.because and run.step == settled.message.step else {}


def _complete(conn: Connection, settled: Settled, now: datetime) -> None:
    if settled.enrollment is None or settled.campaign is None:
        return
    done = transition.complete(settled.enrollment, settled.campaign, now)
    _release(conn, settled.enrollment, done, now)


def _release(conn: Connection, before: Enrollment, after: Enrollment, now: datetime) -> None:
    enrollments.save(conn, before, replace(after, lease_token=None, lease_until=None), now=now)


def _defer(
    conn: Connection, desk: Desk, settled: Settled, deferred: Deferred, now: datetime, *, after: timedelta | None = None
) -> None:
    """Have it tried again, `after` a span where that is given; or give it up when that has gone on for too long."""
    message = settled.message
    if settled.is_resend:
        at = now + (after or retry_after(message.attempts, desk.chance.uniform(0, 1)))
        _ask_again(conn, message, at, deferred.reason, now)
        return
    if now - message.created_at > desk.rules.gives_up_after:
        reason = f"given up after {desk.rules.gives_up_after.days} days: {deferred.reason}"
        if _settle(conn, settled, MessageState.FAILED, reason, now):
            _log(conn, settled, "message_failed", reason, now)
        _complete(conn, settled, now)
        return
    if after is None and deferred.is_relay_wide:
        after = RELAY_RETRY_AFTER
    if after is None:
        after = retry_after(message.attempts, desk.chance.uniform(0, 1))
    _try_again(conn, settled, now + after, deferred.reason, now, is_attempt=not deferred.is_relay_wide)


def _try_again(
    conn: Connection, settled: Settled, at: datetime, reason: str, now: datetime, *, is_attempt: bool
) -> None:
    if settled.message.enrollment_id and not _still_wants(conn, settled.message):
        messages.settle(conn, settled.message, MessageState.CANCELLED, reason="the person moved on", now=now)
        return
    if messages.settle(conn, settled.message, MessageState.DEFERRED, reason=reason, now=now, due_at=at):
        _log(conn, settled, "message_deferred", reason, now)
    if settled.enrollment:
        waiting = transition.retry(settled.enrollment, at=at, because=reason)
        if not is_attempt:
            waiting = replace(waiting, attempts=settled.enrollment.attempts)
        _release(conn, settled.enrollment, waiting, now)


def _ask_again(conn: Connection, message: Message, at: datetime, reason: str, now: datetime) -> None:
    """As unknown as before, since only the newest try is known to have failed; tried again where it may be."""
    messages.settle(conn, message, MessageState.UNKNOWN, reason=reason, now=now)
    scopes = suppressions.scopes_of(conn, [message.recipient]).get(message.recipient, ())
    is_refused = any(forbids(scope, message.purpose, message.campaign) for scope in scopes)
    if message.attempts < _MOST_RESENDS and not is_refused:
        resends.ask_resend(conn, message.id, now=at)


def _still_wants(conn: Connection, message: Message) -> bool:
    """Whether the run still stands at the message's step; else a try again would wait for nobody."""
    run = enrollments.get(conn, message.enrollment_id) if message.enrollment_id else None
    return run is not None and run.state != "finished" and run.step == message.step


def _bounce(conn: Connection, settled: Settled, reason: str, now: datetime) -> None:
    """An address that the relay refuses for good: never written to again, by nobody."""
    if settled.message.purpose == "notify":
        return
    _log(conn, settled, "bounced", reason, now)
    suppress(
        conn,
        address=settled.message.recipient,
        scope="all",
        reason=reason,
        source="smtp",
        outcome="bounced",
        now=now,
    )


def _go_on_after_unknown(conn: Connection, settled: Settled, reason: str, now: datetime) -> None:
    """Hold the message, not the person; or, where the campaign says so, send it once more."""
    is_resent = settled.campaign is not None and settled.campaign.on_unknown == "resend"
    if is_resent and settled.enrollment and settled.message.attempts <= 1:
        waiting = transition.retry(settled.enrollment, at=now + RESEND_AFTER, because=reason)
        _release(conn, settled.enrollment, waiting, now)
    else:
        _complete(conn, settled, now)


def _hold_sender(conn: Connection, desk: Desk, sender: str, reason: str, now: datetime) -> None:
    """Stop sending through a relay that refuses us, for a while, and tell the team once a day."""
    until = now + POLICY_HOLDS_FOR
    holds.put_for_a_while(conn, scope=f"sender:{sender}", because=reason, now=now, until_at=until)
    events.append(conn, [Event(name="sender_held", at=now, because=reason, fields={"sender": sender})])
    queue_notice(
        conn,
        key=f"sender-held-{sender}-{now:%Y-%m-%d}",
        to=desk.rules.team,
        subject=f"Sender {sender} is held: its relay refuses our mail",
        text=f"The relay of sender {sender} said:\n\n{reason}\n\n"
        f"Nothing is lost. Sending goes on in {POLICY_HOLDS_FOR}, or at once by: nurture resume --sender {sender}",
        sender=sender,
        rules=desk.rules,
        chance=desk.chance,
        now=now,
    )
