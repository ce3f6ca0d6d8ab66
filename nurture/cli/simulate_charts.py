"""Pictures for a page, as inline SVG: widths in percent, heights in pixels, so that words keep their size on a phone.

Every text that is given is escaped here; colours are classes of the page's own style.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HEATS = 5
_ROW, _HEAD = 28, 22
_WEEK_AT, _DAY_AT, _DAY_WIDE = 0, 17, 10
_TALL, _TOP, _FOOT = 150, 22, 22
_NAMED_DAYS = 5
_FARTHEST_LIMIT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What is sent on the fullest day of those from `first` to `last`, mails and notices to our own people."""

    first: date
    last: date
    sent: int
    notices: int

    @property
    def all(self) -> int:
        return self.sent + self.notices


def picture(title: str, body: str, *, tall: int) -> str:
    """`title` is read aloud in its place."""
    return f'<svg role="img" width="100%" height="{tall}"><title>{escape(title)}</title>{body}</svg>'


def share_bar(parts: Sequence[tuple[int, str]], whole: int, *, tall: int = 8) -> str:
    """Parts of a whole beside each other, each a count and a colour; the words stand beside it, so it is not read."""
    at, drawn = 0.0, []
    for count, colour in parts:
        wide = 100 * count / whole if whole else 0
        if wide:
            drawn.append(f'<rect class="{colour}" x="{at:.2f}%" width="{wide:.2f}%" height="{tall}"/>')
        at += wide
    ground = f'<rect class="ground" width="100%" height="{tall}"/>'
    return f'<svg class="share" aria-hidden="true" width="100%" height="{tall}">{ground}{"".join(drawn)}</svg>'


def heat_map(title: str, counts: Mapping[date, int], mondays: Sequence[date]) -> str:
    """Weeks down, weekdays across, each week's sum at the right."""
    most = max(counts.values(), default=0)
    drawn = ['<text class="quiet" x="0" y="14">week of</text>', '<text class="quiet end" x="100%" y="14">all</text>']
    drawn += [
        f'<text class="quiet mid" x="{_DAY_AT + _DAY_WIDE * (number + 0.5):g}%" y="14">{name}</text>'
        for number, name in enumerate(_WEEKDAYS)
    ]
    for row, monday in enumerate(mondays):
        top = _HEAD + row * _ROW
        days = [counts.get(monday + timedelta(days=number), 0) for number in range(7)]
        drawn.append(f'<text x="{_WEEK_AT}" y="{top + 18}">{short_day(monday)}</text>')
        drawn += [_cell(number, top, count, most) for number, count in enumerate(days)]
        drawn.append(f'<text class="end" x="100%" y="{top + 18}">{brief(sum(days))}</text>')
    return picture(title, "".join(drawn), tall=_HEAD + len(mondays) * _ROW)


def _cell(number: int, top: int, count: int, most: int) -> str:
    left = _DAY_AT + number * _DAY_WIDE
    heat = heat_of(count, most)
    box = (
        f'<rect class="h{heat}" x="{left + 0.3:g}%" y="{top}" width="{_DAY_WIDE - 0.6:g}%" height="{_ROW - 3}" rx="4"/>'
    )
    if not count:
        return box
    return f'{box}<text class="mid t{heat}" x="{left + _DAY_WIDE / 2:g}%" y="{top + 17}">{brief(count)}</text>'


def heat_of(count: int, most: int) -> int:
    """0 for none, else 1 to 5 by its share of the most."""
    return 0 if not count else min(_HEATS, 1 + _HEATS * count // (most + 1))


def day_bars(title: str, bars: Sequence[Bar], limit: int | None) -> str:
    """One bar a day (or a few days), mails under notices; the limit is a line where it is near enough to be drawn."""
    most = max((bar.all for bar in bars), default=0)
    is_drawn = is_limit_near(limit, most)
    top = max(most, limit if is_drawn and limit else 0, 1)
    wide = 100 / max(len(bars), 1)
    drawn = [f'<line class="axis" x1="0" x2="100%" y1="{_TOP + _TALL}" y2="{_TOP + _TALL}"/>']
    drawn += [_bar(bar, number * wide, wide, top, limit) for number, bar in enumerate(bars) if bar.all]
    if is_drawn and limit is not None:
        y = _TOP + _TALL - _TALL * limit / top
        drawn.append(f'<line class="limit" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(f'<text class="warn" x="0" y="{y - 6:.1f}">limit {limit:,} a day</text>')
    step = max(1, -(-len(bars) // _NAMED_DAYS))
    for number in range(0, len(bars), step):
        name = short_day(bars[number].first)
        drawn.append(f'<text class="quiet" x="{number * wide:.2f}%" y="{_TOP + _TALL + 16}">{name}</text>')
    return picture(title, "".join(drawn), tall=_TOP + _TALL + _FOOT)


def is_limit_near(limit: int | None, most: int) -> bool:
    """Whether bars can still be read beside a line that high."""
    return limit is not None and limit <= max(most, 1) * _FARTHEST_LIMIT


def _bar(bar: Bar, left: float, wide: float, top: int, limit: int | None) -> str:
    is_full = limit is not None and bar.all >= limit
    place = f'x="{left + wide * 0.1:.2f}%" width="{wide * 0.8:.2f}%"'
    base, drawn = float(_TOP + _TALL), []
    for count, colour in ((bar.sent, "full" if is_full else "mails"), (bar.notices, "notices")):
        tall = _TALL * count / top
        base -= tall
        if count:
            drawn.append(f'<rect class="{colour}" {place} y="{base:.1f}" height="{tall:.1f}"/>')
    words = f"{long_day(bar.first)}: {bar.sent:,} mails" + (f", {bar.notices:,} notices" if bar.notices else "")
    return f"<g><title>{words}</title>{''.join(drawn)}</g>"


def brief(count: int) -> str:
    """Few enough signs for a narrow cell: 950, 1.2k, 12k."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 9950 else f"{count / 1000:.0f}k"


def short_day(day: date) -> str:
    return f"{day.day} {day:%b}"


def long_day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
