"""What made-up people do about a mail: never before it came, nothing while they are away; machines do all at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture.simulation import people
from nurture.simulation.acts import Act, Answer, AutoReply, Bounce, Buy, Look, StartTrial, Unsubscribe
from nurture.simulation.letter import Letter
from nurture.simulation.people import Person, Temperament, make_people
from nurture.simulation.prospects import Prospect

BANGKOK = ZoneInfo("Asia/Bangkok")
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
LETTER = Letter(
    recipient="somchai@baancoffee.example",
    message_id="<1@example.com>",
    subject="Hello",
    sender="Mali <mali@example.com>",
    reply_to="mali@example.com",
    pixel="http://127.0.0.1:1/o/x.gif",
    links=("http://127.0.0.1:1/c/x/0", "http://127.0.0.1:1/c/x/1"),
    unsubscribe="http://127.0.0.1:1/u/x",
)


def a_prospect(temperament: Temperament, seed: int = 1) -> Prospect:
    person: Person = replace(make_people(1, 1, days=90)[0], temperament=temperament)
    return Prospect(person, seed=seed, zone=BANGKOK)


def acts_of(prospect: Prospect, *, mails: int = 4) -> Iterator[tuple[datetime, datetime, Act]]:
    """When each mail came and what was done about it, a mail every two days."""
    for number in range(mails):
        now = NOON + timedelta(days=2 * number)
        for at, act in prospect.receive(LETTER, now):
            yield now, at, act


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("name", ["KEEN", "READER", "ASKER", "RETURNER", "LEAVER", "DECLINER", "GONE"])
def test_people_act_later_than_a_machine_would_and_in_waking_hours(name: str, seed: int) -> None:
    for came_at, at, act in acts_of(a_prospect(getattr(people, name), seed)):
        assert at - came_at >= timedelta(minutes=1)
        if isinstance(act, Answer | StartTrial | Buy):
            assert time(7) <= at.astimezone(BANGKOK).time() <= time(23)


def test_a_keen_person_answers_tries_and_buys_before_the_trial_ends() -> None:
    acts = {type(act): (at, act) for _, at, act in acts_of(a_prospect(people.KEEN))}
    began, trial = acts[StartTrial]
    assert isinstance(trial, StartTrial)
    assert began < acts[Buy][0] < trial.ends_at
    assert Answer in acts


@pytest.mark.parametrize("seed", range(30))
def test_who_is_away_answers_by_machine_once_and_does_nothing_until_the_return(seed: int) -> None:
    found = list(acts_of(a_prospect(people.RETURNER, seed), mails=9))
    back = next(act.back_on for _, _, act in found if isinstance(act, AutoReply))
    assert sum(isinstance(act, AutoReply) for _, _, act in found) == 1
    assert back.weekday() < 5
    assert date(2026, 3, 8) < back < date(2026, 3, 20)
    by_hand = [at for _, at, act in found if not isinstance(act, AutoReply)]
    assert min(by_hand).astimezone(BANGKOK).date() >= back


def test_a_scanner_fetches_everything_in_the_moment_in_which_the_mail_comes() -> None:
    ((at, act),) = a_prospect(people.SCANNER).receive(LETTER, NOON)
    assert at == NOON
    assert isinstance(act, Look)
    assert act.urls == (LETTER.pixel, *LETTER.links)


def test_who_leaves_presses_the_button_and_who_is_gone_bounces() -> None:
    assert any(isinstance(act, Unsubscribe) for _, _, act in acts_of(a_prospect(people.LEAVER)))
    assert all(isinstance(act, Bounce) for _, _, act in acts_of(a_prospect(people.GONE)))


def test_a_notice_moves_nobody() -> None:
    assert list(a_prospect(people.KEEN).receive(replace(LETTER, unsubscribe=None), NOON)) == []
