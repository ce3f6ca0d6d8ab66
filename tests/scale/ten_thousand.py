"""Ten thousand contacts through both shipped campaigns and two relays, and what came of it compared with what was due.

    python -m tests.scale.ten_thousand --prospects 8000

Time is moved by hand from Monday to Friday noon; files, database, command line and SMTP are real.
"""

import argparse
import asyncio
import csv
import json
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import time_machine
import yaml
from click.testing import CliRunner
from sqlalchemy import Connection, func, select

from nurture.app import build_engine, library_of, open_database, rules_of
from nurture.cli.main import cli
from nurture.clock import HandClock, SeededChance
from nurture.domain.event import Event
from nurture.engine.occur import occur
from nurture.settings import Project, load_project
from nurture.store import contacts, tables
from nurture.store.database import Database
from tests.scale.rows import Rows, write_rows
from tests.support.builders import MONDAY_NINE
from tests.support.mail_server import Fault, Mail, MailServer, Point
from tests.support.smtp_sink import Sink, running_sink

ROOT = Path(__file__).parents[2]
HOUR = timedelta(hours=1)
PASSES = [0, 2, 5, 14, 24, 72, 73, 76, 79, 86, 88, 97]
"""Hours after Monday nine in Bangkok: each step of the first week has an open window of everybody's before the last."""
ANSWERS_AT = 73
_BOUNCING, _GREYLISTED, _ANSWERING, _TRIALS = 5, 5, 10, 250


@dataclass(slots=True, kw_only=True)
class Finding:
    """What came of it: seconds by phase, counts, and everything that is not as it should be."""

    seconds: dict[str, float] = field(default_factory=dict)
    arrived: int = 0
    wrong: list[str] = field(default_factory=list)


class CountingServer(MailServer):
    """Keeps of each mail only to whom it went and its Message-ID: there are thousands."""

    def __init__(self) -> None:
        super().__init__()
        self.took: list[tuple[str, str]] = []

    def accept(self, mail: Mail) -> None:
        self.took.append((mail.recipient, _message_id(mail.data)))

    def note(self, command: str) -> None:
        """Nobody waits for a command here."""


@dataclass(slots=True, kw_only=True)
class World:
    """The shipped project in a folder of its own with two senders, one of each relay."""

    folder: Path
    project: Project
    database: Database
    clock: HandClock
    chance: SeededChance
    relay: CountingServer
    sink: Sink
    finding: Finding

    def nurture(self, *arguments: str) -> Any:
        """What a command answers by --json at this world's time."""
        with time_machine.travel(self.clock.now(), tick=False):
            result = CliRunner().invoke(cli, ["-C", str(self.folder), *arguments, "--json"])
        if result.exit_code not in (0, 1):
            raise AssertionError(f"nurture {' '.join(arguments)}: {result.output}") from result.exception
        return json.loads(result.stdout)

    def one_pass(self) -> None:
        asyncio.run(self._pass())

    async def _pass(self) -> None:
        engine = build_engine(self.project, self.database, clock=self.clock, chance=self.chance)
        try:
            await engine.pulse.one_pass()
        finally:
            await engine.close()

    def arrived(self) -> list[tuple[str, str]]:
        """(recipient, Message-ID) of everything that either relay took."""
        return [*self.relay.took, *(_taken_by_sink(raw) for raw in self.sink.mails())]

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.finding.seconds[phase] = self.finding.seconds.get(phase, 0) + round(time.monotonic() - began, 1)


def play(folder: Path, *, rows: int, wrong: int, prospects: int) -> Finding:
    """Import, enroll, mail a week and compare; what was found."""
    finding = Finding()
    source = folder / "people.csv"
    truth = write_rows(source, count=rows, wrong=wrong, prospects=prospects)
    with CountingServer() as relay, running_sink() as sink:
        _lay_out(folder, relay.port, sink.port)
        project = load_project(folder, None, {})
        world = World(
            folder=folder,
            project=project,
            database=open_database(project),
            clock=HandClock(MONDAY_NINE),
            chance=SeededChance(7),
            relay=relay,
            sink=sink,
            finding=finding,
        )
        world.one_pass()
        with world.timed("import"):
            _import(world, source, truth)
        _live_a_week(world, truth)
        _compare_mails(world, _due(world, truth))
        with world.timed("reports"):
            _compare_numbers(world)
        world.database.close()
    return finding


def _lay_out(folder: Path, server_port: int, sink_port: int) -> None:
    """The project that ships, with a second sender, no rates, and a Maildir where it has an account."""
    for name in ("campaigns", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    for path in (folder / "campaigns").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("sender: mali\n", "sender: [mali, krit]\n"), "utf-8")
    for name in ("new", "cur", "tmp"):
        (folder / "maildir" / name).mkdir(parents=True)
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["database"] = f"sqlite:///{folder / 'nurture.db'}"
    config["senders"] = {
        name: {
            "from": f"{name.title()} <{name}@example.com>",
            "smtp": {"host": "127.0.0.1", "port": port, "security": "none"},
        }
        for name, port in (("mali", server_port), ("krit", sink_port))
    }
    config["senders"]["mali"]["inbox"] = {"kind": "maildir", "path": str(folder / "maildir")}
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


