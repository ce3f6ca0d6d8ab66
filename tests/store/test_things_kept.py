"""The smaller tables: pauses, suppressions, tasks, orders, inbound mail, hits, holds, keys and the log."""

from datetime import timedelta
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from nurture.clock import SeededChance
from nurture.domain.event import Event
from nurture.domain.order import OrderItem
from nurture.store import events, hits, holds, inbound, link_keys, mailboxes, orders, pauses, suppressions, tasks
from nurture.store.database import Database
from nurture.store.holds import Hold
from nurture.store.inbound import InboundDraft
from nurture.store.mailboxes import MailboxRow
from nurture.store.tables import link_keys as key_table
from nurture.store.tasks import TaskDraft
from tests.support.builders import MONDAY_NINE as NOW
from tests.support.databases import a_person, a_run, an_intent
from tests.support.line import wait_until

LATER = NOW + timedelta(hours=1)


def test_events_come_back_in_order_of_time_as_they_were_written(database: Database) -> None:
    second = Event(name="x", at=LATER, contact_id=7, enrollment_id=8, fields={"until": NOW, "n": 1.5}, because="ใช่")
    first = Event(name="y", at=NOW, contact_id=7, is_human=False, link="demo", step="s", stage="t", campaign="c")
    with database.write() as conn:
        events.append(conn, [second])
        events.append(conn, [])
        first_id = events.append_one(conn, first)
        found = events.of_contact(conn, 7)
        assert found[0].id == first_id
        assert [each.name for each in found] == ["y", "x"]
        assert [each.name for each in events.of_enrollment(conn, 8)] == ["x"]
        assert (found[0].is_human, found[0].link) == (False, "demo")
        assert (found[1].fields, found[1].because) == (second.fields, "ใช่")
        assert events.get(conn, first_id) == found[0]
        assert events.get(conn, 999) is None


def test_a_suppression_stands_once_per_scope_until_it_is_removed(database: Database) -> None:
    why: dict[str, Any] = {"reason": "asked", "source": "mail", "now": NOW}
    with database.write() as conn:
        assert suppressions.add(conn, address="a@x.example", scope="marketing", **why)
        assert not suppressions.add(conn, address="a@x.example", scope="marketing", **why)
        assert suppressions.add(conn, address="a@x.example", scope="all", **why)
        assert suppressions.scopes_of(conn, ["a@x.example", "b@x.example"]) == {"a@x.example": ("all", "marketing")}
        assert suppressions.remove(conn, "a@x.example", "all")
        assert not suppressions.remove(conn, "a@x.example", "all")
        assert [each.scope for each in suppressions.listed(conn)] == ["marketing"]


def test_pauses_are_lifted_by_what_they_are_for_and_only_while_they_last(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)

        def pause(until_at: Any = None, **more: Any) -> int:
            fields = {"contact_id": run.contact_id, "enrollment_id": run.id, "kind": "reply", **more}
            return pauses.add(conn, **fields, from_at=NOW, until_at=until_at, because="")

        pause(task_id=5)
        pause(until_at=NOW)
        pause(kind="by_hand", enrollment_id=None)
        assert pauses.lift(conn, now=LATER, task_id=5) == 1
        assert pauses.lift(conn, now=LATER, enrollment_id=run.id) == 0
        assert pauses.lift(conn, now=LATER, contact_id=run.contact_id, kind="by_hand") == 1
        assert [each.holds(LATER) for each in pauses.of_contact(conn, run.contact_id)] == [False, False, False]
        with pytest.raises(ValueError, match="never meant"):
            pauses.lift(conn, now=NOW)


def test_a_task_is_made_once_and_closed_once(database: Database) -> None:
    with database.write() as conn:
        run = a_run(conn)
        draft = TaskDraft(key="1/call", kind="call", title="Call", created_at=NOW, contact_id=run.contact_id)
        someday = tasks.add(conn, draft)
        urgent = tasks.add(conn, TaskDraft(key="1/todo", kind="todo", title="Do", created_at=NOW, due_at=LATER))
        assert tasks.add(conn, draft) is None
        assert [task.id for task in tasks.open_tasks(conn)] == [urgent, someday]
        assert someday is not None
        closed = tasks.close(conn, someday, now=LATER, note="done")
        assert closed is not None
        assert (closed.done_at, closed.note, closed.contact_id) == (LATER, "done", run.contact_id)
        assert tasks.close(conn, someday, now=LATER) is None
        assert tasks.get(conn, someday) == closed
        assert [task.id for task in tasks.open_tasks(conn)] == [urgent]


