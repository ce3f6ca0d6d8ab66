"""Answers with a verdict that a test names, taken in as the collector takes them in."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from nurture.app import renderer_of
from nurture.domain.verdict import Failure, Intent, Verdict
from nurture.engine.arrival import InboundMail
from nurture.engine.perform import Desk
from nurture.engine.take_in import take_in
from nurture.inbox.thread import References
from nurture.store import link_keys
from tests.support.mail_server import Mail
from tests.support.project import Workshop


def desk_of(workshop: Workshop) -> Desk:
    return Desk(rules=workshop.rules, renderer=renderer_of(workshop.project), chance=workshop.chance)


def judged_answer(workshop: Workshop, to: Mail, verdict: Verdict, **changes: Any) -> bool:
    """A mail that answers `to` and was judged to be `verdict`, its references and the rest changed as given."""
    references = References(message_ids=(to.message_id,), from_address=to.recipient)
    return judged_mail(workshop, verdict, references=references, **changes)


def judged_mail(workshop: Workshop, verdict: Verdict, *, references: References, **changes: Any) -> bool:
    """A mail with these references; whether it was taken in."""
    now = workshop.clock.now()
    of_references = {name: changes.pop(name) for name in list(changes) if name in References.__slots__}
    references = replace(references, **of_references)
    defaults: dict[str, Any] = {
        "mailbox": "mali",
        "key": uuid4().hex,
        "message_id": f"<{uuid4().hex}@example.com>",
        "content_digest": "",
        "from_address": references.from_address,
        "subject": "Re: hello",
        "received_at": now,
    }
    mail = InboundMail(**{**defaults, **changes}, references=references, verdict=verdict)
    with workshop.database.write() as conn:
        keys = link_keys.newest_first(conn)
        return take_in(conn, desk_of(workshop), workshop.campaigns(), mail, link_keys=keys, now=now)


def reply(intent: Intent, text: str = "Hello", **more: Any) -> Verdict:
    return Verdict(kind="reply", reason="a person wrote it", text=text, intent=intent, **more)


def bounce(recipient: str = "somchai@example.com", *, is_hard: bool = True, reason: str = "unknown user") -> Verdict:
    failed = Failure(recipient=recipient, status="5.1.1" if is_hard else "4.2.2", is_hard=is_hard, reason=reason)
    return Verdict(kind="bounce", reason="a delivery report", failures=(failed,))
