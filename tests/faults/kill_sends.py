"""Kills workers with SIGKILL while they send, then lets one finish and joins the relay's journal with the ledger.

    python -m tests.faults.kill_sends --kills 300 --seed 7 --database postgresql://…

Each kill comes at a random command of the SMTP conversation, or a moment after it, so that every stage is hit. The
relay's journal is on disk before its 250: it is the truth that the ledger is held to.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from nurture.clock import SystemClock
from nurture.domain.contact import ContactDraft
from nurture.engine.enroll import enroll
from nurture.store import contacts, tables
from nurture.store.enrollments import UNFINISHED
from tests.faults.invariants import broken_invariants, open_marks, read_ledger
from tests.support.mail_server import Mail, MailServer, journalled
from tests.support.project import Workshop, make_workshop

CAMPAIGN = """
enroll: {when: manual}
sender: mali
stages:
  only:
    steps:
      - email: hello
      - email: guide
"""
STEPS = ("hello", "guide")
CONNECTIONS = 4
PEOPLE_PER_KILL = 8
_COMMANDS = 5 * len(STEPS)
"""What a person's mails take: MAIL, RCPT, DATA, the dot and its acceptance, each a moment to kill at."""
_LONGEST_WAIT_SECONDS = 180.0


@dataclass(slots=True, kw_only=True)
class Finding:
    """What so many kills came to; `broken` is empty where every invariant held."""

    kills: int = 0
    accepted: int = 0
    unknown: int = 0
    unknown_and_accepted: int = 0
    most_of_one_kill: int = 0
    points: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


class KillingServer(MailServer):
    """A relay that kills a process when so many more commands have come; `points` counts at which it did."""

    def __init__(self, *, journal: Path, chance: random.Random, pace_seconds: float) -> None:
        super().__init__(journal=journal)
        self.points: Counter[str] = Counter()
        self.has_killed = threading.Event()
        self._chance = chance
        self._pace = pace_seconds
        self._target: int | None = None
        self._left = 0

    def aim(self, process: int, *, after_commands: int) -> None:
        self.has_killed.clear()
        self._left = after_commands
        self._target = process

    def note(self, command: str) -> None:
        super().note(command)
        if command != "LOST":
            time.sleep(self._pace)
            self._come_nearer(command.partition(" ")[0])

    def accept(self, mail: Mail) -> None:
        super().accept(mail)
        self._come_nearer("accepted")

    def _come_nearer(self, point: str) -> None:
        self._left -= 1
        if self._target is None or self._left > 0:
            return
        process, self._target = self._target, None
        self.points[point] += 1
        # Half of them right here, half when the answer is on its way or the worker is at its ledger.
        later = self._chance.choice([0.0, self._chance.uniform(0, 0.03)])
        threading.Timer(later, self._kill, [process]).start() if later else self._kill(process)

    def _kill(self, process: int) -> None:
        os.kill(process, signal.SIGKILL)
        self.has_killed.set()


