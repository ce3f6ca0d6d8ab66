"""The stock way: what one writes first with the usual libraries, a connection and two commits for every mail."""

import asyncio
import sqlite3
import time
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import aiosmtplib
import css_inline
from inscriptis import get_text
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markdown_it import MarkdownIt

from tests.benchmarks.place import CONNECTIONS, ROOT, letter

_COMPANY = {"name": "Acme Co. Ltd.", "address": "99 Rama I Rd, Bangkok 10330"}


def stock_way(folder: Path, port: int, mails: int) -> float:
    """Mails a second: the same text and layout, recorded in SQLite with synchronous=FULL before and after each."""
    path = folder / "stock.db"
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE sent (id INTEGER PRIMARY KEY, address TEXT, state TEXT)")
    began = time.perf_counter()
    asyncio.run(_send_all(database, port, mails))
    seconds = time.perf_counter() - began
    [count] = database.execute("SELECT count(*) FROM sent WHERE state = 'sent'").fetchone()
    assert count == mails
    database.close()
    return mails / seconds


async def _send_all(database: sqlite3.Connection, port: int, mails: int) -> None:
    environment = Environment(loader=FileSystemLoader(ROOT / "templates" / "emails"), autoescape=select_autoescape())
    environment.filters["lines"] = str
    body = MarkdownIt().enable("table").render(letter().split("---\n", 2)[2])
    body = body.replace("&gt;", ">")  # inside a statement
    source = f'{{% extends "layouts/default.html" %}}{{% block content %}}{body}{{% endblock %}}'
    template = environment.from_string(source)
    room = asyncio.Semaphore(CONNECTIONS)

    async def send(number: int) -> None:
        async with room:
            address = f"person{number}@customer{number % 50}.example"
            database.execute("INSERT INTO sent VALUES (?, ?, 'sending')", (number, address))
            contact = {"first_name": "Somchai", "company": "Siam Trading", "seats": number % 20}
            document = css_inline.inline(
                template.render(
                    contact=contact,
                    company=_COMPANY,
                    language="en",
                    subject="Three habits",
                    unsubscribe_url=f"http://127.0.0.1:8025/u/{number}",
                    sender={"name": "Mali", "email": "mali@acme.example"},
                    link=lambda _name, url: url,
                )
            )
            await aiosmtplib.send(_message(address, document), hostname="127.0.0.1", port=port, start_tls=False)
            database.execute("UPDATE sent SET state = 'sent' WHERE id = ?", (number,))

    await asyncio.gather(*(send(number) for number in range(mails)))


def _message(address: str, document: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Mali Srisuk <mali@acme.example>"
    message["To"] = address
    message["Subject"] = "Three habits for Siam Trading, Somchai"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="acme.example")
    message["List-Unsubscribe"] = "<http://127.0.0.1:8025/u/1>"
    message.set_content(get_text(document))
    message.add_alternative(document, subtype="html")
    return message
