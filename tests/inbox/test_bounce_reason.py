"""Answers of servers as they are met, in many languages, with the reason and whether the address is dead."""

import pytest

from nurture.domain.verdict import FAILURE_REASONS, HARD_REASONS
from nurture.inbox.bounce_phrases import PHRASES
from nurture.inbox.bounce_phrases_abroad import PHRASES_ABROAD
from nurture.inbox.bounce_phrases_recipient import LIKELY_UNKNOWN
from nurture.inbox.bounce_reason import bounce_reason
from nurture.inbox.smtp_reply import command_in, status_in

RCPT = "(in reply to RCPT TO command)"

NOBODY_THERE = [
    "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
    "550 5.1.1 <a@example.com>: Recipient address rejected: User unknown in relay recipient table",
    "550-5.1.1 The email account that you tried to reach does not exist. Please try\n"
    "550-5.1.1 double-checking the recipient's email address for typos or\n"
    "550 5.1.1 unnecessary spaces. https://support.example.com/mail/?p=NoSuchUser - gsmtp",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
    "550 5.4.1 [a@example.com]: Recipient address rejected: Access denied [X.prod.outlook.example] " + RCPT,
    "554 delivery error: dd This user doesn't have a example.com account (a@example.com) [0]",
    "550 Requested action not taken: mailbox unavailable " + RCPT,
    "550 No such user here " + RCPT,
    "550 #5.1.0 Address rejected.",
    "550 5.7.1 No such user! " + RCPT,
    "sorry, no mailbox here by that name. (#5.1.1)",
    "550 unknown or illegal alias: a@example.com " + RCPT,
    "User carl (carl@example.com) not listed in Domino Directory",
    "The recipient name is not recognized",
    "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR204_418",
    "The recipient may contain a non-existent account, please check the recipient address. " + RCPT,
    "Unrouteable address",
    "550 Invalid recipient <a@example.com> (#5.1.1)",
    "Le destinataire n'existe pas",
    "Empfänger unbekannt",
    "550 5.1.1 Der Empfaenger existiert nicht",
    "El usuario no existe",
    "L'utente non esiste: casella inesistente",
    "O destinatário não foi encontrado",
    "Gebruiker onbekend",
    "Użytkownik nie istnieje",
    "Пользователь не найден",
    "нет такого пользователя",
    "宛先のメールアドレスが見つかりませんでした。",
    "收件人不存在",
    "查無此人",
    "받는 사람을 찾을 수 없습니다",
    "ไม่พบผู้ใช้นี้",
]
NO_DOMAIN = [
    "Host or domain name not found. Name service error for name=nowhere.example type=A: Host not found",
    "Sorry, I couldn't find any host named nowhere.example. (#5.1.2)",
    "DNS lookup failure: host nowhere.example not found",
    "550 5.4.310 DNS domain nowhere.example does not exist [Message=InfoDomainNonexistent]",
    "The domain name nowhere.example could not be found",
    "550 Host unknown (Authoritative answer from name server)",
    "all relevant MX records point to non-existent hosts",
    "DNS Error: DNS type 'mx' lookup of nowhere.example responded with code NXDOMAIN",
    "домен не существует",
    "该域名不存在",
]
TAKES_NO_MAIL = [
    "556 5.1.10 Recipient address has null MX",
    "host/domain does not accept mail",
    "Domain example.com does not accept mail (nullMX)",
    "No mx record found for domain=example.com",
]
HAS_MOVED = [
    "551 5.1.6 user has moved to another address",
    "550 5.1.6 recipient no longer on server: a@example.com",
    "551 User not local; please try <b@example.org>",
]
NOT_FOR_GOOD = [
    ("552 5.2.2 Mailbox full", "mailbox full"),
    ("452-4.2.2 The email account that you tried to reach is over quota. Please direct", "mailbox full"),
    ("554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
     "mailbox full"),
    ("552 Requested mail action aborted: exceeded storage allocation", "mailbox full"),
    ("550 5.7.1 <a@example.com>: Recipient address rejected: Mailbox quota exceeded", "mailbox full"),
    ("552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417", "mailbox full"),
    ("Das Postfach des Empfängers ist voll", "mailbox full"),
    ("Почтовый ящик переполнен", "mailbox full"),
    ("受信者のメールボックスがいっぱいです", "mailbox full"),
    ("收件人邮箱已满", "mailbox full"),
    ("กล่องจดหมายของผู้รับเต็ม", "mailbox full"),
    ("550 5.2.1 The email account that you tried to reach is disabled", "address disabled"),
    ("525 5.7.13 User account disabled", "address disabled"),
    ("550 Mailbox is frozen", "address disabled"),
    ("550 5.2.1 This mailbox has been blocked due to inactivity", "address disabled"),
    ("Your message cannot be delivered. This account has been disabled or discontinued [#102].", "address disabled"),
    ("552 5.3.4 Message size exceeds fixed limit", "message too large"),
    ("552 5.3.4 Message too big for system", "message too large"),
    ("5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", "message too large"),
    ("550 Unknown user a@example.com (in reply to end of DATA command)", "recipient refused"),
    ("550 5.2.1 <a@example.com>... User Unknown", "recipient refused"),
    ("550 5.2.0 Message Filtered", "recipient refused"),
    ("550 5.1.1 Refused due to recipient preferences", "recipient refused"),
    ("550 5.7.1 Message rejected as spam by Content Filtering.", "taken for spam"),
    ("554 5.7.1 This message was classified as SPAM and may not be delivered", "taken for spam"),
    ("550 High probability of spam", "taken for spam"),
    ("554 5.7.1 Message rejected because it contains malware", "virus found"),
    ("550 5.7.0 virus EICAR found", "virus found"),
    ("550-5.7.26 The MAIL FROM domain [x.example] has an SPF record with a hard fail policy (-all) but it fails",
     "sender not authenticated"),
    ("550 5.7.1 Unauthenticated email from x.example is not accepted due to domain's DMARC policy",
     "sender not authenticated"),
    ("550 5.7.515 Access denied, sending domain X.EXAMPLE doesn't meet the required authentication level.",
     "sender not authenticated"),
    ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "sending server blocked"),
    ("550 5.7.606 Access denied, banned sending IP [192.0.2.1]", "sending server blocked"),
    ("554 Your IP (192.0.2.1) is blacklisted", "sending server blocked"),
    ("451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation",
     "bad reputation"),
    ("554 5.7.1 Rejected: poor sender reputation", "bad reputation"),
    ("550 5.7.25 The IP address sending this message does not have a PTR record setup", "sending server unnamed"),
    ("554 5.7.1 Reverse DNS lookup for host 192.0.2.1 failed permanently.", "sending server unnamed"),
    ("454 4.7.1 <a@example.com>: Relay access denied", "relaying denied"),
    ("553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "relaying denied"),
    ("550 5.1.8 <x@example.net>: Sender address rejected: Domain not found", "sender refused"),
    ("550 Sender verify failed", "sender refused"),
    ("553 5.1.8 <x@y.example>... Domain of sender address x@y.example does not exist", "sender refused"),
    ("550 user unknown (in reply to MAIL FROM command)", "sender refused"),
    ("550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", "access denied"),
    ("550 5.7.1 Delivery not authorized, message refused", "access denied"),
    ("530 5.7.0 Must issue a STARTTLS command first", "access denied"),
    ("421 4.7.0 Too many concurrent SMTP connections", "too much mail"),
    ("450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents", "too much mail"),
    ("552 Too many recipients", "too much mail"),
    ("450 4.2.0 <a@example.com>: Recipient address rejected: Greylisted, http://x.example/a", "asked to come later"),
    ("connect to mx.example.com[192.0.2.1]:25: Connection timed out", "server not reached"),
    ("554 5.4.6 Too many hops", "server not reached"),
    ("554 5.4.14 Hop count exceeded - possible mail loop", "server not reached"),
    ("retry timeout exceeded", "not accepted in time"),
    ("I'm not going to try again; this message has been in the queue too long.", "not accepted in time"),
    ("550 5.4.300 Message expired", "not accepted in time"),
    ("451 4.3.0 Internal server error", "trouble at the receiving server"),
    ("554 5.3.0 unknown mailer error 1", "delivery program failed"),
    ("x-unix; procmail: Couldn't create \"/var/spool/mail/a\"", "delivery program failed"),
    ("554 5.6.0 Message contains bare LF", "protocol broken"),
    ("550 5.7.1 Messages missing a valid Date header are not accepted", "protocol broken"),
    ("550 5.7.1 Message rejected due to local policy", "refused by policy"),
    ("552 5.7.0 attachment not allowed", "content refused"),
    ("450 4.1.1 User unknown in local recipient table", "user unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "text"),
    [
        *(("user unknown", text) for text in NOBODY_THERE),
        *(("domain unknown", text) for text in NO_DOMAIN),
        *(("domain takes no mail", text) for text in TAKES_NO_MAIL),
        *(("moved away", text) for text in HAS_MOVED),
    ],
)
def test_an_address_that_will_not_work_again_is_hard(word: str, text: str) -> None:
    found = bounce_reason("", text)
    assert (found.word, found.is_hard) == (word, True)


@pytest.mark.parametrize(("text", "word"), NOT_FOR_GOOD)
def test_what_may_be_otherwise_next_time_is_soft(text: str, word: str) -> None:
    found = bounce_reason("", text)
    assert (found.word, found.is_hard) == (word, False)


@pytest.mark.parametrize(
    ("status", "text", "word", "is_hard"),
    [
        ("5.1.1", "", "user unknown", True),
        ("5.1.2", "", "domain unknown", True),
        ("5.2.1", "", "address disabled", False),
        ("4.1.1", "", "user unknown", False),
        ("5.7.1", "", "refused by policy", False),
        ("5.0.0", "", "no reason understood", False),
        ("", "", "no reason understood", False),
        ("9.9.9", "???", "no reason understood", False),
        ("5.0.0", "550 5.1.1 http://support.example.com/mail?p=NoSuchUser", "user unknown", True),
        ("5.1.1", "550 user over quota", "mailbox full", False),
        ("5.1.1", "554 5.0.0 Service unavailable", "user unknown", True),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable", "user unknown", True),
    ],
)
def test_words_come_before_codes_and_codes_before_words_that_fit_anything(
    status: str, text: str, word: str, is_hard: bool
) -> None:
    found = bounce_reason(status, text)
    assert (found.word, found.is_hard) == (word, is_hard)


def test_words_inside_an_address_a_link_or_a_host_name_do_not_count() -> None:
    for text in (
        "550 <quota@spam.example.com> no such user " + RCPT,
        "host blocked.spam-filter.example[192.0.2.1] said: 550 no such user " + RCPT,
        "550 no such user, see https://example.com/mailbox-full/policy " + RCPT,
    ):
        assert bounce_reason("", text).word == "user unknown"


def test_who_first_took_the_recipient_and_then_knows_nobody_is_not_believed() -> None:
    said = "550 5.0.0 User unknown"
    assert bounce_reason("", f"{said} {RCPT}").is_hard
    assert not bounce_reason("", f"{said} (in reply to end of DATA command)").is_hard
    assert not bounce_reason("", said).is_hard
    assert bounce_reason("", said, "rcpt").is_hard


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("said: 550 no (in reply to RCPT TO command)", "rcpt"),
        ("SMTP error from remote mail server after RCPT TO:<a@example.com>: 550 no", "rcpt"),
        ("192.0.2.1 does not like recipient.\nRemote host said: 550 no", "rcpt"),
        (">>> RCPT To:<a@example.com>\n<<< 550 no", "rcpt"),
        (">>> DATA\n<<< 550 user unknown\n<<< 503 5.0.0 Need RCPT (recipient)", "rcpt"),
        (">>> DATA\n<<< 550 user unknown\n554 5.0.0 Service unavailable", "data"),
        ("failed after I sent the message.\nRemote host said: 550 no", "data"),
        ("SMTP error from remote mail server after end of data: 550 no", "data"),
        ("SMTP error from remote mail server after MAIL FROM:<a@example.com>: 550 no", "mail"),
        ("host mx.example.com[192.0.2.1] refused to talk to me: 554 no", "connect"),
        ("550 no", ""),
    ],
)
def test_the_refused_command_is_read_out_of_the_forms_of_many_programs(text: str, command: str) -> None:
    assert command_in(text) == command


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("550 5.1.1 no", "5.1.1"),
        ("(#5.7.1)", "5.7.1"),
        ("250 2.0.0 ok, then 550 5.0.0 and 450 4.2.2", "4.2.2"),
        ("192.5.1.1 says no", ""),
        ("version 5.1", ""),
    ],
)
def test_an_enhanced_status_is_told_from_other_numbers(text: str, status: str) -> None:
    assert status_in(text) == status