def kill_sends(
    folder: Path, *, kills: int, seed: int, people: int, database_url: str | None = None, pace_seconds: float = 0.002
) -> Finding:
    """Send two mails to each of `people` through `kills` deaths; what was found in the end."""
    chance = random.Random(seed)
    journal = folder / "journal.jsonl"
    finding = Finding()
    # So long on average that the last worker that is killed still finds something to send.
    longest_life = 2 * (_COMMANDS * people * 3 // 4) // max(kills, 1)
    with KillingServer(journal=journal, chance=chance, pace_seconds=pace_seconds) as relay:
        workshop = make_workshop(folder, port=relay.port, database_url=database_url, campaign=CAMPAIGN)
        _ask_in(workshop, people)
        with _warm_workers(folder) as workers:
            for _ in range(kills):
                process = workers.start()
                relay.aim(process, after_commands=chance.randint(1, longest_life))
                if not relay.has_killed.wait(_LONGEST_WAIT_SECONDS):
                    os.kill(process, signal.SIGKILL)
                    finding.broken.append("a worker found nothing more to send")
                workers.await_end()
                finding.kills += 1
                finding.most_of_one_kill = max(finding.most_of_one_kill, open_marks(workshop.database))
        finding.points = relay.points
        finding.broken += _finish(folder, workshop)
    _compare(finding, journal, workshop)
    workshop.database.close()
    return finding


def _compare(finding: Finding, journal: Path, workshop: Workshop) -> None:
    ledger = read_ledger(workshop.database)
    accepted = {message_id for _, _, message_id in journalled(journal)}
    finding.accepted = len(accepted)
    finding.unknown = len(ledger.unknown)
    finding.unknown_and_accepted = sum(message.message_id in accepted for message in ledger.unknown)
    finding.broken += broken_invariants(ledger, journal, workshop.database, steps=STEPS)
    if finding.most_of_one_kill > CONNECTIONS:
        finding.broken.append(f"one kill left {finding.most_of_one_kill} unknown on {CONNECTIONS} connections")
    if finding.unknown > finding.kills * CONNECTIONS:
        finding.broken.append(f"{finding.unknown} unknown after {finding.kills} kills")


def _ask_in(workshop: Workshop, people: int) -> None:
    now = SystemClock().now()
    addresses = [f"p{number}@example.com" for number in range(people)]
    with workshop.database.write() as conn:
        drafts = [ContactDraft(address=address, email=address, values={}) for address in addresses]
        ids = [each.contact_id for each in contacts.upsert(conn, drafts, now)]
        enroll(conn, workshop.campaigns()["cycle"], ids, rules=workshop.rules, now=now, because="by hand")


class _WarmWorkers:
    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin and process.stdout
        self._say, self._hear = process.stdin, process.stdout

    def start(self) -> int:
        """The process id of a new worker."""
        self._say.write("\n")
        self._say.flush()
        return int(self._hear.readline())

    def await_end(self) -> None:
        self._hear.readline()


@contextmanager
def _warm_workers(folder: Path) -> Iterator[_WarmWorkers]:
    command = [sys.executable, "-m", "tests.faults.warm_worker", str(folder)]
    with (folder / "workers.log").open("ab") as log:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    with process:
        yield _WarmWorkers(process)


def _finish(folder: Path, workshop: Workshop) -> list[str]:
    """Let one last worker, started from nothing, come to the end and stop it as an administrator would."""
    command = [sys.executable, "-m", "nurture", "-C", str(folder), "worker", "--yes"]
    with (folder / "workers.log").open("ab") as log:
        worker = subprocess.Popen(command, stdout=log, stderr=log)
    deadline = time.monotonic() + _LONGEST_WAIT_SECONDS
    while _unfinished(workshop) and time.monotonic() < deadline and worker.poll() is None:
        time.sleep(0.2)
    worker.terminate()
    status = worker.wait(timeout=60)
    return [] if status == 0 else [f"the last worker ended with {status}"]


def _unfinished(workshop: Workshop) -> int:
    with workshop.database.read() as conn:
        return conn.execute(select(func.count()).select_from(tables.enrollments).where(UNFINISHED)).scalar_one()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--kills", type=int, default=300)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--people", type=int, default=None, help=f"{PEOPLE_PER_KILL} a kill where not given")
    options.add_argument("--database", default=None, help="an empty one; a SQLite file of its own where not given")
    given = options.parse_args()
    people = given.people or PEOPLE_PER_KILL * given.kills
    with tempfile.TemporaryDirectory(prefix="nurture-kills-") as name:
        found = kill_sends(Path(name), kills=given.kills, seed=given.seed, people=people, database_url=given.database)
    breaches = "".join(f"BROKEN: {breach}\n" for breach in found.broken)
    sys.stdout.write(
        f"{found.kills} kills, {2 * people} mails: {found.accepted} accepted, {found.unknown} unknown "
        f"({found.unknown_and_accepted} of them accepted), at most {found.most_of_one_kill} of one kill.\n"
        f"Killed at: {', '.join(f'{point} {number}' for point, number in found.points.most_common())}.\n{breaches}"
    )
    sys.exit(bool(found.broken))


if __name__ == "__main__":
    main()
