"""Secrets that stand written out in a config, where anybody who reads the repository reads them."""

import re
from typing import Any

from nurture.loader.document import Document, Place, Tree
from nurture.loader.interpolate import is_written_out
from nurture.loader.validation import Checked

_PASSWORDS_IN_URL = tuple(map(re.compile, (r"://[^/@\s:]*:([^/@\s]+)@", r"[?&]password=([^&#\s]+)")))


def note_secrets(written: Document, checked: Checked[Any]) -> None:
    """Warn of every password and secret of `written` (the config before the environment is put in) that shows."""
    config = written.value or {}
    places: list[Place] = [("webhooks", "secret")]
    senders = config.get("senders")
    for name in senders if isinstance(senders, dict) else ():
        places += [("senders", name, "smtp", "password"), ("senders", name, "inbox", "password")]
        places += [("senders", name, "inbox", "oauth", key) for key in ("client_secret", "refresh_token")]
    for place in places:
        if is_written_out(_at(config, place)):
            hint = 'take it from the environment: "${NAME:-}"'
            checked.add(place, "secret", "a secret is written out", hint, severity="warning")
    database = config.get("database")
    url = database if isinstance(database, str) else ""
    if any(found and is_written_out(found[1]) for found in (known.search(url) for known in _PASSWORDS_IN_URL)):
        hint = 'take the URL from the environment: "${NURTURE_DATABASE}"'
        checked.add(("database",), "secret", "a password is written out", hint, severity="warning")


def _at(config: Tree, place: Place) -> Tree:
    for part in place:
        config = config.get(str(part)) if isinstance(config, dict) else None
    return config
