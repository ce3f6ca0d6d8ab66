import pytest

from nurture.inbox.bounce_reason import bounce_reason


@pytest.mark.parametrize(
    ("status", "text", "word", "is_hard"),
    [
        ("5.1.1", "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown", "user unknown", True),
        ("", "550 No such user here", "user unknown", True),
        ("5.1.1", "", "user unknown", True),
        ("5.0.0", "550 5.1.1 http://support.example.com/mail?p=NoSuchUser", "user unknown", True),
        ("5.1.2", "", "domain unknown", True),
        ("", "Host or domain name not found. Name service error for name=nowhere.example", "domain unknown", True),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", "address disabled", True),
        ("", "Account has been suspended", "address disabled", True),
        ("5.2.2", "552 5.2.2 Mailbox full", "mailbox full", False),
        ("5.1.1", "550 user over quota", "mailbox full", False),
        ("5.7.1", "554 Service unavailable; Client host [192.0.2.1] blocked", "refused by policy", False),
        ("5.7.1", "550 Message rejected as spam", "taken for spam", False),
        ("5.7.26", "550 Unauthenticated mail is not accepted due to DMARC", "sender not authenticated", False),
        ("5.3.4", "552 Message size exceeds fixed limit", "message too large", False),
        ("4.2.0", "450 4.2.0 Greylisted, try again in 300 seconds", "asked to come later", False),
        ("4.4.1", "connect to mx.example.com: Connection timed out", "server not reached", False),
        ("4.1.1", "450 4.1.1 User unknown in local recipient table", "user unknown", False),
        ("5.0.0", "", "no reason understood", False),
        ("", "", "no reason understood", False),
    ],
)
def test_the_reason_decides_whether_it_is_hard(status: str, text: str, word: str, is_hard: bool) -> None:
    found = bounce_reason(status, text)
    assert (found.word, found.is_hard) == (word, is_hard)


def test_words_inside_an_address_or_link_do_not_count() -> None:
    assert bounce_reason("", "550 <quota@spam.example.com> no such user").word == "user unknown"
