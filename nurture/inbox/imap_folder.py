"""A folder of an IMAP account opened to read only (EXAMINE), and which folders there are where it is not there."""

from dataclasses import dataclass

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from nurture.errors import MailboxUnavailable
from nurture.inbox.imap_line import GARBLED, ImapLine
from nurture.inbox.settings import AUTO

_SENT = b"\\Sent"
_FOLDERS_NAMED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFolder:
    """What EXAMINE told: `uid_next` is 0 where the server does not say, `uid_validity` where it keeps no UIDs."""

    client: IMAPClient
    uid_validity: int
    uid_next: int
    exists: int


def open_folder(line: ImapLine, client: IMAPClient, name: str, *, is_sent: bool = False) -> OpenFolder:
    """The folder of that name; for `auto`, the one of sent mail. Raises MailboxUnavailable where it is not there."""
    found = _sent_folder(line, client) if is_sent and name == AUTO else name
    try:
        with line.patient(client):
            status = client.select_folder(found, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        there = _folders(client)
        if found in there or not there:
            raise line.trouble(
                f"the folder {found!r} cannot be opened: {error}", "The next look tries again."
            ) from None
        raise _missing(line, f"there is no folder {found!r}", there) from None
    return OpenFolder(
        client=client,
        uid_validity=_number(status.get(b"UIDVALIDITY")),
        uid_next=_number(status.get(b"UIDNEXT")),
        exists=_number(status.get(b"EXISTS")),
    )


def _sent_folder(line: ImapLine, client: IMAPClient) -> str:
    """By its \\Sent flag (RFC 6154), else by a name that is usual for it."""
    found = client.find_special_folder(_SENT)
    if not found:
        raise _missing(line, "no folder is marked as the one of sent mail", _folders(client))
    return str(found)


def _missing(line: ImapLine, message: str, there: list[str]) -> MailboxUnavailable:
    names = ", ".join(there[:_FOLDERS_NAMED]) + (", …" if len(there) > _FOLDERS_NAMED else "")
    return line.trouble(message, f"The account has: {names}.")


def _folders(client: IMAPClient) -> list[str]:
    """The folders that can be opened, INBOX first; none where the server does not list them."""
    try:
        listed = client.list_folders()
    except IMAPClientAbortError:
        raise
    except (IMAPClientError, *GARBLED):
        return []
    names = (str(name) for flags, _, name in listed if b"\\noselect" not in {flag.lower() for flag in flags})
    return sorted(names, key=lambda name: (name.upper() != "INBOX", name))


def _number(value: object) -> int:
    try:
        return int(value)  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return 0