def test_every_reason_is_one_of_the_closed_list() -> None:
    words = {word for word, _ in PHRASES}
    assert words <= {*FAILURE_REASONS, LIKELY_UNKNOWN}
    assert set(PHRASES_ABROAD) <= words
    assert set(FAILURE_REASONS) >= HARD_REASONS


def test_texts_that_no_server_writes_are_survived() -> None:
    for text in ("\ud800\udfff" * 50, "a" * 100_000, "user " * 20_000, "<" * 50_000, "5" * 50_000, "@" * 50_000):
        assert bounce_reason(text[:20], text).word in FAILURE_REASONS


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.7 Invalid address: sender mailbox does not exist",
        "550 5.1.8 Unknown address, domain not found",
        "550 Blocked: your domain does not exist in our list",
        "550 your mail server is unknown",
    ],
)
def test_what_is_said_of_the_sender_does_not_make_the_recipient_s_address_dead(text: str) -> None:
    assert not bounce_reason(status_in(text), text, "rcpt").is_hard


# Told in answer to RCPT, by programs of all ages.
SHORT_AND_HARD = """
#5.1.1 bad address
511 sorry, no mailbox here by that name (#5.1.1 - chkuser)
550 5.1.1 User Unknown - psmtp
550 <a@b.example> does not exist.
550 address invalid
550 mail to <a@b.example> not accepted here: user unknown
550 Recipient Rejected: No account by that name here
550 That account does not exist
550 Unknown user a@b.example
553 sorry, this recipient is not in my validrcptto list (#5.7.1)
address not present in directory
can't accept user
destination server rejected recipients
domain must exist
has moved to; please try <c@d.example>
host unknown
invalid address
invalid mailbox
is not a valid mailbox
mail domain mentioned in email address is unknown
mailbox does not exist
mailbox is unavailable
mailbox not found
name or service not known
no account by that name here
no existe ese usuario
no mailbox found
no mx record found for domain
no such domain
no such mailbox
no such recipient
no thank you rejected: account unavailable
non-existent user
not a valid user here
recipient domain must exist
recipient not found
requested action not taken: mailbox unavailable
sorry, your envelope recipient has been denied
there is no one at this address
this email address is wrong or no longer valid
this recipient is not in my validrcptto list
unknown account
unknown domain name
unknown host
unknown mailbox
Unroutable address
user does not exist
user not found
utilisateur inconnu !
your envelope recipient is in my badrcptto list
"""
SHORT_AND_SOFT = {
    "421 4.7.0 Try again later, closing connection. (MAIL)": "asked to come later",
    "450 4.2.1 unable to receive more mail today": "too much mail",
    "451 4.7.1 Greylisting in action, please come back in 00:05:00": "asked to come later",
    "452 insufficient disk space": "mailbox full",
    "550 5.7.1 relaying denied": "relaying denied",
    "550 5.7.1 Unable to relay for a@b.example": "relaying denied",
    "550 not local host b.example, not a gateway": "relaying denied",
    "550 user has been suspended": "address disabled",
    "552 Message exceeds maximum fixed size (1000)": "message too large",
    "554 5.4.7 [internal] exceeded max time without delivery": "not accepted in time",
    "554 5.7.1 Your message was rejected by the content filter": "taken for spam",
    "554 Transaction failed. Message scored 7.2 spam points": "taken for spam",
    "a@b.example is unavailable: user is terminated": "address disabled",
    "account is exceeding their quota": "mailbox full",
    "address recipient id refuse to receive mail": "recipient refused",
    "authentication credentials invalid": "access denied",
    "backscatter protection detected invalid or expired email address": "sender refused",
    "banned sending ip": "sending server blocked",
    "because the recipient is only accepting mail from specific email addresses": "recipient refused",
    "by non-member to a members-only list": "sender refused",
    "could not connect and send the mail to": "server not reached",
    "currently sending spam see: ": "sending server blocked",
    "Delivery time expired": "not accepted in time",
    "diskspace quota": "mailbox full",
    "does not have enough space": "mailbox full",
    "due to extended inactivity new mail is not currently being accepted for this mailbox": "recipient refused",
    "esmtp not accepting connections": "sending server blocked",
    "go away": "sending server blocked",
    "host is unreachable": "server not reached",
    "host network not allowed": "sending server blocked",
    "inactive account": "address disabled",
    "insufficient system storage": "trouble at the receiving server",
    "invalid ip for sending mail of domain": "sending server blocked",
    "ip is on spam list": "sending server blocked",
    "is currently suspended": "address disabled",
    "is not accepting any mail": "recipient refused",
    "is over quota temporarily": "mailbox full",
    "mail file size exceeds the maximum size allowed for mail delivery": "mailbox full",
    "mail system configuration error": "trouble at the receiving server",
    "mailbox disabled": "address disabled",
    "mailbox quota usage exceeded": "mailbox full",
    "mailbox was full": "mailbox full",
    "message expired": "not accepted in time",
    "message rejected due to user rules": "recipient refused",
    "no access from mail server": "sending server blocked",
    "not currently accepting mail from your ip": "sending server blocked",
    "null sender is not allowed": "sender refused",
    "part of their network is on our block list": "sending server blocked",
    "quota violation for": "mailbox full",
    "recipient reached disk quota": "mailbox full",
    "recipient suspend the service": "address disabled",
    "remote server is misconfigured": "trouble at the receiving server",
    "sender domain is empty": "sender refused",
    "sender not pre-approved": "sender refused",
    "the user's space has been used up": "mailbox full",
    "this account is protected by": "recipient refused",
    "tls required but not supported": "access denied",
    "unresolvable relay host name": "sending server unnamed",
    "user has too many messages on the server": "mailbox full",
    "user refuses to receive this mail": "recipient refused",
    "user suspended": "address disabled",
    "you have exhausted your storage space": "mailbox full",
    "your email address has been blacklisted": "sending server blocked",
}  # fmt: skip


@pytest.mark.parametrize("text", SHORT_AND_HARD.strip().split("\n"))
def test_short_words_for_a_dead_address_are_understood_in_answer_to_rcpt(text: str) -> None:
    assert bounce_reason("", text, "rcpt").is_hard


@pytest.mark.parametrize("text", SHORT_AND_SOFT)
def test_short_words_for_other_trouble_are_told_from_it(text: str) -> None:
    found = bounce_reason("", text, "rcpt")
    assert (found.word, found.is_hard) == (SHORT_AND_SOFT[text], False)
