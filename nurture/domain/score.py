"""How warm a contact is: points for what happened, fading with time, and points for what holds.

Points are counted in thousandths and ages in whole seconds, so that a sum is the same in whatever order it is made,
here and in SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType

from nurture.domain.condition import Condition
from nurture.domain.duration import Duration
from nurture.domain.evaluate import holds, span_of
from nurture.domain.facts import Deed, EventFact, Facts, Movement, Reply

_NO_POINTS: Mapping[str, float] = MappingProxyType({})
_MOST_THOUSANDTHS = 10**9
_LONGEST_FADE = 100 * 365 * 86_400

EVENT_OF_DEED: Mapping[str, str] = MappingProxyType(
    {"opened": "message_opened", "clicked": "link_clicked", "replied": "reply_received"}
)
"""The events that the short words of a score stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRules:
    """`points` by event name, or `opened`, `clicked`, `replied`; of them nothing is left after `fade`, None: they stay.

    `rules` give their points while their condition, of the scope `score`, holds. Points are kept to a thousandth and
    within a million either way, a `fade` within a hundred years. `movement` is how a score by them goes on while
    nothing happens: what fades goes towards nothing, from its own side. `amounts` are the points as they are counted.
    """

    points: Mapping[str, float] = field(default_factory=lambda: _NO_POINTS)
    fade: Duration | None = None
    rules: tuple[tuple[Condition, float], ...] = ()
    movement: Movement = field(init=False, repr=False, compare=False)
    amounts: tuple[tuple[str, int], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        amounts = tuple((name, thousandths(points)) for name, points in self.points.items())
        object.__setattr__(self, "amounts", amounts)
        object.__setattr__(self, "movement", _movement(self))


def scored(rules: ScoreRules, facts: Facts, person: Facts) -> Facts:
    """The facts of a run with the score of the `person`: it counts what they did ever and anywhere."""
    return replace(facts, score=score(rules, person), score_moves=rules.movement)


def _movement(rules: ScoreRules) -> Movement:
    if any(not condition.is_timeless for condition, _ in rules.rules):
        return "unknown"
    amounts = [amount for _, amount in rules.amounts if amount]
    if not amounts or not rules.fade:
        return "still"
    if min(amounts) > 0:
        return "falling"
    return "rising" if max(amounts) < 0 else "unknown"


def thousandths(points: float) -> int:
    """Points as they are counted.

    >>> thousandths(0.1), thousandths(1e300)
    (100, 1000000000)
    """
    return round(max(-_MOST_THOUSANDTHS, min(_MOST_THOUSANDTHS, 1000 * points)))


def fade_seconds(rules: ScoreRules) -> int | None:
    """After how many seconds an event counts nothing; None where it counts for ever."""
    if not rules.fade:
        return None
    return min(span_of(rules.fade) // timedelta(seconds=1), _LONGEST_FADE)


def faded(amount: int, age: timedelta, fade: int | None) -> int:
    """What is left of so many thousandths after `age`, rounded towards nothing; one from the future counts in full.

    >>> faded(1000, timedelta(days=1), 4 * 86_400), faded(-1, timedelta(seconds=1), 10), faded(5, timedelta(9), 60)
    (750, 0, 0)
    """
    if fade is None or age <= timedelta(0):
        return amount
    left = max(0, fade - age // timedelta(seconds=1))
    share = abs(amount) * left // fade
    return -share if amount < 0 else share


def score(rules: ScoreRules, facts: Facts) -> float:
    """The contact's points by these facts; `score` inside a rule is 0."""
    fade = fade_seconds(rules)
    total = 0
    for name, amount in rules.amounts:
        for each in _occurrences(name, facts):
            total += faded(amount, facts.now - each.at, fade)
    unscored = facts if facts.score == 0 else replace(facts, score=0.0)
    total += sum(thousandths(points) for condition, points in rules.rules if holds(condition, unscored))
    return total / 1000


def _occurrences(name: str, facts: Facts) -> Sequence[Deed | Reply | EventFact]:
    match name:
        case "opened":
            return facts.opened
        case "clicked":
            return facts.clicked
        case "replied":
            return facts.replies
        case _:
            return facts.events.get(name, ())
