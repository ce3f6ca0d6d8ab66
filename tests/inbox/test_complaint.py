"""Complaints in the forms of RFC 5965 and of the providers who never adopted it."""

import json
from datetime import UTC, datetime

import pytest

from nurture.domain.verdict import Verdict
from nurture.inbox.parse import parse
from tests.support.judging import classify

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
RETURNED = "Return-Path: <mali@example.com>\nFrom: Mali <mali@example.com>\nTo: Som <som@example.net>\nSubject: Hello\n"


def judged(raw: str) -> Verdict:
    return classify(parse(raw.encode()), now=NOW)


def feedback(fields: str, *, returned: str = RETURNED, sender: str = "fbl@example.org", subject: str = "Hello") -> str:
    return (
        f"From: {sender}\nTo: mali@example.com\nSubject: {subject}\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nThis is an abuse report.\n"
        f"--b\nContent-Type: message/feedback-report\n\n{fields}\n"
        f"--b\nContent-Type: message/rfc822\n\n{returned}\nHello\n--b--\n"
    )


def passed_on(*, sender: str, subject: str, returned: str = RETURNED) -> str:
    return (
        f"From: {sender}\nTo: mali@example.com\nSubject: {subject}\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n{returned}\nHello\n--b--\n"
    )


@pytest.mark.parametrize(
    "kind", ["abuse", "fraud", "virus", "other", "miscategorized", "not-spam", "opt-out", "auth-failure"]
)
def test_a_report_is_a_complaint_of_its_type(kind: str) -> None:
    verdict = judged(feedback(f"Feedback-Type: {kind}\nUser-Agent: X/1\nVersion: 1\n"))
    assert (verdict.kind, verdict.feedback_type) == ("complaint", kind)
    assert [each.recipient for each in verdict.failures] == ["som@example.net"]


@pytest.mark.parametrize("kind", ["not-spam", "opt-out", "auth-failure"])
def test_who_accuses_nobody_is_not_said_to_be_lost(kind: str) -> None:
    assert not any(each.is_hard for each in judged(feedback(f"Feedback-Type: {kind}\n")).failures)
    assert all(each.is_hard for each in judged(feedback("Feedback-Type: abuse\n")).failures)


def test_a_report_without_a_type_is_about_abuse() -> None:
    assert judged(feedback("User-Agent: X/1\nVersion: 1\n")).feedback_type == "abuse"


def test_a_report_from_a_mail_system_about_returned_mail_is_no_delivery_report() -> None:
    raw = feedback("Feedback-Type: abuse\n", sender="MAILER-DAEMON@example.org", subject="Undeliverable: Hello")
    assert judged(f"Return-Path: <>\n{raw}").kind == "complaint"


@pytest.mark.parametrize(
    ("fields", "returned", "recipients"),
    [
        ("Original-Rcpt-To: <a@x.example>\nOriginal-Rcpt-To: b@x.example\n", RETURNED, ["a@x.example", "b@x.example"]),
        ("Original-Rcpt-To: rfc822; a@example.net\n", RETURNED, ["a@example.net"]),
        ("Removal-Recipient: a@example.net\n", RETURNED, ["a@example.net"]),
        ("", f"X-HmXmrOriginalRecipient: a@example.net\n{RETURNED}", ["a@example.net"]),
        ("", RETURNED, ["som@example.net"]),
        ("Original-Rcpt-To: redacted@example.net\n", RETURNED, ["som@example.net"]),
        ("Original-Rcpt-To: [redacted]\n", "To: undisclosed-recipients:;\nSubject: Hello\n", []),
        ("", "X-Apparently-To: a@example.net; Mon, 2 Mar 2026\nTo: list@example.com\n", ["a@example.net"]),
    ],
)  # fmt: skip
def test_the_complainer_is_found_wherever_he_is_named(fields: str, returned: str, recipients: list[str]) -> None:
    verdict = judged(feedback(f"Feedback-Type: abuse\n{fields}", returned=returned))
    assert [each.recipient for each in verdict.failures] == recipients


