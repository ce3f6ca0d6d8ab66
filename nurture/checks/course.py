"""Checks the way through a campaign: where an answer cannot move anybody, and where silent people stop for ever."""

from collections.abc import Iterator

from nurture.domain.campaign import Campaign, Stage
from nurture.domain.condition import Condition, Fact, Happened, nodes_of
from nurture.errors import Problem
from nurture.loader.campaign_file import Loaded
from nurture.loader.document import Place

_CHANGES_ALONE = frozenset({"days_in_stage", "days_in_campaign", "now", "today", "score"})


def course_problems(loaded: Loaded, campaign: Campaign) -> Iterator[Problem]:
    """Warnings about the stages as a whole."""
    yield from _moves_into_outcomes(loaded, campaign)
    for index, stage in enumerate(campaign.stages):
        if _is_dead_end(campaign, index, stage):
            place: Place = ("stages", stage.name)
            hint = "write `then: advance`, or a way out by time under `exit`, as lost: days_in_campaign > 120"
            message = f"who stays silent in {stage.name} stops there for ever"
            yield loaded.document.problem(place, "silent_stop", message, hint, on_key=True, severity="warning")


def _moves_into_outcomes(loaded: Loaded, campaign: Campaign) -> Iterator[Problem]:
    """`move: next` never enters a stage with an outcome: told where it is written and can move nobody."""
    stages = campaign.stages
    blocked = {
        stage.name
        for index, stage in enumerate(stages)
        if index + 1 == len(stages) or stages[index + 1].outcome is not None
    }
    for place in loaded.document.keys:
        if place[-1] != "move":
            continue
        if len(place) == 5 and place[0] == "stages" and place[2] == "replies":
            is_vain = place[1] in blocked
        else:
            is_vain = len(place) == 3 and place[0] == "replies" and len(blocked) == len(stages)
        if is_vain:
            message = "no answer moves anybody on here: what follows is an outcome, or nothing"
            hint = "a stage with an outcome is entered by its `enter` alone"
            yield loaded.document.problem(place, "move_into_outcome", message, hint, severity="warning")


def _is_dead_end(campaign: Campaign, index: int, stage: Stage) -> bool:
    if stage.then != "wait" or stage.outcome is not None:
        return False
    ways_on = [later.enter for later in campaign.stages[index + 1 :]] + [rule.condition for rule in campaign.exits]
    return not any(way is not None and _changes_alone(way) for way in ways_on)


def _changes_alone(condition: Condition) -> bool:
    """Whether time alone can make the condition hold."""
    return any(
        (isinstance(node, Fact) and node.name in _CHANGES_ALONE)
        or (isinstance(node, Happened) and node.within is not None)
        for node in nodes_of(condition.tree)
    )
