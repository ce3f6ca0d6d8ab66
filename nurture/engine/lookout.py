"""Who looks when: every sender's mailbox in a thread of its own, at intervals and as soon as its server announces mail.

The threads are daemons: a name server or a socket that keeps one of them waiting must not keep the process from ending.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import structlog

from nurture.clock import Chance, Clock
from nurture.domain.retry import look_again_after
from nurture.engine.collect import Collector, Folder
from nurture.errors import MailboxRefused, MailboxUnavailable, ServiceUnavailable
from nurture.inbox.mailbox import Watch
from nurture.store import mailboxes
from nurture.store.database import Database

LOOKS_EVERY = timedelta(seconds=30)
LOOKS_BESIDE_WATCH_EVERY = timedelta(minutes=2)
"""While a server announces mail, looking beside it is for the line that died without a word."""

LEASE = timedelta(seconds=90)
"""How long the mailboxes of a host that is gone wait for another one; those of a worker that is gone do not wait."""
RENEWS_EVERY = timedelta(seconds=30)
SETTLES_SECONDS = 1.5
"""Between looks that were announced, which take in together what came meanwhile: each logs in anew, and servers limit
how often one may. The first is not put off."""
_STOOD_SECONDS = 60.0
_STOP_SECONDS = 0.6

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """One sender's folders, looked into one after the other; `awake` has the next look begin.

    `is_kept` is set while it is ours and can be read.
    """

    sender: str
    folders: tuple[Folder, ...]
    awake: threading.Event = field(default_factory=threading.Event)
    is_kept: threading.Event = field(default_factory=threading.Event)

    @property
    def names(self) -> list[str]:
        return [folder.name for folder in self.folders]

    @property
    def watches(self) -> list[Watch]:
        return [folder.watch for folder in self.folders if folder.watch]


class Lookout:
    """Looks for the worker of that name, which has a mailbox to itself as long as it comes back to it."""

    def __init__(
        self,
        *,
        collector: Collector,
        database: Database,
        clock: Clock,
        chance: Chance,
        worker: str,
        settles_seconds: float = SETTLES_SECONDS,
    ) -> None:
        self._collector = collector
        self._database = database
        self._clock = clock
        self._chance = chance
        self._worker = worker
        self._settles_seconds = settles_seconds
        self._stopping = threading.Event()
        self._once: asyncio.Future[None] | None = None
        self._starting = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._posts = tuple(
            _Post(sender=sender, folders=tuple(folder for folder in collector.folders if folder.sender == sender))
            for sender in dict.fromkeys(folder.sender for folder in collector.folders)
        )

    def begin(self) -> None:
        """Look again and again until `stop`; returns at once."""
        for post in self._posts:
            self._start(partial(self._keep_looking, post))
        self._start(self._keep_leases)

    def wake(self) -> None:
        """Look now: a mailbox may have become free."""
        for post in self._posts:
            post.awake.set()

    async def look_once(self) -> None:
        """One look into everything, which `stop` breaks off. Raises ServiceUnavailable where the store is away."""
        once = self._once = asyncio.get_running_loop().create_future()

        def look() -> None:
            trouble: Exception | None = None
            try:
                self._collector.collect_all()
            except Exception as fault:  # noqa: BLE001  it is raised to who waits for the look
                trouble = fault
            with suppress(RuntimeError):  # the loop may be gone, where `stop` did not wait for a server
                once.get_loop().call_soon_threadsafe(_settle, once, trouble)

        self._start(look)
        await once

    def stop(self) -> None:
        """Break off what is under way; returns at once."""
        self._stopping.set()
        self._collector.stop()
        self.wake()
        for post in self._posts:
            for watch in post.watches:
                watch.interrupt()
        if self._once is not None:
            _settle(self._once, None)

    async def finish(self) -> None:
        """After `stop`: wait for what is being written down, and a moment for the rest."""
        await asyncio.to_thread(self._finish)

    def _finish(self) -> None:
        until = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        self._collector.finish()
        try:
            with self._database.write() as conn:
                mailboxes.release(conn, self._worker)
        except ServiceUnavailable as trouble:
            log.warning("mailboxes not given back", because=str(trouble))

    def _start(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, daemon=True, name="look")
        with self._starting:
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(thread)
            thread.start()

    def _keep_looking(self, post: _Post) -> None:
        """An outage is logged and only puts off; so does a fault of ours, which must not end the looking."""
        failures = 0
        watched = set[str]()
        settled_at = 0.0
        while True:
            is_announced = post.awake.is_set()
            if is_announced:
                self._stopping.wait(max(0.0, settled_at - time.monotonic()))
            post.awake.clear()
            if self._stopping.is_set():
                return
            trouble: Exception | None = None
            try:
                if self._is_mine(post):
                    taken, trouble = self._collector.collect_of(post.sender)
                    if taken and not is_announced:
                        self._doubt(post)
                    self._watch(post, watched)
            except ServiceUnavailable as outage:
                trouble = outage
                if not self._stopping.is_set():
                    log.warning("a look was cut short", sender=post.sender, because=str(outage))
            except Exception as fault:
                trouble = fault
                log.exception("a look was cut short", sender=post.sender)
            failures = failures + 1 if trouble else 0
            if trouble:
                post.is_kept.clear()  # another host may have more luck
            if is_announced:
                settled_at = time.monotonic() + self._settles_seconds
            post.awake.wait(self._seconds_to_rest(post, failures, trouble))

    def _is_mine(self, post: _Post) -> bool:
        """Whether this worker may read the mailbox: several of one database would only do the same work."""
        now = self._clock.now()
        with self._collector.writing() as conn:
            is_mine = mailboxes.claim(conn, post.names, self._worker, now=now, until=now + LEASE)
        (post.is_kept.set if is_mine else post.is_kept.clear)()
        return is_mine

    def _keep_leases(self) -> None:
        """However long a look or a rest takes, what we read stays ours."""
        while not self._stopping.wait(self._seconds(RENEWS_EVERY)):
            kept = [name for post in self._posts if post.is_kept.is_set() for name in post.names]
            try:
                with self._collector.writing() as conn:
                    mailboxes.extend_leases(conn, kept, self._worker, until=self._clock.now() + LEASE)
            except ServiceUnavailable as outage:
                if not self._stopping.is_set():
                    log.warning("mailboxes not kept", because=str(outage))
            except Exception:
                log.exception("mailboxes not kept")

    def _seconds_to_rest(self, post: _Post, failures: int, trouble: Exception | None) -> float:
        if trouble:
            is_refused = isinstance(trouble, MailboxRefused)
            wait = look_again_after(failures, self._chance.uniform(0, 1), is_refused=is_refused)
        elif post.watches and all(watch.is_standing for watch in post.watches):
            wait = LOOKS_BESIDE_WATCH_EVERY
        else:
            wait = LOOKS_EVERY
        return self._seconds(wait)

    def _seconds(self, span: timedelta) -> float:
        return self._clock.seconds_until(self._clock.now() + span)

    def _doubt(self, post: _Post) -> None:
        """Mail came that nobody announced: a line that says nothing may be dead."""
        for watch in post.watches:
            if watch.is_standing:
                watch.renew()

    def _watch(self, post: _Post, watched: set[str]) -> None:
        """Begin to watch what could be read, and what is watched from now on note in `watched`."""
        readable = [
            folder
            for folder in post.folders
            if folder.name not in watched and folder.name not in self._collector.troubles
        ]
        # Asked again: before its first look a mailbox has nothing that a lease could stand on.
        if not readable or not self._is_mine(post):
            return
        for folder in readable:
            watched.add(folder.name)
            if folder.watch:
                self._start(partial(self._keep_watching, post, folder.watch))

    def _keep_watching(self, post: _Post, watch: Watch) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            is_refused = False
            try:
                watch.keep(post.awake.set)
            except MailboxUnavailable as trouble:
                if self._stopping.is_set():
                    return
                is_refused = isinstance(trouble, MailboxRefused)
                log.info("a mailbox is not watched", sender=post.sender, because=str(trouble))
            except Exception:
                log.exception("a mailbox is not watched", sender=post.sender)
            else:
                return  # the server does not announce mail: looking at intervals is all there is
            failures = 1 if time.monotonic() - began > _STOOD_SECONDS else failures + 1
            wait = look_again_after(failures, self._chance.uniform(0, 1), is_refused=is_refused)
            self._stopping.wait(self._seconds(wait))


def _settle(future: asyncio.Future[None], fault: Exception | None) -> None:
    if future.done():
        return
    if fault is None:
        future.set_result(None)
    else:
        future.set_exception(fault)
