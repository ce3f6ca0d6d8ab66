"""What a condition may know: of the run what happened in it, of the person what happened ever, of others nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection
from sqlalchemy import event as engine_event

from nurture.domain.enrollment import Enrollment
from nurture.domain.event import Event
from nurture.domain.facts import Deed, EventFact, Facts
from nurture.domain.message import MessageState
from nurture.domain.score import ScoreRules
from nurture.store import events, inbound, messages, orders, pauses, suppressions
from nurture.store.database import Database
from nurture.store.facts import load_for_contacts, load_for_enrollments
from nurture.store.inbound import InboundDraft
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import a_person, a_run, an_intent

ZONE = ZoneInfo("Asia/Tokyo")
BEFORE = NOW - timedelta(days=1)
LATER = NOW + timedelta(days=1)


def an_event(run: Enrollment, name: str, at: Any = LATER, **changes: Any) -> Event:
    fields: dict[str, Any] = {"contact_id": run.contact_id, "enrollment_id": run.id, "campaign": run.campaign}
    return Event(name=name, at=at, **{**fields, **changes})


def facts_of_run(conn: Connection, run: Enrollment, **more: Any) -> Facts:
    return load_for_enrollments(conn, [run], now=LATER, zone=ZONE, **more)[run.id]


def a_reply(run: Enrollment, key: str, **changes: Any) -> InboundDraft:
    defaults: dict[str, Any] = {
        "mailbox": "mali",
        "key": key,
        "received_at": LATER,
        "kind": "reply",
        "text": "yes",
        "contact_id": run.contact_id,
        "enrollment_id": run.id,
        "matched_by": "message_id",
    }
    return InboundDraft(**{**defaults, **changes})


def test_events_count_since_the_run_began_and_only_people_and_declared_names(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)
        events.append(
            conn,
            [
                an_event(run, "trial_started", BEFORE),
                an_event(run, "trial_started", LATER, fields={"plan": "pro"}),
                an_event(run, "trial_started", NOW, enrollment_id=None),
                an_event(run, "message_opened", is_human=False, step="hello"),
                an_event(run, "message_opened", step="hello"),
                an_event(run, "link_clicked", step="hello", link="demo"),
                an_event(run, "link_clicked", step="old", enrollment_id=77),
                an_event(run, "step_done"),
            ],
        )
        facts = facts_of_run(conn, run)
    assert set(facts.events) == {"trial_started", "message_opened", "link_clicked"}
    assert facts.events["trial_started"] == (EventFact(at=NOW), EventFact(at=LATER, fields={"plan": "pro"}))
    assert facts.events["link_clicked"][0].fields == {"step": "hello", "link": "demo"}
    assert facts.opened == (Deed(step="hello", at=LATER),)
    assert facts.clicked == (Deed(step="hello", at=LATER, link="demo"),)


def test_mails_count_for_the_run_by_what_was_sent_and_for_caps_by_what_may_have_been(database: Database) -> None:
    with database.write() as conn:
        run, other = a_run(conn), a_run(conn, campaign="other")
        sent = an_intent(conn, run)
        messages.settle(conn, sent, MessageState.SENT, reason="250", now=NOW)
        elsewhere = an_intent(conn, other, created_at=BEFORE)
        messages.settle(conn, elsewhere, MessageState.UNKNOWN, reason="lost", now=NOW)
        an_intent(conn, run, step="under way", created_at=LATER)
        failed = an_intent(conn, run, step="failed")
        messages.settle(conn, failed, MessageState.FAILED, reason="550", now=NOW)
        ancient = an_intent(conn, run, step="ancient")
        messages.settle(conn, ancient, MessageState.SENT, reason="250", now=LATER - timedelta(days=41))
        an_intent(conn, run, key="notice", purpose="notify")
        facts = facts_of_run(conn, run)
        assert [deed.step for deed in facts.sent] == ["ancient", "hello"]
        assert facts.sent_at == (BEFORE, NOW, LATER)
        assert facts.enrolled == {"cycle", "other"}
        assert facts_of_run(conn, other).sent == ()


def test_replies_pauses_orders_and_refusals_are_those_of_the_run_and_the_person(database: Database) -> None:
    with database.write() as conn:
        trigger = events.append_one(conn, Event(name="form_submitted", at=BEFORE, fields={"needs": "a demo"}))
        run = a_run(conn, trigger_event_id=trigger)
        other = a_run(conn, campaign="other")
        mine = inbound.add(
            conn, a_reply(run, "1", intent="question", detail={"until": LATER.date(), "colleague": "krit@example.com"})
        )
        inbound.add(conn, a_reply(other, "2"))
        inbound.add(conn, a_reply(run, "3", kind="auto_reply"))
        assert mine is not None
        for enrollment_id, because in ((None, "away"), (run.id, "here"), (other.id, "there")):
            pauses.add(
                conn, contact_id=run.contact_id, enrollment_id=enrollment_id, kind="reply", from_at=NOW,
                until_at=None, because=because,
            )  # fmt: skip
        for number, at in (("1", BEFORE), ("2", LATER)):
            orders.record(
                conn, contact_id=run.contact_id, number=number, items=[], total=Decimal("9.90"), currency="THB", now=at
            )
        suppressions.add(conn, address="somchai@example.com", scope="marketing", reason="r", source="s", now=NOW)
        facts = facts_of_run(conn, run)
        assert [(reply.id, reply.intent, reply.is_new, reply.until_on, reply.colleague) for reply in facts.replies] == [
            (mine, "question", True, LATER.date(), "krit@example.com")
        ]
        assert [pause.because for pause in facts.pauses] == ["away", "here"]
        assert [(order.number, order.total) for order in facts.orders] == [("2", Decimal("9.90"))]
        assert facts.suppressed_scopes == ("marketing",)
        assert facts.trigger == {"needs": "a demo"}
        assert (facts.stage, facts.entered_at, facts.zone) == ("awareness", NOW, ZONE)
        inbound.mark_reacted(conn, [mine], NOW)
        assert not facts_of_run(conn, run).replies[0].is_new


def test_a_score_counts_what_the_person_did_ever_and_the_run_still_sees_its_own(database: Database) -> None:
    rules = ScoreRules(points={"opened": 2, "trial_started": 10, "replied": 100})
    with database.write() as conn:
        run, other = a_run(conn), a_run(conn, campaign="other")
        events.append(conn, [an_event(other, "message_opened", BEFORE), an_event(run, "trial_started", BEFORE)])
        inbound.add(conn, a_reply(other, "1"))
        facts = facts_of_run(conn, run, score_rules=rules)
        assert facts.score == 112
        assert (facts.events, facts.opened, facts.replies) == ({}, (), ())


def test_facts_of_contacts_are_of_all_their_history_or_of_one_campaign(database: Database) -> None:
    with database.write() as conn:
        run, other = a_run(conn), a_run(conn, campaign="other")
        stranger = a_person(conn, "stranger")
        events.append(conn, [an_event(run, "message_opened", BEFORE), an_event(other, "message_opened")])
        ids = [run.contact_id, stranger.id, 999]
        everything = load_for_contacts(conn, ids, now=LATER, zone=ZONE)
        assert set(everything) == {run.contact_id, stranger.id}
        whole = everything[run.contact_id]
        assert (len(whole.opened), whole.stage, len(whole.events["message_opened"])) == (2, None, 2)
        of_one = load_for_contacts(conn, ids, now=LATER, zone=ZONE, campaign="other")
        assert (len(of_one[run.contact_id].opened), of_one[run.contact_id].stage) == (1, "awareness")
        assert (of_one[stranger.id].opened, of_one[stranger.id].stage) == ((), None)


@pytest.mark.parametrize("score_rules", [None, ScoreRules()])
def test_a_hundred_runs_take_as_many_queries_as_one(sqlite_database: Database, score_rules: ScoreRules | None) -> None:
    asked: list[str] = []
    with sqlite_database.write() as conn:
        runs = [a_run(conn, f"p{number}") for number in range(100)]

        def note(*arguments: Any) -> None:
            asked.append(arguments[2])

        engine_event.listen(conn, "before_cursor_execute", note)
        load_for_enrollments(conn, runs[:1], now=LATER, zone=ZONE, score_rules=score_rules)
        for_one = len(asked)
        asked.clear()
        assert len(load_for_enrollments(conn, runs, now=LATER, zone=ZONE, score_rules=score_rules)) == 100
        assert load_for_enrollments(conn, [], now=LATER, zone=ZONE) == {}
    assert len(asked) == for_one <= 10