def _import(world: World, source: Path, truth: Rows) -> None:
    """Every refused row is named with its reason; a second import changes nothing."""
    good = len(truth.prospects) + len(truth.others)
    first, again = (world.nurture("contacts", "import", str(source), "--enroll") for _ in range(2))
    refused_file = source.with_name("people.refused.csv")
    wanted = {"added": good, "updated": 0, "unchanged": 0, "refused": len(truth.refused)}
    _same(world, "the import", {**_part(first, wanted)}, wanted)
    _same(
        world,
        "enrolled",
        _part(first, ["enrolled"]),
        {"enrolled": {"sales-cycle": len(truth.prospects)}},
    )
    _same(world, "the second import", _part(again, wanted), {**wanted, "added": 0, "unchanged": good})
    with refused_file.open(encoding="utf-8-sig", newline="") as file:
        named = {int(row["refused_line"]): row["refused_reason"] for row in csv.DictReader(file)}
    _same(world, "the refused lines", sorted(named), sorted(truth.refused))
    for line, words in truth.refused.items():
        if words not in named.get(line, ""):
            world.finding.wrong.append(f"line {line} is refused for {named.get(line)!r}, not for {words!r}")


def _live_a_week(world: World, truth: Rows) -> None:
    by_mali = _mailed_by_mali(world, truth)
    bouncing, greylisted = by_mali[:_BOUNCING], by_mali[_BOUNCING : _BOUNCING + _GREYLISTED]
    world.relay.misbehave(*(Fault(Point.RCPT, "550 5.1.1 no such user", recipient=each) for each in bouncing))
    world.relay.misbehave(*(Fault(Point.RCPT, "451 4.7.1 later", recipient=each, times=1) for each in greylisted))
    _start_trials(world, truth)
    for hours in PASSES:
        world.clock.move_to(MONDAY_NINE + hours * HOUR)
        if hours == ANSWERS_AT:
            _answer(world, by_mali[-_ANSWERING:])
        with world.timed(f"hour {hours}"):
            world.one_pass()


def _mailed_by_mali(world: World, truth: Rows) -> list[str]:
    """Prospects whose relay is the one that can misbehave."""
    own = select(tables.contacts.c.address).join(tables.enrollments).where(tables.enrollments.c.sender == "mali")
    with world.database.read() as conn:
        there = set(conn.execute(own).scalars())
    return [address for address in truth.prospects if address in there]


def _start_trials(world: World, truth: Rows) -> None:
    campaigns, rules, now = library_of(world.project).enabled, rules_of(world.project), world.clock.now()
    with world.database.write() as conn:
        for address in truth.others[:_TRIALS]:
            person = contacts.find(conn, address)
            assert person is not None
            started = Event(
                name="trial_started", at=now, contact_id=person.id, fields={"ends_at": now + timedelta(days=14)}
            )
            occur(conn, started, campaigns, rules=rules, now=now)


def _answer(world: World, addresses: Sequence[str]) -> None:
    guides = dict(reversed(world.relay.took))
    for number, address in enumerate(addresses):
        answer = EmailMessage()
        answer["From"], answer["To"] = address, "mali@example.com"
        answer["Subject"] = "Re: your guide"
        answer["Message-ID"] = f"<answer-{number}@example.com>"
        answer["In-Reply-To"] = guides[address]
        answer.set_content("Thank you, could you show me how it works?")
        (world.folder / "maildir" / "new" / f"{number}.host").write_bytes(answer.as_bytes())


def _due(world: World, truth: Rows) -> dict[str, list[str]]:
    """By address the steps whose time has come by Friday noon, as a reader of the campaigns counts them."""
    by_mali = _mailed_by_mali(world, truth)
    due = {address: ["hello", "guide"] for address in truth.prospects}
    due |= {address: [] for address in by_mali[:_BOUNCING]}
    due |= {address: ["hello", "guide", "demo-and-trial"] for address in by_mali[-_ANSWERING:]}
    return due | {address: ["welcome", "how-is-it-going"] for address in truth.others[:_TRIALS]}


def _compare_mails(world: World, due: Mapping[str, list[str]]) -> None:
    """Every due message arrived exactly once and in order, nothing else did, and the ledger says so."""
    arrived = world.arrived()
    world.finding.arrived = len(arrived)
    twice = [message_id for message_id, times in Counter(message_id for _, message_id in arrived).items() if times > 1]
    _same(world, "what arrived twice", twice, [])
    with world.database.read() as conn:
        known = conn.execute(
            select(tables.messages.c.message_id, tables.messages.c.state, tables.messages.c.step)
        ).all()
    steps = {row.message_id: row.step for row in known}
    sent = {row.message_id for row in known if row.state == "sent"}
    _same(world, "sent and not arrived", sent - {message_id for _, message_id in arrived}, set())
    _same(world, "arrived and not sent", {message_id for _, message_id in arrived} - sent, set())
    got: dict[str, list[str]] = {}
    for recipient, message_id in arrived:
        if steps[message_id]:
            got.setdefault(recipient, []).append(steps[message_id])
    for address, wanted in due.items():
        if sorted(got.get(address, [])) != sorted(wanted):
            world.finding.wrong.append(f"{address} got {got.get(address)}, due was {wanted}")
    _same(world, "mails to nobody who was due any", got.keys() - due.keys(), set())


