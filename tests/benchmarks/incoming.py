"""Bringing contacts in, beside reading the same file and doing nothing with it."""

import csv
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from nurture.app import library_of, rules_of
from nurture.clock import SystemClock
from nurture.engine.import_contacts import import_contacts
from nurture.intake.read import Accepted, read_contacts
from nurture.settings import Project
from tests.benchmarks.figures import Row, Sizes, at_most, ratios, row
from tests.benchmarks.place import filled, make_project


def measure(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The rows about the import."""
    project = make_project(folder / "import", port=25)
    file = folder / "contacts.csv"
    _write(file, sizes.contacts)
    reading, bringing = [], []
    for _ in range(sizes.rounds):
        reading.append(_read(file))
        bringing.append(_bring_in(project, file, sizes.contacts))
    each = [1e6 * seconds / sizes.contacts for seconds in bringing]
    yield row(f"import of {sizes.contacts:,} contacts, each", each, "µs")
    yield row("import ÷ reading the CSV and nothing else", ratios(bringing, reading), "x", at_most(10))


def _write(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["email", "first_name", "last_name", "company", "country", "seats"])
        for number in range(count):
            address = f"person{number}@customer{number % 5000}.co.th"
            writer.writerow([address, "Somchai", "Jaidee", f"Siam Trading {number % 500}", "TH", number % 40])


def _read(file: Path) -> float:
    began = time.perf_counter()
    with file.open(encoding="utf-8", newline="") as source:
        for _ in csv.reader(source):
            pass
    return time.perf_counter() - began


def _bring_in(project: Project, file: Path, count: int) -> float:
    now = SystemClock().now()
    with filled(project, 0, due_in=timedelta()) as database:
        began = time.perf_counter()
        rows = read_contacts(file, vocabulary=project.vocabulary, zone=project.zone, now=now)
        imported = import_contacts(
            database,
            (each.draft for each in rows if isinstance(each, Accepted)),
            campaigns=library_of(project).enabled,
            rules=rules_of(project),
            now=now,
            is_enrolling=False,
        )
        seconds = time.perf_counter() - began
    assert imported.added == count
    return seconds
