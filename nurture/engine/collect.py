"""Looking into the senders' mailboxes: each mail parsed, judged and taken in, the cursor moved in the same commit."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from nurture.clock import Clock
from nurture.domain.event import Event
from nurture.engine.arrival import InboundMail
from nurture.engine.match import canonical, country_of
from nurture.engine.owner_wrote import owner_wrote
from nurture.engine.perform import Desk
from nurture.engine.running import Running
from nurture.engine.take_in import take_in
from nurture.errors import MailboxRefused, MailboxUnavailable, ServiceUnavailable
from nurture.inbox.classify import Judge
from nurture.inbox.identity import content_digest_of, identity_of
from nurture.inbox.mailbox import Cursor, Fetched, Mailbox, Watch
from nurture.inbox.parse import parse
from nurture.inbox.sent import read_sent
from nurture.inbox.thread import answers
from nurture.store import events, inbound, link_keys, mailboxes
from nurture.store.connection import Connection
from nurture.store.database import Database
from nurture.store.inbound import InboundDraft
from nurture.store.mailboxes import MailboxRow

_OVERLAP = timedelta(days=1)  # a server may note when a mail was written, not when it came
_CLOCK_MARGIN = timedelta(minutes=10)
"""How far the clocks of server and worker may differ when we ask what came after the reading began."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """One folder that is looked into. Its cursor and its mails are kept under `name`, the INBOX's being its sender's.

    `is_sent`: what we wrote lies in it, not what came back. `watch` says when a look is worth while.
    """

    name: str
    sender: str
    mailbox: Mailbox
    is_sent: bool = False
    watch: Watch | None = None


class Collector:
    """Reads the folders of every sender that has some; `troubles` says which could not be read at the last look."""

    def __init__(
        self,
        *,
        database: Database,
        desk: Desk,
        running: Running,
        folders: Sequence[Folder],
        judge: Judge,
        clock: Clock,
    ) -> None:
        self._database = database
        self._desk = desk
        self._running = running
        self.folders = tuple(folders)
        self._judge = judge
        self._clock = clock
        self._is_stopping = False
        self._at_work = threading.Lock()
        self.troubles: dict[str, str] = {}

    def stop(self) -> None:
        """Break off every look, from any thread and at once; what was taken in till then is kept."""
        self._is_stopping = True
        for folder in self.folders:
            folder.mailbox.interrupt()

    def finish(self) -> None:
        """After `stop`: wait for the mail that is just being written down; none follows it."""
        with self._at_work:
            pass

    def collect_all(self) -> int:
        """Look into every folder; how many new mails were taken in. One that is away stops no other."""
        return sum(self.collect_of(sender)[0] for sender in dict.fromkeys(folder.sender for folder in self.folders))

    def collect_of(self, sender: str) -> tuple[int, MailboxUnavailable | None]:
        """Look into every folder of one sender; how many new mails were taken in, and why none could be read.

        A server that does not let us in is asked once.
        """
        taken, last, is_any_read = 0, None, False
        mine = [folder for folder in self.folders if folder.sender == sender]
        for place, folder in enumerate(mine):
            if self._is_stopping:
                break
            try:
                taken += self.collect(folder)
            except MailboxUnavailable as trouble:
                if self._is_stopping:
                    break
                last = trouble
                is_hopeless = isinstance(trouble, MailboxRefused)
                for each in mine[place:] if is_hopeless else [folder]:
                    self.troubles[each.name] = str(trouble)
                log.warning("mailbox unavailable", mailbox=folder.name, because=str(trouble))
                if is_hopeless:
                    break
            else:
                is_any_read = True
                self.troubles.pop(folder.name, None)
        return taken, None if is_any_read else last

    def collect(self, folder: Folder) -> int:
        """Take in what is new in one folder; how many mails that were.

        Raises MailboxUnavailable; what was taken in till then is kept.
        """
        began = self._clock.now()
        with self._database.read() as conn:
            row = mailboxes.get(conn, folder.name)
            keys = link_keys.newest_first(conn)
        if row is None:
            self._begin(folder, folder.mailbox.start_cursor(), began)
            return 0
        cursor = Cursor(uid_validity=row.uid_validity, last_uid=row.last_uid)
        taken = 0
        for each in folder.mailbox.fetch(cursor, since=_since(row), is_known=lambda batch: self._known(folder, batch)):
            taken += self._take(folder, _unless_history(each, folder, row), keys)
        with self.writing() as conn:
            mailboxes.note_look(conn, folder.name, at=began)
        return taken

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that a stop waits for. Raises MailboxUnavailable once it has stopped."""
        with self._at_work:
            if self._is_stopping:
                raise MailboxUnavailable("nurture stops", hint="The next look goes on from here.")
            with self._database.write() as conn:
                yield conn

    def _begin(self, folder: Folder, cursor: Cursor, now: datetime) -> None:
        """What is in a mailbox before the first look is history: answers to somebody else's mails."""
        with self.writing() as conn:
            mailboxes.begin(conn, folder.name, uid_validity=cursor.uid_validity, last_uid=cursor.last_uid, now=now)

    def _known(self, folder: Folder, keys: Collection[str]) -> set[str]:
        with self._database.read() as conn:
            return mailboxes.known_keys(conn, folder.name, keys)

    def _take(self, folder: Folder, each: Fetched | Cursor, keys: Sequence[bytes]) -> bool:
        """Whether a mail came of it that was new. One on which we fail stops no other."""
        if isinstance(each, Cursor):
            with self.writing() as conn:
                _move(conn, folder, each)
            return False
        if each.fault:
            self._set_aside(folder, each, each.fault)
            return False
        try:
            return self._take_sent(folder, each) if folder.is_sent else self._take_in(folder, each, keys)
        except ServiceUnavailable:
            raise
        except Exception as fault:
            log.exception("a mail was set aside", mailbox=folder.name, key=each.key)
            self._set_aside(folder, each, f"could not be taken in: {type(fault).__name__}: {fault}")
            return False

    def _take_in(self, folder: Folder, fetched: Fetched, keys: Sequence[bytes]) -> bool:
        now = self._clock.now()
        parsed = parse(fetched.raw, is_partial=fetched.is_partial)
        references = answers(parsed)
        with self._database.read() as conn:
            country = country_of(conn, references, parsed.subject, link_keys=keys, now=now)
        verdict = self._judge.classify(parsed, now=now, country=country)
        mail = InboundMail(
            mailbox=folder.name,
            key=fetched.key,
            message_id=identity_of(parsed, fetched.raw),
            content_digest=content_digest_of(parsed, verdict.text),
            from_address=canonical(references.from_address),
            subject=parsed.subject,
            received_at=fetched.received_at,
            references=references,
            verdict=verdict,
        )
        with self.writing() as conn:
            is_new = take_in(conn, self._desk, self._running.campaigns, mail, link_keys=keys, now=now)
            _move(conn, folder, fetched.cursor_after)
        return is_new

    def _take_sent(self, folder: Folder, fetched: Fetched) -> bool:
        now = self._clock.now()
        mail = read_sent(fetched.raw)
        written_at = min(fetched.received_at, now)
        with self.writing() as conn:
            reached = owner_wrote(conn, self._desk, mail, mailbox=folder.name, written_at=written_at, now=now)
            _move(conn, folder, fetched.cursor_after)
        return reached > 0

    def _set_aside(self, folder: Folder, fetched: Fetched, reason: str) -> None:
        """Put a mail on which we fail into the tray, for a person to look at, and go on with the next."""
        now = self._clock.now()
        sender, subject = _header_of(fetched.raw)
        draft = InboundDraft(
            mailbox=folder.name,
            key=fetched.key,
            received_at=fetched.received_at,
            kind="unreadable",
            reason=reason,
            sender_address=sender,
            subject=subject,
        )
        with self.writing() as conn:
            if not folder.is_sent and inbound.add(conn, draft) is not None:
                fields = {"mailbox": folder.name}
                events.append(conn, [Event(name="mail_unmatched", at=now, because=reason, fields=fields)])
            _move(conn, folder, fetched.cursor_after)


def _header_of(raw: bytes) -> tuple[str, str]:
    """Who wrote it and about what, as far as that can be read: for a person who looks into the tray."""
    try:
        parsed = parse(raw)
        return canonical(answers(parsed).from_address), parsed.subject
    except Exception:
        log.exception("not even a header can be read")
        return "", ""


def _move(conn: Connection, folder: Folder, cursor: Cursor) -> None:
    mailboxes.move_cursor(conn, folder.name, uid_validity=cursor.uid_validity, last_uid=cursor.last_uid)


def _unless_history(each: Fetched | Cursor, folder: Folder, row: MailboxRow) -> Fetched | Cursor:
    """Only the place behind a mail that came before the first look.

    An archive that is copied in gets new numbers, and its mails keep the days on which they came.
    """
    if isinstance(each, Cursor) or folder.is_sent or row.began_at is None:
        return each
    return each.cursor_after if each.received_at < row.began_at - _OVERLAP else each


def _since(row: MailboxRow) -> datetime:
    """From when on a mail may be new where the server has numbered anew: nothing of before the beginning is."""
    overlapping = row.looked_at - _OVERLAP
    return max(overlapping, row.began_at - _CLOCK_MARGIN) if row.began_at else overlapping
