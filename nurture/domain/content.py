"""What one email says, before it has headers and after its template is gone."""

from dataclasses import dataclass

from nurture.domain.message import MessageLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes along."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A rendered email. `links` are the tracked ones in order: their index is what a click token's URL carries.

    `preheader` stands in the HTML already, hidden where mail programs show what follows the subject.
    """

    subject: str
    html: str | None
    text: str
    language: str
    preheader: str = ""
    links: tuple[MessageLink, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailUrls:
    """The URLs of one message: `click` is a prefix to which `/INDEX` is added; None where that is not tracked."""

    unsubscribe: str
    open: str | None = None
    click: str | None = None
