"""What every command begins with: the project in the folder, its database, and a contact or campaign by name."""

import difflib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Connection

from nurture.app import open_database
from nurture.domain.campaign import Campaign
from nurture.domain.contact import Contact
from nurture.errors import InvalidInput
from nurture.intake.address import Address, parse_address
from nurture.settings import Project, load_project
from nurture.store import contacts
from nurture.store.database import Database


def project_of(ctx: click.Context) -> Project:
    """The project that the command works on. Raises ConfigError with every problem of its config."""
    folder = Path(ctx.obj["folder"])
    config = ctx.obj["config"]
    return load_project(folder, Path(config) if config else None)


@contextmanager
def opened(project: Project) -> Iterator[Database]:
    """The project's database, closed at the end."""
    database = open_database(project)
    try:
        yield database
    finally:
        database.close()


def address_of(text: str) -> Address:
    """The address that a person typed. Raises InvalidInput that shows it."""
    try:
        return parse_address(text)
    except InvalidInput as wrong:
        raise InvalidInput(
            f"{text!r} is no email address: {wrong.message[0].lower() + wrong.message[1:]}", hint=wrong.hint
        ) from None


def contact_by(conn: Connection, email: str) -> Contact:
    """The contact of that address. Raises InvalidInput where there is none."""
    found = contacts.find(conn, address_of(email).canonical)
    if found is None:
        raise InvalidInput(f"no contact has the address {email}", hint="`nurture contacts list` shows them.")
    return found


def campaign_by(campaigns: Mapping[str, Campaign], name: str) -> Campaign:
    """The campaign of that name. Raises InvalidInput with the nearest one where there is none that runs."""
    if name in campaigns:
        return campaigns[name]
    near = difflib.get_close_matches(name, campaigns, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(campaigns) or 'none'}."
    raise InvalidInput(f"no campaign {name!r} can run", hint=f"{hint} `nurture check` says what is wrong with files.")
