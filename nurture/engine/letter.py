"""One assignment as bytes: rendered, composed with its headers and signed. No network and no store."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from nurture.delivery.compose import compose
from nurture.delivery.dkim import Signer
from nurture.domain.campaign import EmailAction
from nurture.domain.content import Content, MailUrls
from nurture.domain.link import sign_token
from nurture.domain.message import Message
from nurture.domain.sender import Sender
from nurture.engine.claim import Assignment
from nurture.engine.rules import Rules
from nurture.rendering.renderer import Renderer

_NONE_KEPT: Mapping[str, Renderer] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What goes to the relay, with what the ledger must know of it before it goes."""

    data: bytes
    mail_from: str
    rcpt_to: str
    content: Content


class LetterWriter:
    """Writes letters; `signing_key` signs the tokens in their links, `signers` (by sender) their headers.

    `kept` renders by the files of a campaign's version, by its digest; `renderer` where none is kept of it.
    """

    def __init__(
        self,
        *,
        rules: Rules,
        renderer: Renderer,
        signers: Mapping[str, Signer],
        signing_key: bytes,
        kept: Mapping[str, Renderer] = _NONE_KEPT,
    ) -> None:
        self._rules = rules
        self._renderer = renderer
        self._kept = kept
        self._signers = signers
        self._signing_key = signing_key

    def write(self, assignment: Assignment, *, now: datetime) -> Letter:
        """The letter of an assignment. Raises InvalidInput where template, attachment or address cannot be used."""
        sender = self._rules.senders[assignment.message.sender]
        is_notice = assignment.facts is None
        content = _notice_content(assignment.message) if is_notice else self._content(assignment, sender)
        data = self._compose(assignment, content, sender, now)
        signer = self._signers.get(sender.name)
        return Letter(
            data=signer.sign(data) if signer else data,
            mail_from=sender.email,
            rcpt_to=assignment.message.recipient,
            content=content,
        )

    def urls_of(self, message: Message) -> MailUrls:
        """The URLs of one message, each with a token of its own purpose."""
        base = self._rules.base_url.rstrip("/")
        return MailUrls(
            unsubscribe=f"{base}/u/{sign_token('unsubscribe', message.id, self._signing_key)}",
            open=f"{base}/o/{sign_token('open', message.id, self._signing_key)}.gif",
            click=f"{base}/c/{sign_token('click', message.id, self._signing_key)}",
        )

    def _content(self, assignment: Assignment, sender: Sender) -> Content:
        facts, step, campaign = assignment.facts, assignment.step, assignment.campaign
        assert facts is not None and step is not None and campaign is not None  # noqa: S101  not a notice
        action = step.action
        assert isinstance(action, EmailAction)  # noqa: S101  only emails are assigned
        tracking = self._rules.tracking
        is_tracked = tracking.covers(facts.contact.country or self._rules.country)
        action = replace(
            action,
            tracks_opens=action.tracks_opens and tracking.opens and is_tracked,
            tracks_clicks=action.tracks_clicks and tracking.clicks and is_tracked,
        )
        renderer = self._kept.get(campaign.digest, self._renderer)
        content = renderer.render(
            action, facts, urls=self.urls_of(assignment.message), sender=sender, campaign=campaign.name
        )
        if assignment.answers and action.is_thread_reply:
            content = replace(content, subject=_answering(assignment.answers.subject or content.subject))
        return content

    def _compose(self, assignment: Assignment, content: Content, sender: Sender, now: datetime) -> bytes:
        message, facts, campaign = assignment.message, assignment.facts, assignment.campaign
        domain = sender.email.rpartition("@")[2]
        is_marketing = message.purpose == "marketing"
        tagged = self._plus_address(message, sender)
        name = ""
        if facts:
            name = " ".join(part for part in (facts.contact.first_name, facts.contact.last_name) if part)
        return compose(
            content=content,
            sender=sender,
            recipient=facts.contact.email if facts else message.recipient,
            recipient_name=name,
            message_id=message.message_id,
            date=now,
            list_id=f"{campaign.name}.{domain}" if campaign and is_marketing else None,
            urls=self.urls_of(message) if is_marketing else None,
            unsubscribe_mailto=(tagged or sender.email) if is_marketing else None,
            reply_to=(campaign.reply_to if campaign else None) or tagged,
            in_reply_to=message.in_reply_to,
            references=message.references,
            feedback_id=f"{campaign.name}:{message.step}:{sender.name}:nurture" if campaign and is_marketing else None,
            is_automatic=not is_marketing,
        )

    def _plus_address(self, message: Message, sender: Sender) -> str | None:
        """The sender's address with a token that says which message is answered, where the mailbox takes such."""
        if sender.name not in self._rules.plus_address_senders:
            return None
        local, _, domain = sender.email.partition("@")
        return f"{local}+{sign_token('reply', message.id, self._signing_key)}@{domain}"


def _notice_content(message: Message) -> Content:
    return Content(subject=message.subject, html=None, text=message.body or "", language="en")


def _answering(subject: str) -> str:
    return subject if subject.casefold().startswith("re:") else f"Re: {subject}"
