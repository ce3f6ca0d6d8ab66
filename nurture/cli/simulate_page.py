"""A simulation as one page that needs nothing else: pictures, the tables beside them, and how to play it again.

The same play gives the same bytes; no script, no address, and no clock but the simulation's own.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from importlib.resources import files

from nurture.cli import simulate_sums as sums
from nurture.cli.simulate_charts import day_bars, heat_map, is_limit_near, long_day, share_bar, short_day
from nurture.simulation.played import FunnelStage, Played, SenderDay, SenderLimits

_MOST_BARS = 10
_MOST_ROWS = 60
_MOST_SENDERS = 6
_MOST_TEXT = 20_000
_COLOURS = {"won": "good", "lost": "grey", "bounced": "bad", "unsubscribed": "amber"}
_MORE_COLOURS = ("violet", "teal", "blue")
_UNDER_WAY = "still under way"
# whatever a name might smuggle in, a browser then loads and runs nothing
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to play it again: the command, and the text of the behaviour file where one was given."""

    command: str
    behaviour: str | None = None
    behaviour_text: str = ""


def page_of(played: Played, recipe: Recipe) -> str:
    """The whole document."""
    style = (files("nurture.cli") / "simulate_page.css").read_text(encoding="utf-8")
    skips, holds, deeds = sums.skips(played), sums.holds(played), sums.deeds(played)
    left = (
        _calendar(played),
        _ranking("Mails by step", "In the order of the campaign.", "email", sums.mails_by_step(played)),
        _ranking("Steps that had to wait", "What held them at first, although their time had come.", "held by", holds),
    )
    right = (
        _volume(played),
        _ranking("Skipped steps", "Why a step was passed over.", "reason", skips),
        _ranking("What people and the team did", "As their behaviour has it.", "deed", deeds),
    )
    parts = (
        _title(played),
        _figures(played),
        _outcomes(played),
        _funnel(played),
        *(f'<div class="stack">{"".join(column)}</div>' for column in (left, right)),
        _again(played, recipe),
    )
    title = f"<title>{escape(played.campaign)}: simulation</title>"
    return f"{_HEAD}{title}<style>\n{style}</style></head>\n<body><main>\n{''.join(parts)}</main></body></html>\n"


def _title(played: Played) -> str:
    days = f"{long_day(sums.first_day(played))} to {long_day(sums.last_day(played))}"
    return (
        f'<header><h1>{escape(played.campaign)}</h1><p class="note">Simulation of {played.days:,} days, {days}, '
        f"zone {escape(played.zone.key)}. Nobody was mailed.</p></header>\n"
    )


def _figures(played: Played) -> str:
    """Who came, what they got, and where they ended."""
    runs = sums.runs_of(played)
    figures = [("contacts", played.contacts), ("entered the campaign", played.enrolled), ("mails", len(played.sends))]
    figures += [(f"{name}, {sums.percent(count, runs)}", count) for name, count in sums.ranked(played.outcomes)[:4]]
    figures.append((f"{_UNDER_WAY}, {sums.percent(played.waiting, runs)}", played.waiting))
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{count:,}</dd></div>" for name, count in figures)
    refused = "".join(
        f"<li>{count:,} were not asked in: {escape(why)}.</li>"
        for why, count in sums.ranked(played.refused)[:_MOST_BARS]
    )
    found = "".join(f"<li>{escape(words)}</li>" for words in sums.findings(played))
    body = f'<dl class="figures">{cells}</dl><ul class="short">{found}{refused}</ul>'
    return _section("In short", body, is_wide=True)


def _outcomes(played: Played) -> str:
    runs = sums.runs_of(played)
    ranked = sums.ranked(played.outcomes)
    others = [name for name, _ in ranked if name not in _COLOURS]
    colours = _COLOURS | {name: _MORE_COLOURS[number % len(_MORE_COLOURS)] for number, name in enumerate(others)}
    parts = [(count, colours[name], name) for name, count in ranked] + [(played.waiting, "pale", _UNDER_WAY)]
    bar = share_bar([(count, colour) for count, colour, _ in parts], runs, tall=22)
    rows = [(name, count, sums.percent(count, runs)) for count, _, name in parts]
    table = _table(("outcome", "people", "share"), rows, title="Outcomes as a table")
    key = _key((colour, f"{name} {count:,}") for count, colour, name in parts[:_MOST_BARS])
    return _section("Outcomes", f"{bar}{key}{table}", note="Where everybody stood on the last day.", is_wide=True)


