"""Senders as a config describes them: who they are, their relay, mailbox, key and rates, defaults filled in."""

import re
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal

from nurture.domain.loopback import is_loopback
from nurture.domain.sender import Rates
from nurture.loader.config_shape import DkimShape, InboxShape, RatesShape, SenderShape, SmtpShape
from nurture.loader.document import Place
from nurture.loader.validation import Checked
from nurture.loader.words import show

Security = Literal["none", "starttls", "tls"]
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
_RELAY_PORTS = {"none": 25, "starttls": 587, "tls": 465}
_SECRET_FILE_BYTES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Who a mail is from."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A server and how to enter it. `port` 0 is the usual one."""

    host: str
    port: int
    security: Security
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A DKIM key as the config names it."""

    selector: str
    file: Path
    domain: str | None


def read_from(text: str | None, place: Place, checked: Checked[Any]) -> Address | None:
    """The sender's identity, `Mali Srisuk <mali@example.com>`; None where it is wrong, which is then noted."""
    if text is None:
        hint = "write `from: Mali Srisuk <mali@example.com>`"
        checked.add(place, "missing", f"sender {place[-1]} has no address", hint, on_key=True, lacks=("from",))
        return None
    name, email = parseaddr(text)
    if not _ADDRESS.fullmatch(email) or any(ord(letter) < 32 for letter in text):
        hint = "write it as Mali Srisuk <mali@example.com>"
        checked.add((*place, "from"), "bad_address", f"{show(text)} is no mail address", hint)
        return None
    return Address(email=email, name=name)


def read_relay(shape: SenderShape, place: Place, checked: Checked[Any], root: Path) -> Account | Path | None:
    """The relay, or the folder of a dry run; None where there is neither or it is wrong, which is then noted."""
    if shape.transport is not None:
        if shape.smtp is not None:
            hint = "keep one of them"
            checked.add((*place, "transport"), "conflict", "mails go to a relay or a folder", hint, on_key=True)
        if shape.transport.folder is None:
            hint = "write `transport: {folder: outbox}`"
            checked.add(
                (*place, "transport"), "missing", "the transport has no folder", hint, on_key=True, lacks=("folder",)
            )
        return root / (shape.transport.folder or "outbox")
    if shape.smtp is None:
        hint = "write `smtp: {host: …}`, or `transport: {folder: outbox}` for a dry run"
        checked.add(
            place, "missing", f"sender {place[-1]} has no way out", hint, on_key=True, lacks=("smtp", "transport")
        )
        return None
    default: Security = "tls" if shape.smtp.port == 465 else "starttls"
    account = read_account(shape.smtp, (*place, "smtp"), checked, root, default=default)
    return replace(account, port=account.port or _RELAY_PORTS[account.security]) if account else None


def read_account(
    shape: SmtpShape | InboxShape, place: Place, checked: Checked[Any], root: Path, *, default: Security
) -> Account | None:
    if shape.host is None:
        checked.add(place, "missing", f"{place[-1]} has no host", "write `host:`", on_key=True, lacks=("host",))
        return None
    is_local = is_loopback(shape.host)
    security = shape.security or ("none" if is_local else default)
    if security == "none" and not is_local and not shape.allow_insecure:
        where = (*place, "security") if shape.security else (*place, "host")
        message = f"clear text to {show(shape.host)}, which is not this machine"
        checked.add(where, "insecure", message, "write starttls or tls; or `allow_insecure: true` if it is meant")
    return Account(
        host=shape.host,
        port=shape.port or 0,
        security=security,
        username=shape.username or "",
        password=read_secret(shape.password, shape.password_file, "password", place, checked, root),
    )


def read_secret(value: str | None, file: str | None, name: str, place: Place, checked: Checked[Any], root: Path) -> str:
    """What stands there under `name`, or in the file that `name_file` names; empty where it cannot be read."""
    if file is None:
        return value or ""
    if value:
        message = f"the {name.replace('_', ' ')} is given twice"
        checked.add((*place, f"{name}_file"), "conflict", message, "keep one of them", on_key=True)
    try:
        return (root / file).read_bytes()[:_SECRET_FILE_BYTES].decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
        message = f"{show(file)} cannot be read: {reason}"
        checked.add((*place, f"{name}_file"), "missing_file", message, "make the file, or name another")
        return ""


def read_key(shape: DkimShape, place: Place, checked: Checked[Any], root: Path) -> Key | None:
    """The DKIM key; None where its file is not there or it lacks a part, which is then noted."""
    for key in ("selector", "key_file"):
        if getattr(shape, key) is None:
            checked.add(place, "missing", f"dkim has no {key}", f"write `{key}:`", on_key=True, lacks=(key,))
    if shape.selector is None or shape.key_file is None:
        return None
    file = root / shape.key_file
    if not file.is_file():
        message = f"there is no key at {show(shape.key_file)}"
        hint = "make one, or take `dkim` out until there is one"
        checked.add((*place, "key_file"), "missing_file", message, hint)
        return None
    return Key(selector=shape.selector, file=file, domain=shape.domain)


def read_rates(shape: RatesShape | None, place: Place, checked: Checked[Any]) -> Rates:
    """The most that the relay is given."""
    if shape is None:
        return Rates()
    if "warm_up" in shape.model_fields_set:
        checked.add((*place, "warm_up"), "later", "warm_up is not available yet", "take it out for now", on_key=True)
    return Rates(
        per_minute=shape.per_minute,
        per_hour=shape.per_hour,
        per_day=shape.per_day,
        per_domain_per_minute=shape.per_domain_per_minute,
    )
