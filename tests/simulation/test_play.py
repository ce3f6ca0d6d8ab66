"""The clock of the demo stands still while a moment is played, and waits for an engine that is slow."""

import asyncio
from datetime import UTC, datetime, timedelta

from nurture.clock import HandClock
from nurture.simulation.acts import Act, TeamRound
from nurture.simulation.agenda import Agenda
from nurture.simulation.play import Play

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Stage:
    """An engine that is due every six hours, and notes when it was asked."""

    def __init__(self) -> None:
        self.clock = HandClock(START)
        self.agenda = Agenda()
        self.passes: list[datetime] = []
        self.performed: list[datetime] = []

    def play(self, *, days: int, seconds: float = 0.001) -> Play:
        return Play(
            clock=self.clock,
            end=START + timedelta(days=days),
            seconds=seconds,
            agenda=self.agenda,
            one_pass=self.one_pass,
            next_due=lambda: self.clock.now() + timedelta(hours=6),
            perform=self.perform,
            shown=lambda _now: None,
        )

    async def one_pass(self) -> int:
        begun_at = self.clock.now()
        await asyncio.sleep(0)
        assert self.clock.now() == begun_at
        self.passes.append(begun_at)
        return 0

    def perform(self, _act: Act) -> None:
        self.performed.append(self.clock.now())


def test_every_act_is_done_in_order_and_none_before_its_time() -> None:
    stage = Stage()
    times = [START + timedelta(hours=hours) for hours in (30, 1, 30.01, 47)]
    for at in times:
        stage.agenda.note(at, TeamRound())
    asyncio.run(stage.play(days=2).run())
    assert len(stage.performed) == 4
    assert all(done >= meant for done, meant in zip(stage.performed, sorted(times), strict=True))
    assert stage.agenda.next_at() is None


def test_the_end_is_reached_exactly_and_time_never_runs_back() -> None:
    stage = Stage()
    asyncio.run(stage.play(days=3).run())
    assert stage.clock.now() == START + timedelta(days=3)
    assert stage.passes == sorted(stage.passes)


def test_a_stopped_play_ends_after_its_moment() -> None:
    stage = Stage()
    play = stage.play(days=3)

    def stop(_act: Act) -> None:
        play.stop()

    stage.agenda.note(START + timedelta(hours=5), TeamRound())
    play.perform = stop
    asyncio.run(play.run())
    assert play.is_stopped
    assert stage.clock.now() < START + timedelta(days=1)


def test_acts_of_one_moment_are_done_in_the_order_in_which_they_were_noted() -> None:
    agenda = Agenda()
    first, second = TeamRound(), TeamRound()
    agenda.note(START, first)
    agenda.note(START, second)
    agenda.note(START + timedelta(hours=1), TeamRound())
    taken = agenda.take_until(START)
    assert taken[0] is first
    assert taken[1] is second
    assert len(taken) == 2