def _key(entries: Iterable[tuple[str, str]]) -> str:
    square = '<svg aria-hidden="true" width="12" height="12"><rect class="{}" width="12" height="12"/></svg>'
    rows = (f"<li>{square.format(colour)}{escape(words)}</li>" for colour, words in entries)
    return f'<ul class="key">{"".join(rows)}</ul>'


def _funnel(played: Played) -> str:
    most = max((stage.entered for stage in played.funnel), default=0)
    runs = sums.runs_of(played)
    rows = "".join(_stage(stage, most, runs) for stage in played.funnel[:_MOST_ROWS])
    key = _key((("blue", "went on or ended"), ("pale", "in it on the last day")))
    columns = ("stage", "entered", "now", "left", "median days", "target days")
    table = _table(
        columns,
        [
            (each.stage, each.entered, each.now, each.left, _days(each.median_days), _days(each.target_days))
            for each in played.funnel
        ],
        title="The funnel as a table",
    )
    return _section(
        "Funnel",
        f'<ol class="stages">{rows}</ol>{key}{table}',
        note="How many reached each stage, and their share of all who came in.",
        is_wide=True,
    )


def _stage(stage: FunnelStage, most: int, runs: int) -> str:
    bar = share_bar([(stage.left, "blue"), (stage.now, "pale")], most, tall=16)
    words = f"{stage.left:,} went on or ended, {stage.now:,} in it now"
    time = ""
    if stage.median_days is not None:
        target = stage.target_days
        wanted = "" if target is None else f", {target:.3g} wanted"
        colour = "over" if target is not None and stage.median_days > target else "in"
        time = f' · <span class="{colour}">median {_days(stage.median_days)} days{wanted}</span>'
    reached = f"{stage.entered:,} entered · {sums.percent(stage.entered, runs)}"
    return f'<li><p><b>{escape(stage.stage)}</b><span>{reached}</span></p>{bar}<p class="note">{words}{time}</p></li>'


def _days(days: float | None) -> str:
    return "–" if days is None else "under 0.1" if 0 <= days < 0.1 else f"{days:.1f}".removesuffix(".0")


def _calendar(played: Played) -> str:
    counts = sums.mails_by_day(played)
    if not counts:
        return _section("Mails by day", "<p>No mail was sent.</p>")
    mondays = sums.mondays_of(list(counts))
    chart = heat_map("Mails by week and weekday; the table below has the figures", counts, mondays)
    rows = [
        (long_day(monday), *days, sum(days))
        for monday, days in (
            (monday, [counts[monday + timedelta(days=number)] for number in range(7)]) for monday in mondays
        )
    ]
    table = _table(
        ("week of", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "all"),
        rows,
        title="The calendar as a table",
        most=len(rows),
    )
    return _section(
        "Mails by day", chart + table, note="On the contacts' own calendars; the stronger the colour, the more."
    )


def _volume(played: Played) -> str:
    """The senders with most to do each have a picture, all of them a row."""
    days: dict[str, list[SenderDay]] = defaultdict(list)
    for each in played.volume:
        days[each.sender].append(each)
    sent = {name: sum(each.sent + each.notices for each in inside) for name, inside in days.items()}
    senders = sorted(played.senders, key=lambda each: (-sent.get(each.sender, 0), each.sender))
    charts = "".join(_sender(played, limits) for limits in senders[:_MOST_SENDERS] if sent.get(limits.sender))
    rows = [
        (
            limits.sender,
            sum(each.sent for each in days[limits.sender]),
            sum(each.notices for each in days[limits.sender]),
            max((each.sent + each.notices for each in days[limits.sender]), default=0),
            "none" if limits.per_day is None else limits.per_day,
            sums.days_at_limit(played, limits),
        )
        for limits in senders
    ]
    columns = ("sender", "mails", "notices", "fullest day", "limit a day", "days at it")
    summary = _table(columns, rows, title="All senders")
    key = _key((("blue", "mails"), ("pale", "notices to your own people"), ("amber", "a day at the limit")))
    body = f"{charts}{key}{summary}" if charts else f"<p>Nothing was sent.</p>{summary}"
    note = f"Each day of {escape(played.zone.key)} against what the sender may send."
    return _section("Volume by sender", body, note=note)


