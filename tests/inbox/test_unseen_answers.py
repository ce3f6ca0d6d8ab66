"""Answers of servers that no collection holds, in many words for the same few reasons."""

import pytest

from nurture.inbox.bounce_reason import bounce_reason

RCPT = " (in reply to RCPT TO command)"

NOBODY_THERE = [
    "550 address retired",
    "550 that user is gone",
    "550 user no longer here",
    "550 we have no record of this user",
    "550 I don't know anyone by that name",
    "550 we do not have an account by that name at example.net",
    "550 no one with that e-mail address here",
    "550 nobody here by this name",
    "550 recipient is not one of our clients",
    "550 is not a known user",
    "550 this spectator is unknown",
    "550 Mail-Box not found",
    "550 e-mail id not registered with us",
    "550 account a@example.net not present in this system",
    "550 Sorry, that address is not in use",
    "550 the address you have sent to does not work any more",
    "550 unable to find a@example.net in LDAP directory",
    "550 recipient verify failed",
    "550 cannot verify recipient",
    "550 unknown customer",
    "550 The recipient cannot be found in our directory",
    "550 Invalid RCPT TO address provided",
    "550 recipient does not belong to this domain",
    "Unrecognised OR-Name",
    "Причина: такого адреса нет",
    "존재하지 않는 메일 주소입니다.",
]
NO_MAIL_THERE = ["550 example.net does not accept mail", "We do not accept mail here", "does not accept mail (nullMX)"]
NO_DOMAIN = [
    "550 mail domain mentioned in email address is unknown",
    "example.net: no DNS A-data returned",
    "no matches to nameserver query",
]
NOT_FOR_GOOD = [
    ("5.4.4", "Name service error for name=example.net type=MX: Host not found, try again", "server not reached"),
    ("5.4.4", "name service error for mx.example.net: temporary", "server not reached"),
    ("5.1.1", "550 can't accept user at the moment", "asked to come later"),
    ("5.0.0", "unrouteable mail server", "server not reached"),
    ("5.2.14", "554 5.2.14 Misconfigured forwarding address", "trouble at the receiving server"),
    ("5.0.0", "450 user unknown yet (verification in progress)", "asked to come later"),
    ("5.6.0", "554 5.6.0 Invalid address in header: no such domain", "content refused"),
    ("5.0.0", "550 connection closed by policy: unknown host", "sending server unnamed"),
    ("5.0.0", "550 invalid HELO name: no such host", "sending server unnamed"),
    ("5.0.0", "550 Too much invalid users tried", "too much mail"),
    ("5.0.0", "550 no such user as sender <me@example.com>", "sender refused"),
    ("5.0.0", "550 we don't handle mail for that domain", "relaying denied"),
    ("", "Delivery failed. The reason is unknown.", "recipient refused"),
    ("", "Unable to validate recipient: the directory is down", "recipient refused"),
    ("", "Could not verify the address, for its server did not answer", "recipient refused"),
    ("", "550 This server does not accept mail without TLS", "access denied"),
    ("", "mailbox does not receive messages larger than 5 MB", "message too large"),
    ("", "The recipient does not accept mail that was sent in bulk", "recipient refused"),
    ("5.7.1", "550 5.7.1 The domain in the From header is unknown", "sender refused"),
    ("5.7.1", "550 5.7.1 The domain of the message body link is unknown", "recipient refused"),
]


@pytest.mark.parametrize("text", NOBODY_THERE)
def test_whoever_is_not_there_is_a_dead_address_in_whatever_words(text: str) -> None:
    found = bounce_reason("", text + RCPT)
    assert (found.word, found.is_hard) == ("user unknown", True)


@pytest.mark.parametrize("text", NO_DOMAIN)
def test_a_domain_that_is_not_there_is_a_dead_address_in_whatever_words(text: str) -> None:
    found = bounce_reason("", text)
    assert (found.word, found.is_hard) == ("domain unknown", True)


@pytest.mark.parametrize("text", NO_MAIL_THERE)
def test_a_domain_that_wants_no_mail_at_all_is_a_dead_address(text: str) -> None:
    found = bounce_reason("", text)
    assert (found.word, found.is_hard) == ("domain takes no mail", True)


@pytest.mark.parametrize(("status", "text", "word"), NOT_FOR_GOOD)
def test_what_passes_or_is_said_of_others_kills_no_address(status: str, text: str, word: str) -> None:
    found = bounce_reason(status, text)
    assert (found.word, found.is_hard) == (word, False)


def test_a_typo_to_correct_before_one_tries_again_does_not_make_a_missing_domain_pass() -> None:
    text = "The domain example.net couldn't be found. Check for typos or unnecessary spaces and try again."
    assert bounce_reason("", text).is_hard
