"""`send-test`: one step's mail, really sent to oneself and recorded nowhere."""

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

from nurture.cli.listener import build_web
from nurture.cli.project import opened
from nurture.clock import SystemClock
from nurture.settings import load_project
from nurture.store.tables import events, messages
from tests.cli.commands import edit
from tests.cli.conftest import Nurture
from tests.support.mail_server import Fault, MailServer, Point


def only_mail(project: Path) -> EmailMessage:
    [file] = (project / "outbox").glob("*.eml")
    return cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=default))


async def status_of(web: FastAPI, url: str) -> int:
    async with AsyncClient(transport=ASGITransport(app=web)) as client:
        return (await client.get(url)).status_code


def over_smtp(project: Path, port: int) -> None:
    edit(project, "transport: {folder: outbox}", f"smtp: {{host: 127.0.0.1, port: {port}, security: none}}")


def test_the_mail_of_a_step_comes_marked_as_a_test(nurture: Nurture, project: Path) -> None:
    answer = nurture("send-test", "welcome", "--to", "me@example.org")

    assert answer.code == 0, answer.err
    mail = only_mail(project)
    assert mail["To"] == "me@example.org"
    assert mail["Subject"] == "[test] Your trial is ready, Aom"


def test_a_contact_and_a_language_can_be_chosen(nurture: Nurture, project: Path) -> None:
    answer = nurture(
        "send-test", "trial/welcome", "--to", "me@example.org", "--contact", "wei.ling@example.com", "--language", "th"
    )

    assert answer.code == 0, answer.err
    assert only_mail(project)["Subject"] == "[test] เริ่มทดลองใช้ได้แล้วค่ะ คุณWei Ling"


def test_nothing_is_recorded_of_it_and_its_links_open_nothing(nurture: Nurture, project: Path) -> None:
    nurture("send-test", "welcome", "--to", "aom@example.com", "--contact", "aom@example.com")

    link = only_mail(project)["List-Unsubscribe"].strip("<>")
    settings = load_project(project)
    with opened(settings) as database:
        with database.read() as conn:
            assert conn.execute(select(func.count()).select_from(messages)).scalar_one() == 0
            assert conn.execute(select(func.count()).where(events.c.name == "message_sent")).scalar_one() == 0
        assert asyncio.run(status_of(build_web(settings, database, clock=SystemClock()), link)) == 404


def test_it_goes_over_the_sender_s_own_relay(nurture: Nurture, project: Path) -> None:
    with MailServer() as server:
        over_smtp(project, server.port)
        assert nurture("send-test", "thank-you", "--to", "me@example.org").code == 0

    assert [mail.recipient for mail in server.accepted] == ["me@example.org"]


def test_a_refusal_of_the_relay_is_told(nurture: Nurture, project: Path) -> None:
    with MailServer() as server:
        server.misbehave(Fault(Point.RCPT, "550 5.1.1 User unknown"))
        over_smtp(project, server.port)
        answer = nurture("send-test", "welcome", "--to", "me@example.org")

    assert answer.code == 1
    assert "User unknown" in answer.err


def test_a_relay_that_is_away_is_a_service_that_is_away(nurture: Nurture, project: Path, free_port: int) -> None:
    over_smtp(project, free_port)

    answer = nurture("send-test", "welcome", "--to", "me@example.org")

    assert answer.code == 3
    assert f"127.0.0.1:{free_port}" in answer.err


def test_a_step_that_is_none_is_told_with_the_nearest(nurture: Nurture) -> None:
    answer = nurture("send-test", "welcom", "--to", "me@example.org")

    assert answer.code == 1
    assert "Did you mean welcome?" in answer.err
    assert nurture("send-test", "welcome", "--to", "me").code == 1
