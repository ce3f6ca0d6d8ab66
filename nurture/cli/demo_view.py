"""What is seen while the demo plays: a live view on a terminal, now and then a plain line elsewhere."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.text import Text

from nurture.cli.demo_tally import Tally
from nurture.cli.output import table

_HAPPENINGS = 7
_LINES_ABOVE = 5
_LONGEST_BAR = 30
_AFTER_BAR = ("now", "gone on", "median days")
_NUMBERS_TAKE = len("entered") + len("".join(_AFTER_BAR)) + 2 * 5
_LIVE_EVERY = 0.4
_PLAIN_EVERY = 4.0


class View:
    """Shows a tally after a moment was played, as often as an eye can follow it. Use it as a context manager."""

    def __init__(
        self,
        console: Console,
        *,
        is_live: bool,
        start: datetime,
        end: datetime,
        zone: ZoneInfo,
        count: Callable[[], Tally],
    ) -> None:
        self._console = console
        self._is_live = is_live
        self._start = start
        self._end = end
        self._zone = zone
        self._count = count
        self._happenings: deque[str] = deque(maxlen=_HAPPENINGS)
        self._shown_at = 0.0
        self._stack = ExitStack()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        self._shown_at = time.monotonic()
        if self._is_live:
            live = Live(console=self._console, auto_refresh=False, transient=True, vertical_overflow="crop")
            self._live = self._stack.enter_context(live)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stack.close()

    def tell(self, at: datetime, words: str) -> None:
        """Something happened in the made-up world."""
        self._happenings.append(f"{self._wall(at):%a %d %b %H:%M}  {words}")

    def shown(self, now: datetime) -> None:
        """A moment was played; shown where the last one was some time ago."""
        if time.monotonic() - self._shown_at < (_LIVE_EVERY if self._live else _PLAIN_EVERY):
            return
        self._shown_at = time.monotonic()
        if self._live:
            self._live.update(self._picture(now, self._count()), refresh=True)
        else:
            self._console.print(self._line(now, self._count()), markup=False)

    def _line(self, now: datetime, counted: Tally) -> str:
        return (
            f"{self._day(now)}: {counted.sent} sent, {counted.opened} opened, {counted.clicked} clicked, "
            f"{counted.replied} answered, {counted.moves} moved on"
        )

    def _picture(self, now: datetime, counted: Tally) -> Group:
        width = min(78, self._console.width - 2)
        done = ProgressBar(
            total=(self._end - self._start).total_seconds(),
            completed=(now - self._start).total_seconds(),
            width=width,
        )
        above = _LINES_ABOVE + sum(len(each.funnel) + 3 for each in counted.standings)
        room = max(3, min(_HAPPENINGS, self._console.height - above))
        happenings = [Text(words, overflow="ellipsis", no_wrap=True) for words in list(self._happenings)[-room:]]
        return Group(
            Text(self._day(now), style="bold"),
            Padding(done, 0),  # a bar alone does not end its line
            Text(
                f"{counted.sent} sent · {counted.opened} opened · {counted.clicked} clicked · "
                f"{counted.replied} answered · {counted.bounced} bounced · {counted.moves} moved on"
            ),
            Text(""),
            funnels(counted, width=width),
            Text(""),
            *happenings,
            *[Text("")] * (room - len(happenings)),
        )

    def _day(self, now: datetime) -> str:
        days, whole = (now - self._start).days + 1, (self._end - self._start).days
        return f"Day {min(days, whole):3} of {whole}, {self._wall(now):%a %d %b %Y %H:%M}"

    def _wall(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)


def funnels(counted: Tally, *, width: int) -> Group:
    """Every campaign's stages with a bar each: who entered, who is there now, how long those stayed who went on."""
    stages = [stage for each in counted.standings for stage in each.funnel]
    most = max((stage.entered for stage in stages), default=0) or 1
    longest = max((len(name) for each in counted.standings for name in (each.campaign, *each.stages)), default=0)
    bar_room = max(8, min(_LONGEST_BAR, width - longest - _NUMBERS_TAKE))
    parts: list[RenderableType] = []
    for standing in counted.standings:
        shown = table(standing.campaign, "entered", "", *_AFTER_BAR, numbers=["entered", *_AFTER_BAR])
        shown.columns[0].min_width = longest
        shown.columns[2].min_width = bar_room
        for stage in standing.funnel:
            bar = Text("█" * round(bar_room * stage.entered / most), style="cyan")
            days = "" if stage.median_days is None else f"{stage.median_days:.1f}"
            shown.add_row(stage.stage, str(stage.entered), bar, str(stage.now), str(stage.left), days)
        ended = ", ".join(f"{number} {name}" for name, number in standing.outcomes.items())
        parts += [shown, *([Text(f"ended: {ended}", style="dim")] if ended else []), Text("")]
    return Group(*parts[:-1])
