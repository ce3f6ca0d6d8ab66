"""Asks that gather while a transaction is under way share the next, and an error reaches only who caused it."""

import asyncio
from collections.abc import Sequence

import pytest

from nurture.engine.batch import Batcher
from nurture.errors import DatabaseUnavailable


def test_what_gathers_goes_together_in_the_order_of_asking() -> None:
    batches: list[list[int]] = []

    async def double(asked: Sequence[int]) -> Sequence[int]:
        batches.append(list(asked))
        await asyncio.sleep(0)
        return [2 * each for each in asked]

    async def ask() -> list[int]:
        batcher: Batcher[int, int] = Batcher(double)
        first = asyncio.create_task(batcher.ask(1))
        while not batches:
            await asyncio.sleep(0)
        return [*await asyncio.gather(batcher.ask(2), batcher.ask(3)), await first]

    assert asyncio.run(ask()) == [4, 6, 2]
    assert batches == [[1], [2, 3]]


def test_one_bad_ask_does_not_take_the_others_with_it() -> None:
    async def invert(asked: Sequence[int]) -> Sequence[float]:
        return [1 / each for each in asked]

    async def ask() -> list[float | BaseException]:
        batcher: Batcher[int, float] = Batcher(invert)
        return await asyncio.gather(batcher.ask(1), batcher.ask(0), batcher.ask(2), return_exceptions=True)

    one, none, half = asyncio.run(ask())
    assert (one, half) == (1, 0.5)
    assert isinstance(none, ZeroDivisionError)


def test_an_outage_is_everybodys_and_is_not_asked_again() -> None:
    calls = []

    async def fail(asked: Sequence[int]) -> Sequence[int]:
        calls.append(asked)
        raise DatabaseUnavailable("away")

    async def ask() -> None:
        batcher: Batcher[int, int] = Batcher(fail)
        for told in await asyncio.gather(batcher.ask(1), batcher.ask(2), return_exceptions=True):
            with pytest.raises(DatabaseUnavailable):
                raise told if isinstance(told, BaseException) else AssertionError

    asyncio.run(ask())
    assert len(calls) == 1