def test_an_order_is_recorded_once_to_the_last_decimal(database: Database) -> None:
    with database.write() as conn:
        contact_id = a_person(conn).id
        items = [OrderItem(product="Pro", quantity=3, price=Decimal("0.10"))]
        order: dict[str, Any] = {"contact_id": contact_id, "items": items, "currency": "THB", "now": NOW}
        recorded = orders.record(conn, number="A-1", total=Decimal("12345678901234567890.01"), **order)
        assert recorded is not None
        assert (str(recorded.total), recorded.items) == ("12345678901234567890.01", tuple(items))
        assert orders.record(conn, number="A-1", total=Decimal(1), **order) is None
        assert orders.of_contact(conn, contact_id) == [recorded]


def test_a_mail_is_taken_in_once_and_waits_in_the_tray_until_it_is_attached(database: Database) -> None:
    draft = InboundDraft(
        mailbox="mali",
        key="1/7",
        received_at=NOW,
        kind="reply",
        message_id="<a@x>",
        sender_address="somchai@example.com",
        text="a\0b\udcff",
        confidence=80,
    )
    with database.write() as conn:
        inbound_id = inbound.add(conn, draft)
        assert inbound_id is not None
        assert inbound.add(conn, draft) is None
        elsewhere = {"mailbox": "krit", "received_at": NOW}
        known = inbound.original_of(conn, "<a@x>", "somchai@example.com", "1", **elsewhere)
        assert known == inbound_id, "its content was not noted"
        assert inbound.original_of(conn, "<a@x>", "anong@example.com", "1", **elsewhere) is None
        (waiting,) = inbound.tray(conn)
        assert (waiting.id, waiting.text, waiting.confidence) == (inbound_id, "ab\ufffd", 80)
        assert inbound.attach(conn, inbound_id, matched_by="by_hand", contact_id=a_person(conn).id)
        assert inbound.tray(conn) == []
        assert inbound.mark_reacted(conn, [inbound_id], NOW) == 1
        assert inbound.mark_reacted(conn, [inbound_id], LATER) == 0
        found = inbound.get(conn, inbound_id)
        assert inbound.listed(conn, 5) == [found]
        assert found is not None
        assert found.reacted_at == NOW


def test_a_mail_that_is_numbered_anew_is_the_same_though_it_is_read_otherwise_than_then(database: Database) -> None:
    with database.write() as conn:
        draft = InboundDraft(
            mailbox="mali", key="1/7", received_at=NOW, kind="reply", message_id="<b@x>", content_digest="1"
        )
        inbound_id = inbound.add(conn, draft)
        later = NOW + timedelta(minutes=1)
        again = inbound.original_of(conn, "<b@x>", "", "2", mailbox="mali", received_at=NOW)
        other = inbound.original_of(conn, "<b@x>", "", "2", mailbox="mali", received_at=later)
    assert (again, other) == (inbound_id, None)


def test_how_far_a_mailbox_was_read_is_kept(database: Database) -> None:
    with database.write() as conn:
        assert mailboxes.get(conn, "mali") is None
        assert mailboxes.last_look_at(conn) is None
        assert mailboxes.begin(conn, "mali", uid_validity=4_294_967_295, last_uid=1, now=NOW)
        mailboxes.move_cursor(conn, "mali", uid_validity=4_294_967_295, last_uid=9)
        mailboxes.note_look(conn, "mali", at=LATER)
        assert mailboxes.get(conn, "mali") == MailboxRow(
            uid_validity=4_294_967_295, last_uid=9, looked_at=LATER, began_at=NOW
        )
        assert mailboxes.last_look_at(conn) == LATER


def test_of_two_first_looks_the_earlier_one_says_what_is_history(database: Database) -> None:
    with database.write() as conn:
        assert mailboxes.begin(conn, "mali", uid_validity=1, last_uid=5, now=NOW)
        assert not mailboxes.begin(conn, "mali", uid_validity=1, last_uid=6, now=LATER)
        row = mailboxes.get(conn, "mali")
    assert row is not None
    assert (row.last_uid, row.began_at) == (5, NOW)


def test_a_slower_look_takes_no_cursor_back_save_into_another_numbering(database: Database) -> None:
    with database.write() as conn:
        mailboxes.begin(conn, "mali", uid_validity=1, last_uid=5, now=LATER)
        mailboxes.move_cursor(conn, "mali", uid_validity=1, last_uid=4)
        mailboxes.note_look(conn, "mali", at=NOW)
        row = mailboxes.get(conn, "mali")
        assert row == MailboxRow(uid_validity=1, last_uid=5, looked_at=LATER, began_at=LATER)
        mailboxes.move_cursor(conn, "mali", uid_validity=2, last_uid=1)
        row = mailboxes.get(conn, "mali")
    assert row is not None
    assert (row.uid_validity, row.last_uid) == (2, 1)


