"""Delivery reports and complaints that stand in no golden file."""

from datetime import UTC, datetime

import pytest

from nurture.inbox.complaint import complaint
from nurture.inbox.parse import parse
from nurture.inbox.report import delivery_report
from tests.support.judging import classify

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def report(groups: str, *, text: str = "It failed.") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.com\nTo: mali@example.com\nSubject: Delivery report\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\n\n{text}\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n{groups}\n--b--\n"
    ).encode()


def test_a_report_without_action_is_judged_by_its_status() -> None:
    for status, kind in [("5.1.1", "bounce"), ("4.4.1", "delayed"), ("2.0.0", "delayed")]:
        verdict = delivery_report(parse(report(f"Final-Recipient: rfc822; a@example.net\nStatus: {status}\n")))
        assert verdict is not None
        assert verdict.kind == kind


def test_a_word_of_their_own_for_success_is_no_failure() -> None:
    verdict = delivery_report(
        parse(report("Final-Recipient: rfc822; a@example.net\nAction: deliverable\nStatus: 2.1.5\n"))
    )
    assert verdict is not None
    assert verdict.kind == "delayed"
    assert [(each.reason, each.is_hard) for each in verdict.failures] == [("delivered", False)]


def test_where_the_server_says_nothing_the_text_beside_it_is_asked() -> None:
    group = "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.0.0\n"
    verdict = delivery_report(parse(report(group, text="The mailbox is full.")))
    assert verdict is not None
    assert [(failure.reason, failure.is_hard) for failure in verdict.failures] == [("mailbox full", False)]


def test_an_address_that_fails_twice_is_named_once() -> None:
    group = "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n\n"
    verdict = delivery_report(parse(report(group + group.replace("a@", "A@"))))
    assert verdict is not None
    assert len(verdict.failures) == 1


def test_a_report_that_names_nobody_is_still_a_bounce() -> None:
    verdict = delivery_report(parse(report("")))
    assert verdict is not None
    assert (verdict.kind, verdict.failures) == ("bounce", ())


def test_a_mail_system_without_an_address_of_its_own_is_known_by_its_name() -> None:
    raw = (
        b"From: Mail Delivery Subsystem <MAILER-DAEMON>\nTo: mali@example.com\nSubject: Returned mail\n\n"
        b"550 5.1.1 <a@example.net>... User unknown\n"
    )
    verdict = delivery_report(parse(raw))
    assert verdict is not None
    assert [(failure.recipient, failure.is_hard) for failure in verdict.failures] == [("a@example.net", True)]


def test_who_gets_the_report_is_not_the_one_who_failed() -> None:
    raw = (
        b"Return-Path: <>\nFrom: postmaster@example.net\nTo: mali@example.com\nSubject: Undeliverable\n\n"
        b"Dear mali@example.com, a@example.net could not be reached: user unknown.\n"
    )
    verdict = delivery_report(parse(raw))
    assert verdict is not None
    assert [failure.recipient for failure in verdict.failures] == ["a@example.net"]


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", "opt-out"])
def test_a_feedback_report_of_every_type_is_a_complaint_and_says_its_type(kind: str) -> None:
    raw = f"Content-Type: message/feedback-report\n\nFeedback-Type: {kind}\nVersion: 1\n".encode()
    verdict = complaint(parse(raw))
    assert verdict is not None
    assert (verdict.kind, verdict.feedback_type) == ("complaint", kind)


def test_a_bounce_that_calls_itself_an_automatic_reply_is_a_bounce() -> None:
    raw = b"Auto-Submitted: auto-replied\nX-Autoreply: yes\n" + report(
        "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n"
    )
    assert classify(parse(raw), now=NOW).kind == "bounce"


def test_people_who_write_about_failures_are_no_mail_systems() -> None:
    for subject in ("Re: Undeliverable", "Delivery problems with our parcels", "Question"):
        raw = f"From: a@example.net\nTo: mali@example.com\nSubject: {subject}\n\nOur user is unknown to you.\n"
        assert delivery_report(parse(raw.encode())) is None