def _compare_numbers(world: World) -> None:
    """What `status` and `report` say, counted again from the log by hand."""
    counted: Counter[tuple[str, str, str | None]] = Counter()
    with world.database.read() as conn:
        query = select(tables.events.c.name, tables.events.c.campaign, tables.events.c.step, func.count())
        for name, campaign, step, number in conn.execute(
            query.group_by(tables.events.c.name, tables.events.c.campaign, tables.events.c.step)
        ):
            counted[name, campaign, step] = number
        entered = _entered(conn)
    for report in world.nurture("report", "emails"):
        for row in report["emails"]:
            for column, name in (
                ("sent", "message_sent"),
                ("bounced", "bounced"),
                ("replied", "reply_received"),
                ("failed", "message_failed"),
                ("skipped", "step_skipped"),
            ):
                told, there = row[column], counted[name, report["campaign"], row["step"]]
                _same(world, f"{report['campaign']}/{row['step']} {column}", told, there)
    for report in world.nurture("report", "funnel"):
        name = report["campaign"]
        told = {row["stage"]: row["entered"] for row in report["funnel"]}
        _same(world, f"funnel of {name}", told, {stage: entered[name, stage] for stage in told})
        finished = counted["finished", name, None]
        _same(world, f"outcomes of {name}", sum(report["outcomes"].values()), finished)
        _same(
            world,
            f"now and over in {name}",
            sum(row["now"] for row in report["funnel"]) + finished,
            counted["enrolled", name, None],
        )
    status = world.nurture("status")
    for row in status["campaigns"]:
        over = counted["finished", row["name"], None]
        _same(world, f"active in {row['name']}", row["active"], counted["enrolled", row["name"], None] - over)
        _same(world, f"{row['name']} adds up", row["waiting"] + row["due"] + row["held"], row["active"])
        _same(world, f"unknown in {row['name']}", row["unknown"], 0)
    taken = {"mali": len(world.relay.took), "krit": len(world.sink.mails())}
    told = {row["name"]: row["sent_today"] for row in status["senders"]}
    _same(world, "sent by sender", {name: told[name] + _before_today(world, name) for name in told}, taken)


def _entered(conn: Connection) -> Counter[tuple[str, str]]:
    """Runs that ever entered each stage, by campaign and stage."""
    query = select(
        tables.events.c.campaign, tables.events.c.stage, func.count(func.distinct(tables.events.c.enrollment_id))
    ).where(tables.events.c.name == "stage_entered")
    grouped = query.group_by(tables.events.c.campaign, tables.events.c.stage)
    return Counter({(campaign, stage): number for campaign, stage, number in conn.execute(grouped)})


def _before_today(world: World, sender: str) -> int:
    """How many of the sender's mails were accepted before this day began in Bangkok."""
    midnight = world.clock.now().astimezone(world.project.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    earlier = tables.messages.c.sender == sender, tables.messages.c.sent_at < midnight
    with world.database.read() as conn:
        return conn.execute(select(func.count()).select_from(tables.messages).where(*earlier)).scalar_one()


def _part(document: object, names: Iterable[str]) -> dict[str, object]:
    assert isinstance(document, dict)
    return {name: document[name] for name in names}


def _same(world: World, what: str, told: object, wanted: object) -> None:
    if told != wanted:
        world.finding.wrong.append(f"{what}: {str(told)[:300]}, and not {str(wanted)[:300]}")


_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.IGNORECASE | re.MULTILINE)
_RECIPIENT = re.compile(rb"^X-Rcpt-Args: <([^>]+)>", re.MULTILINE)


def _message_id(raw: bytes) -> str:
    found = _MESSAGE_ID.search(raw)
    assert found is not None
    return found[1].decode()


def _taken_by_sink(raw: bytes) -> tuple[str, str]:
    found = _RECIPIENT.search(raw)
    assert found is not None
    return found[1].decode(), _message_id(raw)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--wrong", type=int, default=200)
    options.add_argument("--prospects", type=int, default=8_000, help="how many of them the sales cycle is for")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="nurture-scale-") as name:
        found = play(Path(name), rows=given.rows, wrong=given.wrong, prospects=given.prospects)
    phases = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in found.seconds.items() if seconds)
    wrong = "".join(f"WRONG: {each}\n" for each in found.wrong)
    sys.stdout.write(f"{found.arrived} mails arrived. {phases}.\n{wrong}")
    sys.exit(bool(found.wrong))


if __name__ == "__main__":
    main()
