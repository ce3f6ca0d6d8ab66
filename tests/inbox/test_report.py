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


def in_prose(text: str, *, subject: str = "Delivery report") -> bytes:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nTo: mali@example.com\n"
        f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
    ).encode()


@pytest.mark.parametrize(
    "text",
    [
        "We could not deliver your mail to a@example.net yet. The server will keep trying for two days.",
        "ยังไม่สามารถส่งอีเมลถึง a@example.net ได้ ระบบจะลองส่งใหม่ภายใน 2 วัน",
        "Ihre Nachricht an a@example.net konnte bisher nicht zugestellt werden. Es wird weiter versucht.",
        "Votre message n'a pas pu être remis à a@example.net. Le serveur continuera d'essayer pendant trois jours.",
        "Votre message n'a pas encore pu être remis à a@example.net.",
        "El mensaje no se pudo entregar a a@example.net. El sistema continuará intentando durante 48 horas.",
        "Il messaggio per a@example.net non è stato consegnato. Il server continuerà a provare per due giorni.",
        "A mensagem não foi entregue a a@example.net. O servidor continuará tentando por dois dias.",
        "Uw bericht aan a@example.net kan niet worden bezorgd. De server blijft het proberen.",
        "Nie można dostarczyć wiadomości do a@example.net. Serwer będzie ponawiał próby przez 2 dni.",
        "Не удалось доставить письмо a@example.net. Сервер будет повторять попытки в течение двух дней.",
        "a@example.net への配信はまだ完了していません。サーバーは今後2日間再試行します。",
        "无法投递到 a@example.net,系统将自动重试两天。",
        "a@example.net 로 메일을 전송하지 못했습니다. 서버가 이틀 동안 재시도합니다.",
    ],
)
def test_a_report_that_says_that_the_system_goes_on_trying_is_a_delay(text: str) -> None:
    verdict = delivery_report(parse(in_prose(text)))
    assert verdict is not None
    assert (verdict.kind, [each.is_hard for each in verdict.failures]) == ("delayed", [False])


@pytest.mark.parametrize(
    "text",
    [
        "Die Nachricht an a@example.net wurde nicht zugestellt. Die Zustellung wird nicht weiter versucht.",
        "a@example.net 에 메일을 전송하지 못했습니다. 나중에 다시 시도해 주십시오.",
        "a@example.net に配信できませんでした。再試行の回数を超えました。しばらくしてから再送をお願いします。",
        "Votre message n'a pas pu être remis à a@example.net. Veuillez réessayer plus tard.",
        "No se pudo entregar el mensaje a a@example.net. Vuelva a intentarlo más tarde.",
    ],
)
def test_a_report_that_asks_us_to_try_again_or_has_given_up_is_no_delay(text: str) -> None:
    verdict = delivery_report(parse(in_prose(text)))
    assert verdict is not None
    assert verdict.kind == "bounce"


@pytest.mark.parametrize(
    "sender", ["Kurt <postmaster@example.net>", "System Administrator <kurt@example.net>", "postmaster@example.net"]
)
@pytest.mark.parametrize("subject", ["Re: A shorter sales cycle", "AW: Undelivered mail and what it costs"])
def test_who_looks_after_the_mail_there_may_write_about_failed_mail(sender: str, subject: str) -> None:
    raw = (
        f"From: {sender}\nTo: mali@example.com\nSubject: {subject}\nIn-Reply-To: <run-1.hello.7@example.com>\n\n"
        "Your mail to a@example.net was returned: user unknown, says our log. Which address is it for?\n\n"
        "On Mon, 2 Mar 2026 at 09:00, Mali <mali@example.com> wrote:\n> Are you the right one to ask?\n"
    )
    assert classify(parse(raw.encode()), now=NOW).kind == "reply"


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("Return-Path: <>", "Re: A shorter sales cycle"),
        ("Auto-Submitted: auto-replied", "Re: A shorter sales cycle"),
        ("X-Failed-Recipients: a@example.net", "Re: A shorter sales cycle"),
        ("Precedence: list", "Undeliverable: Re: A shorter sales cycle"),
        ("Precedence: list", "Re: A shorter sales cycle: delivery failed"),
    ],
)
def test_a_mail_system_that_answers_in_our_thread_is_one_still(line: str, subject: str) -> None:
    raw = (
        f"{line}\nFrom: postmaster@example.net\nTo: mali@example.com\nSubject: {subject}\n"
        "In-Reply-To: <run-1.hello.7@example.com>\n\nCould not be delivered to:\n\na@example.net\nUser unknown\n"
    )
    assert classify(parse(raw.encode()), now=NOW).kind == "bounce"


