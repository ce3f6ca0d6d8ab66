"""What a simulation's rows come to, for a page: days, reasons, each sender's bars, and what one wants to know first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from nurture.cli.simulate_charts import Bar, long_day
from nurture.cli.simulate_view import reason_of
from nurture.simulation.played import Played, SenderLimits

_MOST_BARS = 120
_DEEDS = {
    "task": "task done by the team",
    "machine": "opened or clicked by a mail server",
    "storm": "sender stopped by a storm",
}

Counts = Sequence[tuple[str, int]]


def first_day(played: Played) -> date:
    return played.start.astimezone(played.zone).date()


def last_day(played: Played) -> date:
    return max(first_day(played), played.end.astimezone(played.zone).date() - timedelta(days=1))


def runs_of(played: Played) -> int:
    """Runs that ended or are still under way: what shares are shares of."""
    return played.waiting + sum(played.outcomes.values())


def mails_by_day(played: Played) -> Counter[date]:
    """By the contacts' own calendars."""
    return Counter(each.at.date() for each in played.sends)


def mails_by_step(played: Played) -> Counts:
    """In file order, with those that nobody got."""
    sent = Counter(each.step for each in played.sends)
    return [(step, sent[step]) for step, _ in played.steps]


def skips(played: Played) -> Counts:
    return ranked(Counter(reason_of(each) for each in played.skips))


def holds(played: Played) -> Counts:
    return ranked(Counter(each.by for each in played.holds))


def deeds(played: Played) -> Counts:
    """Those whose short names say too little, in words."""
    return ranked({_DEEDS.get(name, name): count for name, count in played.deeds.items()})


def ranked(counts: Mapping[str, int]) -> Counts:
    """The most first, equal ones by name."""
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def mondays_of(days: Sequence[date]) -> list[date]:
    """The first days of all weeks from the earliest to the latest day."""
    if not days:
        return []
    first = min(days) - timedelta(days=min(days).weekday())
    return [first + timedelta(days=number) for number in range(0, (max(days) - first).days + 1, 7)]


def bars_of(played: Played, sender: str) -> list[Bar]:
    """Every day up to the last on which anyone sent; in long plays a bar is the fullest of a few days."""
    known = {each.day: each for each in played.volume if each.sender == sender}
    all_days = [first_day(played), *(each.day for each in played.volume)]
    first, last = min(all_days), max(all_days)
    span = -(-((last - first).days + 1) // _MOST_BARS)
    bars = []
    for number in range(0, (last - first).days + 1, span):
        begin = first + timedelta(days=number)
        end = min(last, begin + timedelta(days=span - 1))
        inside = [known[day] for day in (begin + timedelta(days=each) for each in range(span)) if day in known]
        fullest = max(inside, key=lambda each: each.sent + each.notices, default=None)
        bars.append(
            Bar(
                first=begin,
                last=end,
                sent=fullest.sent if fullest else 0,
                notices=fullest.notices if fullest else 0,
            )
        )
    return bars


def days_at_limit(played: Played, limits: SenderLimits) -> int:
    """Days on which the sender sent all that it may in a day."""
    most = limits.per_day
    if most is None:
        return 0
    return sum(1 for day in played.volume if day.sender == limits.sender and day.sent + day.notices >= most)


def percent(count: int, whole: int) -> str:
    """Short, and never 0 % for some or 100 % for not all."""
    if not whole:
        return "0\N{NO-BREAK SPACE}%"
    share = 100 * count / whole
    if 0 < share < 1:
        return "under 1\N{NO-BREAK SPACE}%"
    return "over 99\N{NO-BREAK SPACE}%" if 99 < share < 100 else f"{share:.0f}\N{NO-BREAK SPACE}%"


def findings(played: Played) -> Iterator[str]:
    """Plain sentences, what matters most first."""
    days = mails_by_day(played)
    if not days:
        yield "No mail was sent."
        return
    fullest = min(days, key=lambda day: (-days[day], day))
    yield f"The fullest day is {long_day(fullest)} with {days[fullest]:,} mails."
    for limits in played.senders:
        yield from _of_sender(played, limits)
    for stage in played.funnel:
        median, target = stage.median_days, stage.target_days
        if median is not None and target is not None and median > target:
            half = f"Half of those who leave the stage “{stage.stage}” need {median:.3g} days or more"
            yield f"{half}; {target:.3g} are wanted."
    silent = [step for step, count in mails_by_step(played) if not count]
    if silent:
        yield f"Nobody gets “{'”, “'.join(silent[:5])}”{' and others' if len(silent) > 5 else ''}."
    storms = sorted({each.by for each in played.holds if each.by.startswith("storm")})
    if storms:
        yield f"Sending was stopped by a {storms[0]}."


def _of_sender(played: Played, limits: SenderLimits) -> Iterator[str]:
    full = days_at_limit(played, limits)
    most = max((day.sent + day.notices for day in played.volume if day.sender == limits.sender), default=0)
    if full:
        days = "1 day" if full == 1 else f"{full} days"
        yield f"{limits.sender} sends all that it may on {days}; more would wait for the next."
    elif most and limits.per_day is not None:
        yield f"{limits.sender} stays below its limit: {most:,} on its fullest day, of {limits.per_day:,}."
