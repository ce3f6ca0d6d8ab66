"""A folder on an IMAP server, looked into without a trace: EXAMINE and BODY.PEEK, so that no flag is ever touched."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nurture.errors import MailboxUnavailable
from nurture.inbox.imap_folder import OpenFolder, open_folder
from nurture.inbox.imap_given import Facts, Given, Giver
from nurture.inbox.imap_line import ImapLine
from nurture.inbox.mailbox import KEYS_AT_ONCE, MAX_MAIL_BYTES, Cursor, Fetched, IsKnown, TokenSource
from nurture.inbox.settings import INBOX, MailboxSettings

_BYTES_AT_ONCE = 4 * 1024 * 1024
_MAILS_AT_ONCE = 50
_UIDS_AT_ONCE = 50_000  # a longer answer to SEARCH is more than imaplib takes for a line
_PAGES = 20
_BREAKS_A_LOOK = 5  # one mail may break it four times: the next must still be asked for


@dataclass(slots=True)
class _Progress:
    """How far one look has come, over the connections that it takes.

    `given` are the mails that came, `giving` those that the server is being asked for; `breaks` counts how often the
    line broke at each.
    """

    cursor: Cursor
    given: set[int] = field(default_factory=set)
    giving: Sequence[int] = ()
    breaks: Counter[int] = field(default_factory=Counter)
    broken: int = 0

    def may_go_on(self) -> bool:
        """After a break: whether it came while mails were given, so that another connection may do better."""
        self.breaks.update(self.giving)
        self.broken += 1
        is_while_giving = bool(self.giving)
        self.giving = ()
        return is_while_giving and self.broken < _BREAKS_A_LOOK


class ImapMailbox:
    """One folder of one account. A look connects, logs in and out; between looks nothing is held.

    A mail's key is `UIDVALIDITY/UID`. Where the server numbers anew, mails come again from `since` on (RFC 3501).
    `is_sent`: it is the folder of sent mail, which the server may name (`auto`); of its mails the header is enough.
    """

    def __init__(
        self,
        settings: MailboxSettings,
        folder: str = INBOX,
        *,
        tokens: TokenSource | None = None,
        is_sent: bool = False,
        max_bytes: int = MAX_MAIL_BYTES,
    ) -> None:
        self._line = ImapLine(settings, tokens)
        self._folder = folder
        self._max_bytes = max_bytes
        self._is_sent = is_sent

    def interrupt(self) -> None:
        self._line.cut()

    def start_cursor(self) -> Cursor:
        with self._opened() as folder:
            return Cursor(uid_validity=folder.uid_validity, last_uid=_newest(folder))

    def fetch(self, cursor: Cursor, *, since: datetime, is_known: IsKnown) -> Iterator[Fetched | Cursor]:
        """Where the line breaks while a mail is given, the rest is asked for on another one.

        A mail at which it broke is then asked for alone, then only its beginning; one at which it breaks every time
        comes with its fault, so that it stops no other.
        """
        progress = _Progress(cursor=cursor)
        is_done = False
        while not is_done:
            try:
                with self._opened() as folder:
                    yield from self._look(folder, progress, since, is_known)
                is_done = True
            except MailboxUnavailable:
                if self._line.is_cut or not progress.may_go_on():
                    raise

    def _look(
        self, folder: OpenFolder, progress: _Progress, since: datetime, is_known: IsKnown
    ) -> Iterator[Fetched | Cursor]:
        validity = folder.uid_validity
        start = progress.cursor
        is_numbered_anew = start.uid_validity != validity
        with self._line.patient(folder.client):
            waiting = _waiting(
                folder, since if is_numbered_anew else None, after=0 if is_numbered_anew else start.last_uid
            )
        giver = Giver(folder.client, max_bytes=self._max_bytes, is_header_enough=self._is_sent)
        for begin in range(0, len(waiting), KEYS_AT_ONCE):
            batch = waiting[begin : begin + KEYS_AT_ONCE]
            known = is_known([_key(validity, uid) for uid in batch])
            unknown = [uid for uid in batch if _key(validity, uid) not in known and uid not in progress.given]
            facts = giver.facts(unknown)
            wanted = [uid for uid in facts if not is_numbered_anew or _is_since(facts[uid], since)]
            for group in _groups(wanted, facts, progress.breaks, self._max_bytes):
                progress.giving = group
                given = list(giver.give(group, facts, breaks=progress.breaks[group[0]]))
                progress.giving = ()
                for uid, mail in given:
                    # Among mails numbered anew old ones may follow: until all are through the old cursor stands.
                    after = start if is_numbered_anew else Cursor(uid_validity=validity, last_uid=uid)
                    yield _fetched(_key(validity, uid), mail, facts[uid], after, since)
                    progress.cursor = after
                    progress.given.add(uid)
        last = max([folder.uid_next - 1, *waiting[-1:], 0 if is_numbered_anew else start.last_uid])
        done = Cursor(uid_validity=validity, last_uid=last)
        if done != progress.cursor:
            yield done

    @contextmanager
    def _opened(self) -> Iterator[OpenFolder]:
        with self._line.logged_in() as client:
            yield open_folder(self._line, client, self._folder, is_sent=self._is_sent)


def _newest(folder: OpenFolder) -> int:
    """The highest UID there is, without asking for all of them."""
    if folder.uid_next:
        return folder.uid_next - 1
    return max(folder.client.search(["UID", "*"]), default=0) if folder.exists else 0


def _waiting(folder: OpenFolder, since: datetime | None, *, after: int) -> list[int]:
    """UIDs after `after` in order; with `since` only of mails that the server received about then or later."""
    if folder.exists == 0 or folder.uid_next == after + 1:
        return []
    # SINCE knows whole days in the server's zone only; what is too old is left out by its exact date.
    recent = ["SINCE", (since - timedelta(days=1)).date()] if since else []
    step = max(_UIDS_AT_ONCE, (folder.uid_next - after) // _PAGES)
    found: list[int] = []
    for first in range(after + 1, max(folder.uid_next, after + 2), step):
        is_last = first + step >= folder.uid_next
        found += folder.client.search(["UID", f"{first}:{'*' if is_last else first + step - 1}", *recent])
    # `n:*` means at least the last message, however old it is (RFC 3501 6.4.8).
    return sorted({uid for uid in found if uid > after})


def _is_since(facts: Facts, since: datetime) -> bool:
    """A mail whose date nobody knows may be new."""
    return facts.received_at is None or facts.received_at >= since


def _fetched(key: str, given: Given, facts: Facts, after: Cursor, since: datetime) -> Fetched:
    return Fetched(
        key=key,
        raw=given.raw,
        cursor_after=after,
        received_at=facts.received_at or since,
        size=max(facts.size, len(given.raw)),
        is_partial=given.is_partial,
        fault=given.fault,
    )


def _key(validity: int, uid: int) -> str:
    return f"{validity}/{uid}"


def _groups(
    uids: Sequence[int], facts: Mapping[int, Facts], breaks: Mapping[int, int], max_bytes: int
) -> Iterator[list[int]]:
    """Runs that may be fetched in one answer; a mail over the cap, or at which the line broke, stands alone."""
    group: list[int] = []
    total = 0
    for uid in uids:
        size = facts[uid].size
        is_alone = size > max_bytes or breaks.get(uid, 0) > 0
        if group and (is_alone or total + size > _BYTES_AT_ONCE or len(group) >= _MAILS_AT_ONCE):
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
        if is_alone:
            yield group
            group, total = [], 0
    if group:
        yield group
