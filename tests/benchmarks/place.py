"""A project to measure: one campaign of two mails of a usual size, and as many people in it as wanted."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from sqlalchemy import Connection, insert

from nurture.app import library_of, open_database
from nurture.settings import Project, load_project
from nurture.store.database import Database
from nurture.store.tables import contacts, enrollments

CONNECTIONS = 10
ROOT = Path(__file__).parent.parent.parent

_CONFIG = """
project: acme
database: sqlite:///{folder}/nurture.db
base_url: http://127.0.0.1:8025
timezone: Asia/Bangkok
country: TH
languages: [en, th]
company: {{name: Acme Co. Ltd., address: "99 Rama I Rd, Bangkok 10330"}}
senders:
  mali:
    from: Mali Srisuk <mali@acme.example>
    smtp: {{host: 127.0.0.1, port: {port}, security: none, connections: {connections}}}
{dkim}contact_fields:
  plan: {{type: text}}
  seats: {{type: number}}
"""
_DKIM = "    dkim: {selector: bench, key_file: dkim.pem}\n"
_CAMPAIGN = """
description: Two mails.
enroll: {when: manual, again: never}
sender: mali
window: any
stages:
  awareness:
    steps:
      - email: letter
      - email: letter
        id: again
        after: 30d
"""
_HEAD = """\
---
subject: Three habits for {{ contact.company or 'your team' }}, {{ contact.first_name or 'friend' }}
preheader: Written for {{ contact.first_name or 'you' }}.
---
Hello {{ contact.first_name or 'there' }},
"""
_PARAGRAPH = """
## {number}. What {{{{ contact.company or 'a team' }}}} gains with habit {number}

{{% if contact.seats > 5 %}}With {{{{ contact.seats }}}} people{{% else %}}In a small team{{% endif %}} every
habit counts twice, for the person and for the others. Write down what was promised and by when, and agree on the next
date before you hang up: a date that you agreed on together needs no reminder and never feels like pushing.

- [the guide to habit {number}](https://acme.example/guide/{number}?plan=a&chapter={number}){{guide-{number}}}
- [the list to print](https://acme.example/lists/{number}.pdf){{list-{number}}}
- [what others say](https://acme.example/stories/{number}){{story-{number}}}

Kind regards to everybody at **{{{{ contact.company or 'your place' }}}}**.
"""
PARAGRAPHS = 8
"""As many give about 21 kB of HTML with 26 links."""


def letter() -> str:
    """The template: Markdown in the layout that ships."""
    last = "\n[See the demo](https://acme.example/demo){demo .button}\n"
    return _HEAD + "".join(_PARAGRAPH.format(number=number + 1) for number in range(PARAGRAPHS)) + last


def make_project(folder: Path, *, port: int, key: str | None = None) -> Project:
    """Lay it out in `folder`; `key` is `rsa`, `ed25519` or None for no signature."""
    folder.mkdir(parents=True, exist_ok=True)
    if key:
        (folder / "dkim.pem").write_bytes(_private_key(key))
    config = _CONFIG.format(folder=folder, port=port, connections=CONNECTIONS, dkim=_DKIM if key else "")
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "habits.yaml").write_text(_CAMPAIGN, encoding="utf-8")
    emails = folder / "templates" / "emails"
    shutil.copytree(ROOT / "templates" / "emails" / "layouts", emails / "layouts")
    (emails / "letter.md").write_text(letter(), encoding="utf-8")
    project = load_project(folder, None, {})
    problems = [str(problem) for problem in library_of(project).problems]
    if problems:
        raise AssertionError(problems)
    return project


def _private_key(kind: str) -> bytes:
    made = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ed25519.Ed25519PrivateKey.generate()
    return made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


@contextmanager
def filled(project: Project, count: int, *, due_in: timedelta) -> Iterator[Database]:
    """The project's database, made anew, with so many people who stand before their first mail."""
    assert project.database_url.startswith("sqlite:///")
    for path in Path(project.root).glob("nurture.db*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    database = open_database(project)
    campaign = library_of(project).campaigns["habits"]
    now = datetime.now(UTC)
    numbers = iter(range(1, count + 1))
    with database.write() as conn:
        while batch := list(islice(numbers, 5000)):
            _fill(conn, batch, campaign.digest, now, now + due_in)
    try:
        yield database
    finally:
        database.close()


def _fill(conn: Connection, numbers: list[int], digest: str, now: datetime, due_at: datetime) -> None:
    people = [
        {
            "id": number,
            "address": f"person{number}@customer{number % 50}.example",
            "email": f"person{number}@customer{number % 50}.example",
            "first_name": "Somchai",
            "company": "Siam Trading",
            "country": "TH",
            "tags": [],
            "fields": {"seats": number % 20},
            "created_at": now,
            "changed_at": now,
        }
        for number in numbers
    ]
    runs = [
        {
            "id": number,
            "contact_id": number,
            "campaign": "habits",
            "digest": digest,
            "stage": "awareness",
            "step": "letter",
            "state": "active",
            "entered_at": now,
            "stage_entered_at": now,
            "anchor_at": now,
            "sender": "mali",
            "due_at": due_at,
            "will_send": True,
        }
        for number in numbers
    ]
    conn.execute(insert(contacts), people)
    conn.execute(insert(enrollments), runs)
