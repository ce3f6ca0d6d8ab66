"""Answers with a verdict that a test names, taken in as the collector takes them in."""

from uuid import uuid4

from nurture.app import renderer_of
from nurture.domain.verdict import Intent, Verdict
from nurture.engine.perform import Desk
from nurture.engine.take_in import InboundMail, take_in
from nurture.inbox.thread import References
from nurture.store import link_keys
from tests.support.mail_server import Mail
from tests.support.project import Workshop


def judged_answer(workshop: Workshop, to: Mail, verdict: Verdict) -> None:
    """A mail that answers `to` and was judged to be `verdict`."""
    now = workshop.clock.now()
    desk = Desk(rules=workshop.rules, renderer=renderer_of(workshop.project), chance=workshop.chance)
    mail = InboundMail(
        mailbox="mali",
        key=uuid4().hex,
        message_id=f"<{uuid4().hex}@example.com>",
        from_address=to.recipient,
        subject="Re: hello",
        received_at=now,
        references=References(message_ids=(to.message_id,), tokens=(), from_address=to.recipient),
        verdict=verdict,
    )
    with workshop.database.write() as conn:
        keys = link_keys.newest_first(conn)
        take_in(conn, desk, workshop.campaigns(), mail, link_keys=keys, now=now)


def reply(intent: Intent, text: str = "Hello") -> Verdict:
    return Verdict(kind="reply", reason="a person wrote it", text=text, intent=intent)
