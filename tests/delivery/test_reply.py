"""Replies seen in the wild, and what they are about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.delivery.reply import Stage, outcome_of, read_reply
from nurture.domain.message import Accepted, Deferred, Rejected, Unknown


@pytest.mark.parametrize(
    ("stage", "line", "kind"),
    [
        (Stage.MAIL, "550 5.1.8 Sender address rejected: Domain not found", "policy"),
        (Stage.MAIL, "552 5.3.4 Message size exceeds fixed limit", "content"),
        (Stage.MAIL, "530 5.7.0 Authentication required", "policy"),
        (Stage.RCPT, "550 5.1.1 <a@b.c>: Recipient address rejected: User unknown in virtual table", "address"),
        (Stage.RCPT, "550-5.1.1 The email account that you tried to reach does not exist.", "address"),
        (Stage.RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by lookup", "address"),
        (Stage.RCPT, "550 5.4.1 Recipient address rejected: Access denied.", "address"),
        (Stage.RCPT, "550 5.2.1 The email account that you tried to reach is disabled.", "address"),
        (Stage.RCPT, "550 No such user here", "address"),
        (Stage.RCPT, "550 Requested action not taken: mailbox unavailable", "address"),
        (Stage.RCPT, "553 sorry, that domain isn't in my list", "address"),
        (Stage.RCPT, "554 5.7.1 <a@b.c>: Recipient address rejected: user unknown", "address"),
        (Stage.RCPT, "550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org", "policy"),
        (Stage.RCPT, "550 5.1.1 Your IP is on our blacklist", "policy"),
        (Stage.RCPT, "554 5.7.1 <a@b.c>: Relay access denied", "policy"),
        (Stage.RCPT, "550 relaying to <a@b.c> prohibited by administrator", "policy"),
        (Stage.RCPT, "550 5.7.26 This mail is unauthenticated (SPF and DKIM failed)", "policy"),
        (Stage.RCPT, "550 5.1.8 <mali@x.y>: Sender address rejected: Domain not found", "policy"),
        (Stage.RCPT, "503 5.5.1 Bad sequence of commands", "policy"),
        (Stage.RCPT, "552 5.2.2 Mailbox full", "content"),
        (Stage.DATA, "554 no valid recipients", "policy"),
        (Stage.DOT, "554 5.6.1 Body type not supported", "content"),
        (Stage.DOT, "552 5.2.3 Message too large", "content"),
        (Stage.DOT, "554 Transaction failed", "content"),
        (Stage.DOT, "554 5.7.1 Message rejected: invalid address in From header", "policy"),
        (Stage.DOT, "550 5.7.1 Our system has detected that this message is likely unsolicited mail", "policy"),
        (Stage.DOT, "550 High probability of spam", "policy"),
        (Stage.DOT, "550 5.1.1 unknown recipient", "address"),
    ],
)
def test_a_permanent_refusal_is_about_the_address_our_standing_or_the_content(
    stage: Stage, line: str, kind: str
) -> None:
    outcome = outcome_of(read_reply(int(line[:3]), line[4:]), stage)
    assert isinstance(outcome, Rejected)
    assert outcome.kind == kind


@given(code=st.integers(0, 999), text=st.text(max_size=60), stage=st.sampled_from(Stage))
def test_before_the_dot_every_reply_is_certain_and_after_it_only_a_clear_one(
    code: int, text: str, stage: Stage
) -> None:
    outcome = outcome_of(read_reply(code, text), stage)
    if stage is not Stage.DOT:
        assert isinstance(outcome, Deferred | Rejected)
    elif code == 421 or not 200 <= code <= 599 or 300 <= code <= 399:
        assert isinstance(outcome, Unknown)
    else:
        assert isinstance(outcome, {2: Accepted, 4: Deferred, 5: Rejected}[code // 100])


@given(raw=st.binary(max_size=2000))
def test_every_reply_can_be_stored_and_shown(raw: bytes) -> None:
    shown = str(read_reply(550, raw.decode("utf-8", "surrogateescape")))
    assert shown.encode()
    assert shown.replace("\u00ad", "x").isprintable() or not any(ord(character) < 32 for character in shown)
    assert len(shown) <= 504
