"""A mail as its reader sees it: who it is from, what can be opened in it and what can be clicked."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`pixel`, `links` and `unsubscribe` are addresses of our own web listener; `unsubscribe` is for one click.

    A notice to the team has none of them and is not `is_marketing`.
    """

    recipient: str
    message_id: str
    subject: str
    sender: str
    reply_to: str
    pixel: str | None = None
    links: tuple[str, ...] = ()
    unsubscribe: str | None = None

    @property
    def is_marketing(self) -> bool:
        return self.unsubscribe is not None


def read_letter(raw: bytes, *, recipient: str, base_url: str) -> Letter:
    """What a mail program would show; only addresses under `base_url` count, so that nothing else is ever asked for."""
    mail = message_from_bytes(raw, policy=default)
    part = mail.get_body(("html", "plain"))
    text = str(part.get_content()) if part else ""
    ours = re.escape(base_url)
    pixel = re.search(rf"{ours}/o/[\w=-]+\.gif", text)
    links = re.findall(rf"{ours}/c/[\w=-]+/\d+", text)
    unsubscribe = re.search(rf"<({ours}/u/[\w=-]+)>", str(mail["List-Unsubscribe"] or ""))
    return Letter(
        recipient=recipient,
        message_id=str(mail["Message-ID"]),
        subject=str(mail["Subject"]),
        sender=str(mail["From"]),
        reply_to=str(mail["Reply-To"] or mail["From"]),
        pixel=pixel[0] if pixel else None,
        links=tuple(dict.fromkeys(links)),
        unsubscribe=unsubscribe[1] if unsubscribe else None,
    )
