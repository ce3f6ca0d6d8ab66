"""A simulation for the terminal: the calendar as heat, volume against its limits, skips, the funnel, outcomes."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from nurture.cli.output import table
from nurture.simulation.played import Played, SenderDay, Skipped

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HEAT = ("grey50", "black on pale_green1", "black on light_green", "black on green3", "white on dark_green")
_MOST_REASONS = 8
_MOST_WEEKS = 30
_BAR = 24


def show(played: Played, out: Console) -> None:
    """Everything that a person wants to know first; `--json` has each mail and decision."""
    first, last = played.start.astimezone(played.zone).date(), played.end.astimezone(played.zone).date()
    out.print(
        f"[bold]{played.campaign}[/bold], {first} to {last - timedelta(days=1)}: "
        f"{played.contacts:,} contacts, {played.enrolled:,} entered, [bold]{len(played.sends):,}[/bold] mails\n"
    )
    for why, count in played.refused.items():
        out.print(f"{count:,} were not asked in: {why}")
    _calendar(played, out)
    _steps(played, out)
    _volume(played, out)
    _counts("Held, at first", Counter(each.by for each in played.holds), out)
    _counts("Skipped", Counter(reason_of(each) for each in played.skips), out)
    _funnel(played, out)
    _counts("Outcomes", Counter(dict(played.outcomes)), out)
    _counts("What people and the team did", Counter(dict(played.deeds)), out)


def _calendar(played: Played, out: Console) -> None:
    """Weeks down, weekdays across; the day is the contact's own."""
    days = Counter(each.at.date() for each in played.sends)
    if not days:
        out.print("No mail was sent.\n")
        return
    most = max(days.values())
    out.print("[bold]Mails by day[/bold], on the contacts' own calendars")
    out.print(Text("  week of    " + "".join(f"{name:>7}" for name in _DAYS) + "      all"))
    for monday in _mondays(min(days), max(days)):
        line = Text(f"  {monday}  ")
        for day in (monday + timedelta(days=number) for number in range(7)):
            count = days[day]
            line.append(" ").append(f"{count or '·':>6}", style=_heat(count, most))
        week = sum(days[monday + timedelta(days=number)] for number in range(7))
        out.print(line.append(f"   {week:>6,}"))
    out.print()


def _mondays(first: date, last: date) -> Iterable[date]:
    monday = first - timedelta(days=first.weekday())
    for _ in range(_MOST_WEEKS):
        if monday > last:
            return
        yield monday
        monday += timedelta(days=7)


def _heat(count: int, most: int) -> str:
    return _HEAT[0] if not count else _HEAT[min(4, 1 + 4 * count // (most + 1))]


def _steps(played: Played, out: Console) -> None:
    sent = Counter(each.step for each in played.sends)
    first: dict[str, date] = {}
    for each in played.sends:
        first.setdefault(each.step, each.at.date())
    shown = table("email", "stage", "mails", "first on", title="Mails by step", numbers=["mails"])
    for step, stage in played.steps:
        shown.add_row(step, stage, f"{sent[step]:,}", str(first.get(step, "")))
    out.print(shown)
    out.print()


def _volume(played: Played, out: Console) -> None:
    """The fullest days of every sender against what it may send a day."""
    by_sender: dict[str, list[SenderDay]] = defaultdict(list)
    for day in played.volume:
        by_sender[day.sender].append(day)
    columns = ("sender", "days", "mails", "notices", "a day", "fullest", "limit a day", "days at the limit")
    shown = table(*columns, title="Volume by sender", numbers=columns[1:])
    for limits in played.senders:
        days = by_sender[limits.sender]
        sums = [day.sent + day.notices for day in days]
        limit = limits.per_day
        full = sum(1 for each in sums if limit is not None and each >= limit)
        shown.add_row(
            limits.sender,
            str(len(days)),
            f"{sum(day.sent for day in days):,}",
            f"{sum(day.notices for day in days):,}",
            f"{sum(sums) / len(sums):,.0f}" if sums else "0",
            f"{max(sums, default=0):,}",
            "none" if limit is None else f"{limit:,}",
            str(full),
        )
    out.print(shown)
    out.print()


def _funnel(played: Played, out: Console) -> None:
    columns = ("stage", "entered", "now", "left", "days in it, median", "target", "")
    shown = table(*columns, title="Funnel", numbers=columns[1:6])
    most = max((stage.entered for stage in played.funnel), default=0)
    for stage in played.funnel:
        target, days = stage.target_days, stage.median_days
        is_over = target is not None and days is not None and days > target
        words = "" if days is None else f"[red]{days:g}[/red]" if is_over else f"{days:g}"
        shown.add_row(
            stage.stage,
            f"{stage.entered:,}",
            f"{stage.now:,}",
            f"{stage.left:,}",
            words,
            "" if target is None else f"{target:g}",
            "█" * (_BAR * stage.entered // most if most else 0),
        )
    out.print(shown)
    out.print()


def reason_of(skip: Skipped) -> str:
    """Without what differs from person to person, so that equal reasons are counted together."""
    words = skip.reason.partition(";")[0]
    return f"{skip.step}: {words.partition(' is ')[0] if words.startswith('late:') else words}"


def _counts(title: str, counts: Mapping[str, int], out: Console) -> None:
    if not counts:
        return
    rows: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    shown = table("", "", title=title, numbers=[""])
    shown.show_header = False
    shown.columns[0].justify, shown.columns[1].justify = "left", "right"
    for words, count in rows[:_MOST_REASONS]:
        shown.add_row(escape(words), f"{count:,}")
    if len(rows) > _MOST_REASONS:
        shown.add_row(f"{len(rows) - _MOST_REASONS} more", f"{sum(count for _, count in rows[_MOST_REASONS:]):,}")
    out.print(shown)
    out.print()