def test_one_worker_reads_a_mailbox_until_its_lease_ends_or_is_given_back(database: Database) -> None:
    end = LATER + timedelta(minutes=1)
    with database.write() as conn:
        assert mailboxes.claim(conn, ["mali"], "one", now=NOW, until=LATER), "nobody has looked into it yet"
        mailboxes.begin(conn, "mali", uid_validity=1, last_uid=5, now=NOW)
        assert mailboxes.claim(conn, ["mali"], "one", now=NOW, until=LATER)
        assert not mailboxes.claim(conn, ["mali"], "two", now=NOW, until=LATER)
        assert mailboxes.claim(conn, ["mali"], "one", now=NOW, until=LATER), "a lease may be renewed"
        assert mailboxes.claim(conn, ["mali"], "two", now=LATER, until=end)
        mailboxes.release(conn, "one")
        assert not mailboxes.claim(conn, ["mali"], "one", now=LATER, until=end), "only one's own lease is given back"
        mailboxes.release(conn, "two")
        assert mailboxes.claim(conn, ["mali"], "one", now=LATER, until=end)


def test_who_cannot_have_all_the_mailboxes_of_an_account_holds_none_and_a_lease_is_lengthened_by_its_holder(
    database: Database,
) -> None:
    end = LATER + timedelta(minutes=1)
    with database.write() as conn:
        for name in ("mali", "mali/Junk"):
            mailboxes.begin(conn, name, uid_validity=1, last_uid=5, now=NOW)
        assert mailboxes.claim(conn, ["mali/Junk"], "one", now=NOW, until=LATER)
        assert not mailboxes.claim(conn, ["mali", "mali/Junk"], "two", now=NOW, until=LATER)
        assert mailboxes.claim(conn, ["mali", "mali/Junk"], "one", now=NOW, until=LATER)
        mailboxes.extend_leases(conn, ["mali"], "two", until=NOW)
        mailboxes.extend_leases(conn, ["mali"], "one", until=end)
        assert not mailboxes.claim(conn, ["mali"], "two", now=LATER, until=end)
        assert mailboxes.claim(conn, ["mali/Junk"], "two", now=LATER, until=end)


def test_two_processes_that_take_in_the_same_mail_from_two_mailboxes_do_it_one_after_the_other(
    postgres_url: str,
) -> None:
    database, order = Database(postgres_url), list[str]()

    def take_in_too() -> None:
        with database.write() as conn:
            mailboxes.one_at_a_time(conn, "<a@x>")
            order.append("second")

    def is_waited() -> bool:
        with database.read() as conn:
            return bool(conn.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted")).first())

    other = Thread(target=take_in_too)
    with database.write() as conn:
        mailboxes.one_at_a_time(conn, "<another@x>")
        mailboxes.one_at_a_time(conn, "<a@x>")
        other.start()
        wait_until(is_waited, "the second to wait")
        order.append("first")
    other.join()
    database.close()
    assert order == ["first", "second"]


def test_hits_are_judged_together_with_what_came_beside_them(database: Database) -> None:
    with database.write() as conn:
        one, other = an_intent(conn, key="a"), an_intent(conn, key="b")
        hit: dict[str, Any] = {"link_index": None, "method": "GET", "agent": "x" * 9999}
        first = hits.add(conn, message_id=one.id, kind="open", at=NOW, **hit)
        hits.add(conn, message_id=one.id, kind="open", at=LATER, **hit)
        hits.add(conn, message_id=other.id, kind="open", at=LATER, **hit)
        assert hits.unjudged_messages(conn, NOW) == [one.id]
        assert hits.unjudged_messages(conn, LATER, limit=1) == [one.id]
        assert hits.mark_judged(conn, [first], LATER) == {first}
        assert hits.mark_judged(conn, [first], LATER) == set()
        assert hits.unjudged_messages(conn, NOW) == []


def test_a_hold_is_put_replaced_and_lifted(database: Database) -> None:
    with database.write() as conn:
        holds.put(conn, scope="sender:mali", because="policy", now=NOW)
        holds.put(conn, scope="sender:mali", because="bounces", now=NOW, until_at=LATER)
        assert holds.listed(conn) == [Hold(scope="sender:mali", because="bounces", since_at=NOW, until_at=LATER)]
        assert holds.lift(conn, "sender:mali")
        assert not holds.lift(conn, "sender:mali")


def test_the_first_key_is_made_once_and_a_newer_one_signs(database: Database) -> None:
    chance = SeededChance(1)
    with database.write() as conn:
        (key,) = link_keys.ensure(conn, chance, NOW)
        assert len(key) == 32
        assert link_keys.ensure(conn, chance, NOW) == [key]
        conn.execute(key_table.insert().values(key=b"n" * 32, created_at=LATER))
        assert link_keys.newest_first(conn) == [b"n" * 32, key]
