"""Numbers that equal counts of events."""

from datetime import timedelta
from typing import Any

from nurture.domain.enrollment import EnrollmentState
from nurture.domain.event import Event
from nurture.domain.message import MessageState
from nurture.store import events, messages, reports
from nurture.store.database import Database
from nurture.store.reports import CampaignStatus, EmailCounts, FunnelStage
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import LEASE_END, a_run, an_intent

DAY = timedelta(days=1)


def an_event(name: str, run: int, stage: str, days: float = 0, **more: Any) -> Event:
    return Event(name=name, at=NOW + days * DAY, enrollment_id=run, campaign="cycle", stage=stage, **more)


def test_the_funnel_counts_who_entered_who_stands_there_who_left_and_how_long_they_stayed(database: Database) -> None:
    story = [
        *(an_event(name, run, "a") for run in (1, 2, 3) for name in ("enrolled", "stage_entered")),
        an_event("stage_entered", 1, "b", 2),
        an_event("finished", 1, "b", 5, fields={"outcome": "won"}),
        an_event("stage_entered", 2, "b", 4),
        an_event("stage_entered", 2, "gone", 5),
        Event(name="stage_entered", at=NOW, enrollment_id=9, campaign="other", stage="a"),
    ]
    with database.write() as conn:
        events.append(conn, story)
        assert reports.funnel(conn, "cycle", ["a", "b", "c"]) == [
            FunnelStage(stage="a", entered=3, now=1, left=2, median_days=3.0),
            FunnelStage(stage="b", entered=2, now=0, left=2, median_days=2.0),
            FunnelStage(stage="c"),
            FunnelStage(stage="gone", entered=1, now=1),
        ]
        assert reports.outcomes(conn, "cycle") == {"won": 1}


def test_mails_are_counted_once_however_often_they_were_opened_and_machines_never(database: Database) -> None:
    def of(name: str, message: int, step: str = "hello", **more: Any) -> Event:
        return an_event(name, 1, "a", step=step, message_id=message, **more)

    with database.write() as conn:
        run = a_run(conn)
        lost = an_intent(conn, run, step="bye")
        messages.settle(conn, lost, MessageState.UNKNOWN, reason="lost", now=NOW)
        events.append(
            conn,
            [
                of("message_sent", 1),
                of("message_sent", 2),
                of("message_opened", 1),
                of("message_opened", 1),
                of("message_opened", 2, is_human=False),
                of("link_clicked", 1, link="demo"),
                of("reply_received", 1),
                of("bounced", 2),
                of("message_failed", 3),
                an_event("step_skipped", 1, "a", step="hello"),
                an_event("step_skipped", 1, "a", step="call"),
                of("message_sent", 4, "old"),
            ],
        )
        counts = {
            "sent": 2, "opened": 1, "clicked": 1, "replied": 1, "bounced": 1, "failed": 1, "unknown": 0, "skipped": 1,
        }  # fmt: skip
        assert reports.emails(conn, "cycle", ["hello", "never"]) == [
            EmailCounts(stage="a", step="hello", **counts),
            EmailCounts(stage=None, step="never"),
            EmailCounts(stage="a", step="old", sent=1),
            EmailCounts(stage=None, step="bye", unknown=1),
        ]


def test_the_runs_of_a_campaign_are_due_or_held_or_pending(database: Database) -> None:
    with database.write() as conn:
        a_run(conn, "a")
        a_run(conn, "b", due_at=NOW + DAY)
        a_run(conn, "c", due_at=None, held_by="pause")
        a_run(conn, "d", due_at=NOW + DAY, held_by="window")
        a_run(conn, "e", held_by="window")
        a_run(conn, "f", state=EnrollmentState.FINISHED)
        lost = an_intent(conn, a_run(conn, "g", due_at=None))
        messages.settle(conn, lost, MessageState.UNKNOWN, reason="lost", now=NOW)
        a_run(conn, "h", campaign="gone")
        events.append(conn, [an_event("message_failed", 1, "a", message_id=77)])
        assert reports.campaign_status(conn, ["empty", "cycle"], NOW) == [
            CampaignStatus(campaign="empty"),
            CampaignStatus(
                campaign="cycle",
                active=6,
                due=2,
                held=2,
                pending=2,
                held_by={"pause": 1, "window": 1},
                unknown=1,
                failed=1,
            ),
            CampaignStatus(campaign="gone", active=1, due=1),
        ]


def test_what_a_sender_has_sent_today_is_what_its_relay_accepted_since_midnight(database: Database) -> None:
    with database.write() as conn:
        for number, at in enumerate((NOW - DAY, NOW, LEASE_END)):
            mail = an_intent(conn, key=f"m{number}", created_at=at)
            messages.settle(conn, mail, MessageState.SENT, reason="250", now=at)
        an_intent(conn, key="under way")
        messages.rates_taken(conn, "mali", NOW)
        assert reports.sent_since(conn, NOW) == {"mali": 2}
