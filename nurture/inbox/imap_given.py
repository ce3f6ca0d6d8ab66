"""What an IMAP server gives when it is asked for mails: in bounded pieces, and never one bad mail instead of all.

A server may lie about sizes, refuse a whole answer because of one mail, or leave a mail out; a mail may be expunged by
somebody else between two questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from nurture.inbox.headers import MAX_HEADER_BYTES
from nurture.inbox.imap_line import GARBLED
from nurture.inbox.mailbox import PARTIAL_BYTES

_FACTS = ["RFC822.SIZE", "INTERNALDATE"]
_SLACK_BYTES = 64 * 1024
_ASK_LITTLE, _ASK_HEADER, _GIVE_UP = 2, 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the server says of a mail; `size` is 0 and `received_at` None where it does not."""

    size: int = 0
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A mail's bytes, or why there are none; with a fault they are its header at most."""

    raw: bytes = b""
    is_partial: bool = False
    fault: str = ""


class Giver:
    """Asks in an open folder. Whatever is raised means that the line broke."""

    def __init__(self, client: IMAPClient, *, max_bytes: int, is_header_enough: bool) -> None:
        self._client = client
        self._section = "HEADER" if is_header_enough else ""
        self._max_bytes = min(MAX_HEADER_BYTES, max_bytes) if is_header_enough else max_bytes

    def facts(self, uids: Sequence[int]) -> dict[int, Facts]:
        """Of those that are still there, in order."""
        found = self._ask(uids, _FACTS)
        if found is None:  # one of them, perhaps: without its facts it may still be given
            found = {uid: item for one in uids for uid, item in (self._ask([one], _FACTS) or {}).items()}
        there = self._still_there([uid for uid in uids if uid not in found])
        return {uid: _facts(found.get(uid, {})) for uid in uids if uid in found or uid in there}

    def give(self, uids: Sequence[int], facts: Mapping[int, Facts], *, breaks: int) -> Iterator[tuple[int, Given]]:
        """The mails in order, without those that were expunged. At the first of them the line broke so many times."""
        if breaks >= _ASK_HEADER:
            for uid in uids:
                yield uid, self._given_up(uid, breaks)
            return
        largest = max(facts[uid].size for uid in uids)
        is_little = breaks >= _ASK_LITTLE or (largest > self._max_bytes and not self._section)
        room = min(PARTIAL_BYTES, self._max_bytes) if is_little else self._room(largest)
        found = self._ask(uids, [self._part(room)])
        for uid in uids:
            raw = _body((found or {}).get(uid, {}))
            if raw is None or (len(raw) >= room and not is_little):
                given = self._alone(uid, is_little=is_little)
            else:
                given = Given(raw=raw, is_partial=is_little and len(raw) >= room)
            if given is not None:
                yield uid, given

    def _given_up(self, uid: int, breaks: int) -> Given:
        """Its header where that can be had, for a person to see whose it is and what about."""
        answer = self._ask([uid], [f"BODY.PEEK[HEADER]<0.{MAX_HEADER_BYTES}>"]) if breaks < _GIVE_UP else None
        fault = f"the connection broke {breaks} times while the server gave this mail"
        return Given(raw=_body((answer or {}).get(uid, {})) or b"", fault=fault)

    def _room(self, size: int) -> int:
        """How much to take at most of a mail of that size: a size is a guess on some servers."""
        return self._max_bytes + 1 if self._section else min(2 * size + _SLACK_BYTES, self._max_bytes + 1)

    def _part(self, room: int) -> str:
        return f"BODY.PEEK[{self._section}]<0.{room}>"

    def _alone(self, uid: int, *, is_little: bool) -> Given | None:
        """The one mail; None where it is gone. What no way of asking gives has a fault."""
        room = min(PARTIAL_BYTES, self._max_bytes) if is_little else self._max_bytes + 1
        raw = None
        for part in (self._part(room), f"BODY.PEEK[{self._section}]"):
            answer = self._ask([uid], [part])
            raw = _body((answer or {}).get(uid, {}))
            if raw is not None:
                break
            if not self._still_there([uid]):
                return None
            if is_little:
                break  # the whole of it is what we must not ask for
        if raw is None:
            return Given(fault="the server lists this mail and does not give it")
        is_cut = len(raw) > self._max_bytes or (is_little and len(raw) >= room)
        return Given(raw=raw[: min(PARTIAL_BYTES, self._max_bytes)] if is_cut else raw, is_partial=is_cut)

    def _still_there(self, uids: Sequence[int]) -> set[int]:
        """Those that nobody has expunged meanwhile; NOOP has the server say so first."""
        if not uids:
            return set()
        try:
            self._client.noop()
            return set(uids) & set(self._client.search(["UID", ",".join(map(str, uids))]))
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, *GARBLED):
            return set(uids)

    def _ask(self, uids: Sequence[int], wanted: list[str]) -> dict[int, dict[bytes, Any]] | None:
        """The answer, or None where the server refused or nobody can read what it said."""
        if not uids:
            return {}
        try:
            return dict(self._client.fetch(list(uids), wanted))
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, *GARBLED):
            return None


def _facts(item: Mapping[bytes, Any]) -> Facts:
    size, received = item.get(b"RFC822.SIZE"), item.get(b"INTERNALDATE")
    return Facts(size=size if isinstance(size, int) else 0, received_at=_utc(received))


def _utc(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _body(item: Mapping[bytes, Any]) -> bytes | None:
    return next((value for name, value in item.items() if name.startswith(b"BODY[") and isinstance(value, bytes)), None)
