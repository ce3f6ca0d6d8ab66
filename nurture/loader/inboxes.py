"""A sender's mailbox as a config describes it: an IMAP account or a Maildir, its folders, and how it is entered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nurture.domain.loopback import is_loopback
from nurture.loader.config_shape import InboxShape, OAuthShape
from nurture.loader.document import Place
from nurture.loader.senders import Account, read_account, read_secret
from nurture.loader.validation import Checked
from nurture.loader.words import show

_INBOX = "INBOX"
_TOKEN_URLS = {
    "google": "https://oauth2.googleapis.com/token",
    "microsoft": "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
}
_SCOPES = {"microsoft": "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"}
_HOSTS = {"google": "imap.gmail.com", "microsoft": "outlook.office365.com"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuth:
    """Where access tokens come from and what they are asked for with."""

    token_url: str
    client_id: str
    scope: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    refresh_token_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """`at` is the account, or the folder of a Maildir; `sent` is empty where sent mail is not looked at."""

    at: Account | Path
    folders: tuple[str, ...]
    sent: str
    oauth: OAuth | None = None


def read_inbox(shape: InboxShape, place: Place, checked: Checked[Any], root: Path) -> Inbox | None:
    """The mailbox; None where it is wrong, which is then noted."""
    folders, sent = _folders(shape, place, checked), shape.sent or ""
    if sent in folders:
        message = f"{show(sent)} cannot hold both answers and sent mail"
        checked.add((*place, "sent"), "conflict", message, "name another folder, or auto")
    if (shape.kind or ("maildir" if shape.path else "imap")) == "maildir":
        if shape.path is None:
            hint = "write `path:`, the folder that holds `new` and `cur`"
            checked.add(place, "missing", "the maildir has no path", hint, on_key=True, lacks=("path", "kind"))
            return None
        return Inbox(at=root / shape.path, folders=folders, sent=sent)
    oauth = _oauth(shape, (*place, "oauth"), checked, root) if shape.oauth else None
    if shape.host is None and shape.oauth and shape.oauth.provider:
        shape = shape.model_copy(update={"host": _HOSTS[shape.oauth.provider]})
    account = read_account(shape, place, checked, root, default="tls")
    return Inbox(at=account, folders=folders, sent=sent, oauth=oauth) if account else None


def _folders(shape: InboxShape, place: Place, checked: Checked[Any]) -> tuple[str, ...]:
    if shape.folders is None:
        return (shape.folder or _INBOX,)
    if shape.folder is not None:
        checked.add((*place, "folder"), "conflict", "folders are named twice", "keep `folders`", on_key=True)
    if not shape.folders:
        checked.add((*place, "folders"), "missing", "no folder is named", "write `folders: [INBOX]`, or leave it out")
        return (_INBOX,)
    _refuse_doubles(shape.folders, (*place, "folders"), checked)
    return tuple(shape.folders)


def _refuse_doubles(folders: Sequence[str], place: Place, checked: Checked[Any]) -> None:
    """INBOX is the one folder that may be written in any case (RFC 3501)."""
    seen: set[str] = set()
    for index, folder in enumerate(folders):
        name = _INBOX if folder.upper() == _INBOX else folder
        if name in seen:
            checked.add((*place, index), "conflict", f"{show(folder)} is here twice", "keep one")
        seen.add(name)


def _oauth(inbox: InboxShape, place: Place, checked: Checked[Any], root: Path) -> OAuth | None:
    shape = inbox.oauth
    if shape is None:
        return None
    if inbox.password or inbox.password_file:
        checked.add(place, "conflict", "the inbox has a password and oauth", "keep one of them", on_key=True)
    if not inbox.username:
        hint = "write `username:`, the mailbox's address"
        checked.add(place[:-1], "missing", "oauth needs the account's name", hint, on_key=True, lacks=("username",))
    url = _token_url(shape, place, checked)
    if shape.client_id is None:
        checked.add(place, "missing", "oauth has no client_id", "write `client_id:`", on_key=True, lacks=("client_id",))
    if shape.refresh_token is None and shape.refresh_token_file is None:
        hint = "write `refresh_token_file:`, or `refresh_token:` from the environment"
        lacks = ("refresh_token", "refresh_token_file")
        checked.add(place, "missing", "oauth has no refresh token", hint, on_key=True, lacks=lacks)
    if url is None or shape.client_id is None:
        return None
    token_file = root / shape.refresh_token_file if shape.refresh_token_file else None
    refresh_token = read_secret(shape.refresh_token, shape.refresh_token_file, "refresh_token", place, checked, root)
    return OAuth(
        token_url=url,
        client_id=shape.client_id,
        client_secret=read_secret(shape.client_secret, shape.client_secret_file, "client_secret", place, checked, root),
        scope=shape.scope or _SCOPES.get(shape.provider or "", ""),
        refresh_token="" if token_file else refresh_token,
        refresh_token_file=token_file,
    )


def _token_url(shape: OAuthShape, place: Place, checked: Checked[Any]) -> str | None:
    tenant = shape.tenant or "common"
    if shape.tenant is not None and (shape.provider != "microsoft" or shape.token_url):
        hint = "take it out, or write `provider: microsoft`"
        checked.add((*place, "tenant"), "conflict", "only microsoft has tenants", hint, on_key=True)
    if not all(letter.isalnum() or letter in "-." for letter in tenant):
        hint = "write the directory's id or its domain"
        checked.add((*place, "tenant"), "bad_url", f"{show(tenant)} is no tenant", hint)
        return None
    if shape.token_url is None:
        if shape.provider is None:
            hint = "write `provider: google` or `microsoft`, or `token_url:` for another"
            lacks = ("provider", "token_url")
            checked.add(place, "missing", "oauth has no provider", hint, on_key=True, lacks=lacks)
            return None
        return _TOKEN_URLS[shape.provider].format(tenant=tenant)
    if not _is_safe(shape.token_url):
        hint = "write it as https://login.example.com/token; http is for this machine alone"
        checked.add((*place, "token_url"), "bad_url", f"{show(shape.token_url)} may not be sent a secret", hint)
        return None
    return shape.token_url


def _is_safe(url: str) -> bool:
    """Whether a secret may go there: encrypted, or never off this machine.

    >>> _is_safe("https://login.example.com/token"), _is_safe("http://127.0.0.1:8080/t"), _is_safe("http://a.example/")
    (True, True, False)
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or parts.username is not None or not url.isascii():
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
