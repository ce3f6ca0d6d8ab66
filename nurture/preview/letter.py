"""One mail as the engine's own writer makes it: its links lead nowhere, and its tokens are none that a web takes."""

from dataclasses import dataclass, replace
from datetime import datetime

from nurture.domain.admission import sender_of
from nurture.domain.campaign import Campaign, EmailAction, Step
from nurture.domain.facts import Facts
from nurture.domain.message import Message, MessageState
from nurture.domain.sender import Sender
from nurture.engine.claim import Assignment
from nurture.engine.letter import Letter, LetterWriter
from nurture.engine.rules import Rules
from nurture.errors import InvalidInput
from nurture.rendering.renderer import Renderer

NOWHERE = "https://preview.invalid"
"""No name under `.invalid` ever leads anywhere (RFC 6761)."""

_NO_KEY = b"a preview's tokens are signed by nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A letter with the name of its sender."""

    letter: Letter
    sender: str


class PreviewWriter:
    """Writes the mails of previews; unsigned, since a signed mail is a real one that anybody could send on."""

    def __init__(self, *, rules: Rules, renderer: Renderer) -> None:
        self._rules = rules
        self._writer = LetterWriter(
            rules=replace(rules, base_url=NOWHERE), renderer=renderer, signers={}, signing_key=_NO_KEY
        )

    def write(self, campaign: Campaign, step: Step, facts: Facts, *, now: datetime) -> Previewed:
        """The mail of an email step. Raises InvalidInput as the engine would, with the place where that is known."""
        sender = self._sender(campaign, step, facts)
        message = _message(campaign, step, facts, sender, now)
        answers = self._answered(campaign, step, facts, now)
        if answers:
            message = replace(message, in_reply_to=answers.message_id, references=(answers.message_id,))
        assignment = Assignment(message=message, campaign=campaign, step=step, facts=facts, answers=answers)
        return Previewed(letter=self._writer.write(assignment, now=now), sender=sender.name)

    def _sender(self, campaign: Campaign, step: Step, facts: Facts) -> Sender:
        named = step.action.from_ if isinstance(step.action, EmailAction) else None
        name = named or (sender_of(campaign, facts.contact.address) if campaign.senders else "")
        if name not in self._rules.senders:
            raise InvalidInput(f"sender {name!r} is not in the config", where=f"campaigns/{campaign.name}.yaml")
        return self._rules.senders[name]

    def _answered(self, campaign: Campaign, step: Step, facts: Facts, now: datetime) -> Message | None:
        """For a mail that continues a thread, the one before it in the file."""
        if not (isinstance(step.action, EmailAction) and step.action.is_thread_reply):
            return None
        before = None
        for _, each in campaign.all_steps():
            if each.id == step.id:
                break
            before = each if isinstance(each.action, EmailAction) else before
        if before is None:
            return None
        written = self.write(campaign, before, facts, now=now)
        message = _message(campaign, before, facts, self._sender(campaign, before, facts), now)
        return replace(message, subject=written.letter.content.subject)


def _message(campaign: Campaign, step: Step, facts: Facts, sender: Sender, now: datetime) -> Message:
    return Message(
        id=0,
        key=f"preview/{step.id}",
        state=MessageState.SENDING,
        purpose="marketing",
        contact_id=facts.contact.id,
        enrollment_id=None,
        campaign=campaign.name,
        stage=facts.stage,
        step=step.id,
        sender=sender.name,
        recipient=facts.contact.address,
        message_id=f"<preview-{step.id}@{sender.email.rpartition('@')[2]}>",
        created_at=now,
    )