@pytest.mark.parametrize(
    ("sender", "subject", "returned"),
    [
        ("staff@hotmail.example", "complaint about message from 192.0.2.1", RETURNED),
        ("staff@hotmail.example", "Hello", f"X-HmXmrOriginalRecipient: som@example.net\n{RETURNED}"),
        ("scomp@aol.example", "Email Feedback Report for IP 192.0.2.1", RETURNED),
        ("feedbackloop@isp.example", "Abuse Report", RETURNED),
        ("noreply@isp.example", "[Spam report] Hello", RETURNED),
    ],
)
def test_a_provider_s_own_form_is_a_complaint(sender: str, subject: str, returned: str) -> None:
    verdict = judged(passed_on(sender=sender, subject=subject, returned=returned))
    assert (verdict.kind, verdict.feedback_type) == ("complaint", "abuse")
    assert [each.recipient for each in verdict.failures] == ["som@example.net"]


def test_a_feedback_report_that_a_gateway_turned_into_text_is_one() -> None:
    text = "This is an abuse report.\n\nFeedback-Type: abuse\nUser-Agent: X/1\nVersion: 1\n"
    verdict = judged(f"From: fbl@example.org\nTo: mali@example.com\nSubject: Hello\n\n{text}")
    assert (verdict.kind, verdict.feedback_type) == ("complaint", "abuse")
    assert judged(f"From: som@example.net\nSubject: Fwd: Hello\n\nWhat is this?\n\n{text}").kind == "reply"


def test_people_who_attach_a_mail_or_write_about_reports_do_not_complain() -> None:
    assert judged(passed_on(sender="som@example.net", subject="See attached")).kind == "reply"
    assert judged("From: som@example.net\nSubject: Abuse report\n\nCan we talk about the report?\n").kind == "reply"
    assert judged(passed_on(sender="som@example.net", subject="Your feedback report")).kind == "reply"


def test_an_unsubscribing_mail_program_asks_for_its_user() -> None:
    verdict = judged(
        "From: som@icloud.example\nTo: mali+x@example.com\nSubject: unsubscribe\nX-Apple-Unsubscribe: true\n\n"
        "Apple Mail sent this email to unsubscribe from the message.\n"
    )
    assert (verdict.kind, verdict.feedback_type) == ("complaint", "opt-out")
    assert [(each.recipient, each.is_hard) for each in verdict.failures] == [("som@icloud.example", False)]


def notified(told: object) -> Verdict:
    return judged(
        f"From: no-reply@sns.example\nTo: mali@example.com\nSubject: AWS Notification\n\n{json.dumps(told)}\n--\nBye\n"
    )


def test_notifications_of_a_mail_service_are_read() -> None:
    recipient = {"emailAddress": "som@example.net", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no such user"}
    bounced = notified({"notificationType": "Bounce", "bounce": {"bouncedRecipients": [recipient]}})
    assert bounced.kind == "bounce"
    assert [(each.recipient, each.reason, each.is_hard) for each in bounced.failures] == [
        ("som@example.net", "user unknown", True)
    ]
    complained = notified(
        {
            "eventType": "Complaint",
            "complaint": {
                "complainedRecipients": [{"emailAddress": "som@example.net"}],
                "complaintFeedbackType": "abuse",
            },
        }
    )
    assert (complained.kind, complained.feedback_type) == ("complaint", "abuse")
    wrapped = notified({"Type": "Notification", "Message": json.dumps({"notificationType": "Bounce", "bounce": {}})})
    assert wrapped.kind == "bounce"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"notificationType": "Delivery", "delivery": {"recipients": ["som@example.net"]}}, "delivered"),
        (
            {
                "eventType": "DeliveryDelay",
                "deliveryDelay": {"delayedRecipients": [{"emailAddress": "som@example.net", "status": "4.4.7"}]},
            },
            "delayed",
        ),
    ],
)
def test_a_mail_service_tells_what_arrived_and_what_waits(told: object, reason: str) -> None:
    verdict = notified(told)
    assert verdict.kind == "delayed"
    assert [(each.recipient, each.reason, each.is_hard) for each in verdict.failures] == [
        ("som@example.net", reason, False)
    ]


@pytest.mark.parametrize(
    "text",
    [
        '{"notificationType": "Bounce", "bounce": ' + "[" * 100_000,
        '{"notificationType": "Bounce", "bounce": [1, 2]}',
        '{"notificationType": "Bounce", "bounce": {"bouncedRecipients": [null, {"emailAddress": 5}]}}',
        '{"notificationType": 7}',
        '{"notificationType',
    ],
)  # fmt: skip
def test_a_broken_notification_is_survived(text: str) -> None:
    assert judged(f"From: a@example.net\nSubject: x\n\n{text}\n").failures == ()
