"""The look at a run right before its mail is written: whether what happened since the claim still lets it go."""

from nurture.domain.decision import Send
from nurture.domain.walk import walk
from nurture.engine.claim import Assignment
from nurture.engine.rules import Rules
from nurture.store import enrollments
from nurture.store import facts as fact_store
from nurture.store.connection import Connection


def still_sends(conn: Connection, rules: Rules, assignment: Assignment) -> bool:
    """Whether nobody moved, finished or took over the person since the claim, and no event makes it another decision.

    Only what was woken is decided on anew: nothing else can have changed since. The caps are left out, as they would
    count this very message.
    """
    claimed, step, facts = assignment.enrollment, assignment.step, assignment.facts
    if claimed is None:
        return True
    present = enrollments.get(conn, claimed.id)
    if present is None or present.revision != claimed.revision:
        return False
    if present.wake == claimed.wake or assignment.campaign is None or step is None or facts is None:
        return True
    found = fact_store.load_for_enrollments(
        conn, [present], now=facts.now, zone=rules.zone, score_rules=rules.score_rules
    )
    if present.id not in found:
        return False
    news = found[present.id]
    ending = walk(assignment.campaign, present, news, rules.calendar_of(news.contact, facts.now)).ending
    return isinstance(ending, Send) and ending.step.id == step.id