def _sender(played: Played, limits: SenderLimits) -> str:
    bars = sums.bars_of(played, limits.sender)
    most = max(bar.all for bar in bars)
    fullest = next(bar for bar in bars if bar.all == most)
    words = f"{most:,} on the fullest day" + (f", {long_day(fullest.first)}" if fullest.first == fullest.last else "")
    if not is_limit_near(limits.per_day, most) and limits.per_day is not None:
        words += f"; the limit of {limits.per_day:,} a day is far above"
    if bars[0].first != bars[0].last:
        words += f"; each bar is the fullest of {(bars[0].last - bars[0].first).days + 1} days"
    rates = [
        f"{limit:,} {name}"
        for limit, name in (
            (limits.per_minute, "a minute"),
            (limits.per_hour, "an hour"),
            (limits.per_day, "a day"),
            (limits.per_domain_per_minute, "a minute to one domain"),
        )
        if limit is not None
    ]
    may = f"May send {', '.join(rates)}." if rates else "Has no limit."
    title = f"Volume of {limits.sender} by day; the table below has the figures"
    rows = [
        (
            long_day(bar.first) if bar.first == bar.last else f"{short_day(bar.first)} – {long_day(bar.last)}",
            bar.sent,
            bar.notices,
        )
        for bar in bars
        if bar.all
    ]
    table = _table(("day", "mails", "notices"), rows, title=f"{limits.sender} as a table", most=len(rows))
    return (
        f'<h3>{escape(limits.sender)}</h3><p class="note">{escape(words)}. {may}</p>'
        f"{day_bars(title, bars, limits.per_day)}{table}"
    )


def _ranking(title: str, note: str, what: str, counts: sums.Counts) -> str:
    """A bar under each name; the longest lists go on in the table."""
    if not counts:
        return _section(title, "<p>None.</p>")
    most = max(count for _, count in counts)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}{share_bar([(count, "blue")], most, tall=6)}</th><td>{count:,}</td></tr>'
        for name, count in counts[:_MOST_BARS]
    )
    head = f'<thead><tr><th scope="col">{what}</th><th scope="col">times</th></tr></thead>'
    more = _table((what, "times"), counts, title=f"{title}: all {len(counts)}") if len(counts) > _MOST_BARS else ""
    return _section(title, f"<table>{head}<tbody>{rows}</tbody></table>{more}", note=note)


def _again(played: Played, recipe: Recipe) -> str:
    behaviour = "nurture's own" if recipe.behaviour is None else f"{recipe.behaviour}, over nurture's own"
    facts = (
        f"Seed {played.seed}, from {long_day(sums.first_day(played))}, {played.days:,} days. Behaviour: {behaviour}."
    )
    text = ""
    if recipe.behaviour_text and len(recipe.behaviour_text) <= _MOST_TEXT:
        text = f"<details><summary>The behaviour file</summary><pre>{escape(recipe.behaviour_text)}</pre></details>"
    body = f"<p>{escape(facts)}</p><pre>{escape(recipe.command)}</pre>{text}"
    return _section(
        "Play it again", body, note="The same files and seed give this page again, byte for byte.", is_wide=True
    )


def _section(title: str, body: str, *, note: str = "", is_wide: bool = False) -> str:
    """`body` and `note` are HTML already."""
    words = f'<p class="note">{note}</p>' if note else ""
    wide = ' class="wide"' if is_wide else ""
    return f"<section{wide}><h2>{title}</h2>{words}{body}</section>\n"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str, most: int = _MOST_ROWS) -> str:
    """Folded away; what is beyond `most` rows is said."""
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "".join(
        f'<tr><th scope="row">{escape(str(first))}</th>{"".join(f"<td>{_cell(each)}</td>" for each in rest)}</tr>'
        for first, *rest in rows[:most]
    )
    more = f'<p class="note">and {len(rows) - most:,} more</p>' if len(rows) > most else ""
    return (
        f"<details><summary>{escape(title)}</summary>"
        f'<div class="scroll" role="region" aria-label="{escape(title)}" tabindex="0">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div></details>"
    )


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else escape(str(value))
