"""How much work a simulation is, and what its sums say, by counting: a machine's pace says nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nurture.app import library_of, renderer_of, rules_of
from nurture.domain.campaign import EmailAction
from nurture.domain.rates import A_DAY
from nurture.domain.sender import Rates
from nurture.loader.behaviour import read_behaviour
from nurture.settings import load_project
from nurture.simulation.crowd import make_crowd
from nurture.simulation.people_given import newcomer
from nurture.simulation.played import Played
from nurture.simulation.reader import Readers
from nurture.simulation.simulate import simulate

ROOT = Path(__file__).parent.parent.parent
START = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)


def play(rates: Rates, *, count: int = 150, days: int = 30) -> Played:
    project = load_project(ROOT, None, {})
    campaign = library_of(project).campaigns["sales-cycle"]
    rules = rules_of(project)
    rules = replace(rules, senders={name: replace(each, rates=rates) for name, each in rules.senders.items()})
    behaviour = read_behaviour(None, campaign, project.vocabulary)
    crowd = make_crowd(
        count,
        campaign=campaign,
        vocabulary=project.vocabulary,
        start=START,
        arrive=behaviour.arrive,
        zone=project.zone,
        seed=1,
    )
    renderer = renderer_of(project)

    def links_of(action: EmailAction) -> tuple[str, ...]:
        return tuple(sorted(renderer.links_of(action.template)))

    return simulate(
        campaign,
        [newcomer(each.contact, each.at, project.zone) for each in crowd],
        rules=rules,
        readers=Readers(behaviour, project.vocabulary, seed=1),
        resumes_after=behaviour.resumes_after,
        links_of=links_of,
        start=START,
        days=days,
        seed=1,
    )


def test_a_long_line_for_a_sender_is_not_looked_at_again_and_again() -> None:
    free, tight = play(Rates()), play(Rates(per_minute=1, per_day=6))
    assert len(tight.sends) < len(free.sends) / 2
    assert sum(each.by.startswith("rate of sender") for each in tight.holds) > 100
    assert tight.walks < 6 * len(tight.sends) + 150
    assert free.walks < 6 * len(free.sends)


@pytest.mark.parametrize("per_day", [5, 20])
def test_no_span_of_a_day_has_more_mails_and_notices_than_the_sender_may_send(per_day: int) -> None:
    played = play(Rates(per_day=per_day), count=80, days=20)
    sent = sorted(each.at for each in played.sends)
    assert all(later - earlier >= A_DAY for earlier, later in zip(sent, sent[per_day:], strict=False))
    assert max(day.sent + day.notices for day in played.volume) <= 2 * per_day
    assert sum(day.sent for day in played.volume) == len(played.sends)


def test_everybody_who_entered_a_stage_left_it_or_is_in_it() -> None:
    played = play(Rates(per_day=60))
    assert all(stage.entered == stage.left + stage.now for stage in played.funnel)
    assert played.funnel[0].entered == played.enrolled == 150
    assert sum(played.outcomes.values()) == len(played.ends) == played.enrolled - played.waiting