def test_a_gateway_that_answers_in_our_thread_with_the_words_of_smtp_is_a_mail_system() -> None:
    raw = (
        b"From: post_master@sms.example.net\nTo: mali@example.com\nSubject: Re:A shorter sales cycle\n"
        b"In-Reply-To: <run-1.hello.7@example.com>\n\nError: Invalid user address\n\nError message below:\n"
        b"550 - Requested action not taken: no such user here\n\nRCPT TO: a@sms.example.net\n"
    )
    verdict = classify(parse(raw), now=NOW)
    assert (verdict.kind, [each.recipient for each in verdict.failures]) == ("bounce", ["a@sms.example.net"])


def test_each_recipient_of_a_report_gets_the_reason_that_is_said_of_it() -> None:
    groups = "".join(
        f"Final-Recipient: rfc822; {name}@example.net\nAction: failed\nStatus: 5.0.0\n\n" for name in ("ann", "joann")
    )
    text = "<ann@example.net>: mailbox full\n\n<joann@example.net>: no mailbox here by that name\n"
    verdict = delivery_report(parse(report(groups, text=text)))
    assert verdict is not None
    assert [(each.recipient, each.reason) for each in verdict.failures] == [
        ("ann@example.net", "mailbox full"),
        ("joann@example.net", "user unknown"),
    ]


def test_what_is_said_of_one_recipient_is_not_held_against_another() -> None:
    text = "Could not be delivered:\n\n<a@example.net>: 550 5.1.1 user unknown\n<b@example.net>: 550 5.0.0 sorry\n"
    verdict = delivery_report(parse(in_prose(text)))
    assert verdict is not None
    assert [(each.recipient, each.is_hard) for each in verdict.failures] == [
        ("a@example.net", True),
        ("b@example.net", False),
    ]


def test_a_reason_below_a_list_of_addresses_is_everybody_s() -> None:
    verdict = delivery_report(
        parse(in_prose("Could not deliver to:\n\n  a@example.net\n  b@example.net\n\nMailbox full.\n"))
    )
    assert verdict is not None
    assert [each.reason for each in verdict.failures] == ["mailbox full", "mailbox full"]


def test_the_address_that_was_written_to_comes_before_the_one_that_it_led_to() -> None:
    for group in (
        "Original-Recipient: rfc822; a@example.net\nFinal-Recipient: rfc822; box7@store.example\n",
        "Original-Recipient: rfc822;<a@example.net>\nFinal-Recipient: LOCAL; <box7@store.example>\n",
    ):
        verdict = delivery_report(parse(report(f"{group}Action: failed\nStatus: 5.1.1\n")))
        assert verdict is not None
        assert [(each.recipient, each.final_recipient) for each in verdict.failures] == [
            ("a@example.net", "box7@store.example")
        ]


def test_a_delay_names_whom_it_is_about_and_holds_nothing_against_them() -> None:
    group = "Final-Recipient: rfc822; a@example.net\nAction: delayed\nStatus: 4.4.1\n"
    for diagnostic, reason in (
        ("", "server not reached"),
        ("Diagnostic-Code: smtp; 450 4.1.1 user unknown\n", "user unknown"),
    ):
        verdict = delivery_report(parse(report(group + diagnostic, text="Will be retried.")))
        assert verdict is not None
        assert verdict.kind == "delayed"
        assert [(each.recipient, each.reason, each.is_hard) for each in verdict.failures] == [
            ("a@example.net", reason, False)
        ]


def test_a_report_about_several_names_who_failed_and_who_waits() -> None:
    groups = (
        "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\n\n"
        "Final-Recipient: rfc822; b@example.net\nAction: delayed\nStatus: 4.4.1\n\n"
        "Final-Recipient: rfc822; c@example.net\nAction: relayed\nStatus: 2.0.0\n"
    )
    verdict = delivery_report(parse(report(groups)))
    assert verdict is not None
    assert verdict.kind == "bounce"
    assert [(each.recipient, each.is_hard) for each in verdict.failures] == [
        ("a@example.net", True),
        ("b@example.net", False),
    ]


