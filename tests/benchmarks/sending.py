"""Sending: from due rows to accepted mails, beside the yardstick, the stock way and the SMTP layer alone."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from nurture.app import build_engine, transports_of
from nurture.clock import SystemChance, SystemClock
from nurture.delivery.transport import Parcel
from nurture.settings import Project
from nurture.store.database import Database
from nurture.store.tables import messages
from tests.benchmarks.figures import Row, Sizes, at_least, ratios, row
from tests.benchmarks.place import filled, make_project
from tests.benchmarks.stock import stock_way
from tests.benchmarks.wire import sink, yardstick

DUE = timedelta(minutes=-1)


def measure(folder: Path, sizes: Sizes) -> Iterator[Row]:
    """The rows about sending; every round measures each way once."""
    rates: dict[str, list[float]] = {}
    with sink() as port:
        plain = make_project(folder / "plain", port=port)
        signed = {key: make_project(folder / key, port=port, key=key) for key in ("rsa", "ed25519")}
        mail = _one_mail(plain, folder / "outbox")
        for _ in range(sizes.rounds):
            began = time.process_time()
            ours = _end_to_end(plain, sizes.mails)
            between = time.process_time()
            stock = stock_way(folder, port, sizes.stock_mails)
            found = {
                "CPU": 1e6 * (between - began) / sizes.mails,
                "stock CPU": 1e6 * (time.process_time() - between) / sizes.stock_mails,
                "yardstick": yardstick(port, mails=sizes.yardstick_mails, size=len(mail)),
                "smtp": _smtp_layer(plain, mail, sizes.yardstick_mails // 2),
                "ours": ours,
                "stock": stock,
                **{key: _end_to_end(project, sizes.mails) for key, project in signed.items()},
            }
            for name, rate in found.items():
                rates.setdefault(name, []).append(rate)
    of_source = "÷ smtp-source -d"
    yield row("size of a mail", [len(mail) / 1000], "kB")
    yield row("smtp-source -d, 10 connections", rates["yardstick"], "mails/s")
    yield row("the stock way", rates["stock"], "mails/s")
    yield row("end to end, SQLite FULL, tracking, no DKIM", rates["ours"], "mails/s")
    yield row("CPU of a mail, the stock way", rates["stock CPU"], "µs")
    yield row("CPU of a mail, end to end with making its row", rates["CPU"], "µs")
    yield row(f"SMTP layer {of_source}", ratios(rates["smtp"], rates["yardstick"]), "x", at_least(1.1))
    yield row(f"end to end {of_source}", ratios(rates["ours"], rates["yardstick"]), "x", at_least(0.75))
    yield row(f"end to end, RSA-2048 {of_source}", ratios(rates["rsa"], rates["yardstick"]), "x", at_least(0.3))
    yield row(f"end to end, Ed25519 {of_source}", ratios(rates["ed25519"], rates["yardstick"]), "x", at_least(0.5))
    yield row("end to end ÷ the stock way", ratios(rates["ours"], rates["stock"]), "x", at_least(20))


def _one_mail(project: Project, outbox: Path) -> bytes:
    """What the engine would put on the wire."""
    with filled(project, 1, due_in=DUE) as database:
        asyncio.run(_drain(project, database, outbox))
    return next(outbox.glob("*.eml")).read_bytes()


def _end_to_end(project: Project, mails: int) -> float:
    """Mails a second of one engine, from its first look at the queue until nothing is due."""
    with filled(project, mails, due_in=DUE) as database:
        seconds = asyncio.run(_drain(project, database))
        with database.read() as conn:
            states = Counter(conn.execute(select(messages.c.state)).scalars())
        assert states == {"sent": mails}, states
    return mails / seconds


async def _drain(project: Project, database: Database, outbox: Path | None = None) -> float:
    engine = build_engine(project, database, clock=SystemClock(), chance=SystemChance(), outbox=outbox)
    began = time.perf_counter()
    try:
        await engine.pulse.one_pass()
        return time.perf_counter() - began
    finally:
        await engine.close()


def _smtp_layer(project: Project, mail: bytes, mails: int) -> float:
    """Mails a second of the delivery room alone, with the bytes ready and nothing to note."""
    return mails / asyncio.run(_deliver(project, mail, mails))


async def _deliver(project: Project, mail: bytes, mails: int) -> float:
    async def may_write() -> bool:
        return True

    parcel = Parcel(sender="mali", mail_from="mali@acme.example", rcpt_to="a@customer.example", data=mail)
    transport = transports_of(project)["mali"]
    began = time.perf_counter()
    try:
        await asyncio.gather(*(transport.deliver(parcel, may_write=may_write) for _ in range(mails)))
        return time.perf_counter() - began
    finally:
        await transport.close()
