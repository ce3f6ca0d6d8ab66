"""Looking into the senders' mailboxes: each mail parsed, judged and taken in, the cursor moved in the same commit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from nurture.clock import Clock
from nurture.domain.event import Event
from nurture.engine.perform import Desk
from nurture.engine.take_in import InboundMail, take_in
from nurture.errors import InvalidInput, MailboxUnavailable, ServiceUnavailable
from nurture.inbox.classify import Judge
from nurture.inbox.mailbox import Cursor, Fetched, Mailbox
from nurture.inbox.parse import parse
from nurture.inbox.thread import answers
from nurture.intake.address import parse_address
from nurture.loader.library import Library
from nurture.store import events, inbound, link_keys, mailboxes
from nurture.store.database import Database
from nurture.store.inbound import InboundDraft
from nurture.store.mailboxes import MailboxRow

_OVERLAP = timedelta(days=1)  # a server may note when a mail was written, not when it came
_CLOCK_MARGIN = timedelta(minutes=10)
"""How far the clocks of server and worker may differ when we ask what came after the reading began."""

log = structlog.get_logger(__name__)


class Collector:
    """Reads the mailbox of every sender that has one; `troubles` says which could not be read at the last look."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        library: Library,
        mailboxes: Mapping[str, Mailbox],
        judge: Judge,
        clock: Clock,
    ) -> None:
        self._database = database
        self._desk = desk
        self._library = library
        self._mailboxes = mailboxes
        self._judge = judge
        self._clock = clock
        self.troubles: dict[str, str] = {}

    def collect_all(self) -> int:
        """Look into every mailbox; how many new mails were taken in. One that is away stops no other."""
        taken = 0
        for name, mailbox in self._mailboxes.items():
            try:
                taken += self.collect(name, mailbox)
            except MailboxUnavailable as trouble:
                self.troubles[name] = str(trouble)
                log.warning("mailbox unavailable", sender=name, because=str(trouble))
            else:
                self.troubles.pop(name, None)
        return taken

    def collect(self, name: str, mailbox: Mailbox) -> int:
        """Take in what is new in one mailbox. Raises MailboxUnavailable; what was taken in till then is kept."""
        began = self._clock.now()
        with self._database.read() as conn:
            row = mailboxes.get(conn, name)
            keys = link_keys.newest_first(conn)
        if row is None:
            self._begin(name, mailbox.start_cursor(), began)
            return 0
        cursor = Cursor(uid_validity=row.uid_validity, last_uid=row.last_uid)
        taken = 0
        for fetched in mailbox.fetch(cursor, since=_since(row), is_known=lambda batch: self._known(name, batch)):
            try:
                taken += self._take_in(name, fetched, keys)
            except ServiceUnavailable:
                raise
            except Exception as fault:
                log.exception("a mail was set aside", sender=name, key=fetched.key)
                self._set_aside(name, fetched, f"could not be taken in: {type(fault).__name__}: {fault}")
        with self._database.write() as conn:
            mailboxes.note_look(conn, name, at=began)
        return taken

    def _begin(self, name: str, cursor: Cursor, now: datetime) -> None:
        """What is in a mailbox before the first look is history: answers to somebody else's mails."""
        with self._database.write() as conn:
            mailboxes.begin(conn, name, uid_validity=cursor.uid_validity, last_uid=cursor.last_uid, now=now)

    def _known(self, name: str, keys: Collection[str]) -> set[str]:
        with self._database.read() as conn:
            return mailboxes.known_keys(conn, name, keys)

    def _take_in(self, name: str, fetched: Fetched, keys: Sequence[bytes]) -> bool:
        now = self._clock.now()
        mail = judged(name, fetched, self._judge, now)
        after = fetched.cursor_after
        with self._database.write() as conn:
            is_new = take_in(conn, self._desk, self._library.campaigns, mail, link_keys=keys, now=now)
            mailboxes.move_cursor(conn, name, uid_validity=after.uid_validity, last_uid=after.last_uid)
        return is_new

    def _set_aside(self, name: str, fetched: Fetched, reason: str) -> None:
        """Put a mail on which we fail into the tray, for a person to look at, and go on with the next."""
        now = self._clock.now()
        after = fetched.cursor_after
        draft = InboundDraft(
            mailbox=name, key=fetched.key, received_at=fetched.received_at, kind="unreadable", reason=reason
        )
        with self._database.write() as conn:
            if inbound.add(conn, draft) is not None:
                events.append(conn, [Event(name="mail_unmatched", at=now, because=reason, fields={"mailbox": name})])
            mailboxes.move_cursor(conn, name, uid_validity=after.uid_validity, last_uid=after.last_uid)


def _since(row: MailboxRow) -> datetime:
    """From when on a mail may be new where the server has numbered anew: nothing of before the beginning is."""
    overlapping = row.looked_at - _OVERLAP
    return max(overlapping, row.began_at - _CLOCK_MARGIN) if row.began_at else overlapping


def judged(mailbox: str, fetched: Fetched, judge: Judge, now: datetime) -> InboundMail:
    """A fetched mail with its verdict: pure, however hostile the mail."""
    parsed = parse(fetched.raw, is_partial=fetched.is_partial)
    references = answers(parsed)
    return InboundMail(
        mailbox=mailbox,
        key=fetched.key,
        message_id=parsed.message_id,
        from_address=_canonical(references.from_address),
        subject=parsed.subject,
        received_at=fetched.received_at,
        references=references,
        verdict=judge.classify(parsed, now=now),
    )


def _canonical(address: str) -> str:
    """The canonical form, or the text as it stands where it is no address: nobody will be found by it."""
    try:
        return parse_address(address).canonical
    except InvalidInput:
        return address