@pytest.mark.parametrize(
    ("group", "status", "reason"),
    [
        ("Status: 5.4.4 (Illegal host/domain name found)\n", "5.4.4", "domain unknown"),
        ("Status: 5.0.0\nDiagnostic-Code: smtp; 550 5.2.2 mailbox full\n", "5.2.2", "mailbox full"),
        ("Status: 5.2.2\nDiagnostic-Code: smtp; 550 sorry\n", "5.2.2", "mailbox full"),
        ("Status: none\nDiagnostic-Code: smtp; 554 spam message\n", "", "taken for spam"),
        ("Status: 5.1.1\nDiagnostic-Code: X-Unix; 67\n", "5.1.1", "delivery program failed"),
    ],
)
def test_status_and_reason_come_from_where_they_are_said_best(group: str, status: str, reason: str) -> None:
    verdict = delivery_report(parse(report(f"Final-Recipient: rfc822; a@example.net\nAction: failed\n{group}")))
    assert verdict is not None
    assert [(each.status, each.reason) for each in verdict.failures] == [(status, reason)]


def test_groups_that_broken_mime_left_in_the_text_are_read() -> None:
    text = (
        "   ----- Transcript of session follows -----\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: RFC822; a@example.net\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2\n"
        "    mailbox full\n\nFinal-Recipient: RFC822; b@example.net\nAction: delayed\nStatus: 4.4.1\n"
    )
    verdict = delivery_report(parse(in_prose(text)))
    assert verdict is not None
    assert [(each.recipient, each.reason) for each in verdict.failures] == [
        ("a@example.net", "mailbox full"),
        ("b@example.net", "server not reached"),
    ]


@pytest.mark.parametrize(
    ("below", "to", "recipient"),
    [
        (
            "----- Original message -----\nTo: Som <a@example.net>\nSubject: Hello\n",
            "mali@example.com",
            "a@example.net",
        ),
        ("", "bounce+a=example.net@example.com", "a@example.net"),
        ("", "a@example.net", "a@example.net"),
    ],
)
def test_where_the_text_names_nobody_the_returned_mail_or_our_own_address_does(
    below: str, to: str, recipient: str
) -> None:
    raw = (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.com\nTo: {to}\nSubject: failure notice\n\n"
        f"Your message could not be delivered: mailbox full. It was for {to}.\n\n{below}"
    )
    verdict = delivery_report(parse(raw.encode()))
    assert verdict is not None
    assert [each.recipient for each in verdict.failures] == [recipient]


def test_a_report_of_any_size_and_form_takes_little_work() -> None:
    head = b"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nTo: mali@example.com\nSubject: failure notice\n\n"
    for piece in (
        b"<a@b.example>: user mailbox ",
        b"To: ",
        b"<",
        b"@",
        b"a.",
        b"-",
        b"(expanded from <",
        b"550-5.1.1 ",
    ):
        assert delivery_report(parse(head + piece * 20_000)) is not None
        assert delivery_report(parse(head + (piece * 30 + b"\n") * 5_000)) is not None


def test_what_is_wrong_with_our_own_domain_is_not_wrong_with_the_recipient() -> None:
    for host, reason, is_hard in (
        ("mail.example.com", "sender refused", False),
        ("example.com", "sender refused", False),
        ("mail.example.net", "domain unknown", True),
        ("notexample.com", "domain unknown", True),
    ):
        text = f"Could not be delivered:\n\n  a@example.net\n    after end of data: 553 {host} does not exist\n"
        verdict = delivery_report(parse(in_prose(text)))
        assert verdict is not None
        assert [(each.reason, each.is_hard) for each in verdict.failures] == [(reason, is_hard)]


def test_a_mailbox_that_is_full_is_somebody_s_whatever_else_is_said() -> None:
    group = "Final-Recipient: rfc822; a@example.net\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 nobody\n"
    verdict = delivery_report(parse(report(group, text="Your message to a was rejected: mailbox full")))
    assert verdict is not None
    assert [(each.reason, each.is_hard) for each in verdict.failures] == [("mailbox full", False)]
