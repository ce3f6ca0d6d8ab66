"""What `simulate` says will be sent is what the real engine sends, to the second, over SMTP and with a moved clock."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nurture.app import library_of, open_database, renderer_of, rules_of
from nurture.cli.demo_project import lay_out
from nurture.domain.campaign import EmailAction
from nurture.domain.duration import Duration
from nurture.loader.behaviour import read_behaviour
from nurture.settings import load_project
from nurture.simulation.crowd import make_crowd
from nurture.simulation.people_given import newcomer
from nurture.simulation.reader import Readers
from nurture.simulation.simulate import simulate
from tests.support.real_run import real_run

START = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # Monday 00:00 in Bangkok
BEHAVIOUR = """
scanner: 0.1
open: {chance: 0.8, after: 2h}
click: {chance: 0.4}
reply: {chance: 0.2, intents: {interested: 4, question: 3, not_now: 2, not_interested: 1, wrong_person: 1, other: 2}}
out_of_office: {chance: 0.08, days: 9}
bounce: {hard: 0.03, soft: 0.05}
complaint: 0.01
unsubscribe: 0.03
order: {chance: 0.1, after: 3d, total: 990, currency: THB}
team: {task: 5h, resume: 1d}
"""


@pytest.mark.parametrize(("name", "days"), [("sales-cycle", 18), ("trial-follow-up", 20)])
def test_a_simulation_sends_what_the_real_engine_sends_to_the_second(name: str, days: int, tmp_path: Path) -> None:
    lay_out(tmp_path / "project")
    root = tmp_path / "project"
    for other in (root / "campaigns").glob("*.yaml"):
        if other.stem != name:
            text = other.read_text("utf-8")
            other.write_text(text.replace("\nsender:", "\nenabled: false\nsender:", 1), "utf-8")
    config = (root / "config.yaml").read_text("utf-8")
    tight = "limits: {per_minute: 2, per_hour: 12, per_day: 40, per_domain_per_minute: 1}"
    config = config.replace("limits: {per_minute: 30, per_day: 400, per_domain_per_minute: 10}", tight)
    (root / "config.yaml").write_text(config, "utf-8")
    project = load_project(root, None, {})
    assert project.senders["mali"].sender.rates.per_day == 40
    file = tmp_path / "behaviour.yaml"
    file.write_text(BEHAVIOUR, "utf-8")
    campaign = library_of(project).campaigns[name]
    behaviour = read_behaviour(file, campaign, project.vocabulary)
    crowd = make_crowd(
        60,
        campaign=campaign,
        vocabulary=project.vocabulary,
        start=START,
        arrive=Duration(days=4),
        zone=project.zone,
        seed=3,
    )
    crowd = [replace(each, contact=_in_one_of_few_domains(each.contact)) for each in crowd]
    renderer = renderer_of(project)

    def links_of(action: EmailAction) -> tuple[str, ...]:
        return tuple(sorted(renderer.links_of(action.template)))

    played = simulate(
        campaign,
        [newcomer(each.contact, each.at, project.zone) for each in crowd],
        rules=rules_of(project),
        readers=Readers(behaviour, project.vocabulary, seed=3),
        resumes_after=behaviour.resumes_after,
        links_of=links_of,
        start=START,
        days=days,
        seed=3,
    )
    database = open_database(project)
    try:
        run = real_run(
            project,
            database,
            name,
            Readers(behaviour, project.vocabulary, seed=3),
            behaviour.resumes_after,
            START,
        )
        asyncio.run(run.play(crowd, START + timedelta(days=days)))
        really = run.sent()
    finally:
        database.close()
    expected = sorted((each.at.astimezone(UTC), each.contact, each.step) for each in played.sends)
    assert len(expected) > 100
    assert really == expected
    assert {"bounced hard", "out of office", "ordered", "clicked", "task"} <= set(played.deeds)
    assert any(deed.startswith("replied") for deed in played.deeds)
    assert any(each.by.startswith("rate of sender") for each in played.holds)
    shutil.rmtree(root)


def _in_one_of_few_domains(contact):  # type: ignore[no-untyped-def]
    address = f"{contact.address.partition('@')[0]}@company{contact.id % 4}.example"
    return replace(contact, address=address, email=address)
