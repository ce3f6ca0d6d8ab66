"""Many small asks of the store as one transaction: what gathers while one is under way goes together in the next."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from nurture.errors import ServiceUnavailable

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Batcher(Generic[Ask, Answer]):
    """Calls `answer_all` with what has gathered and hands each asker its own answer, or the error of its batch."""

    def __init__(self, answer_all: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer]]]) -> None:
        self._answer_all = answer_all
        self._waiting: list[tuple[Ask, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, what: Ask) -> Answer:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await self._answer(batch)

    async def _answer(self, batch: Sequence[tuple[Ask, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self._answer_all([ask for ask, _ in batch])
        except ServiceUnavailable as outage:
            _refuse(batch, outage)
        except Exception as error:  # noqa: BLE001  the asker decides what it means
            if len(batch) == 1:
                _refuse(batch, error)
                return
            # One of them is at fault and must not take the others with it: each by itself, in the old order.
            for each in batch:
                await self._answer([each])
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)


def _refuse(batch: Sequence[tuple[object, asyncio.Future[Answer]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
