"""The mails of made-up people are judged as what they are meant to be, in both languages and on any date."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.inbox.parse import parse
from nurture.inbox.thread import answers
from nurture.simulation import replies
from nurture.simulation.answers import SENTENCES
from nurture.simulation.letter import Letter
from nurture.simulation.people import Person, make_people
from tests.support.judging import classify

NOW = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
LETTER = Letter(
    recipient="somchai@baancoffee.example",
    message_id="<42@example.com>",
    subject="How do you follow up?",
    sender="Mali Srisuk <mali@example.com>",
    reply_to="Mali Srisuk <mali@example.com>",
)


def a_person(language: str) -> Person:
    return replace(make_people(1, 1, days=90)[0], language=language)


@pytest.mark.parametrize(("mood", "language"), sorted(SENTENCES))
def test_every_sentence_is_a_human_reply_with_the_persons_own_words(mood: str, language: str) -> None:
    for text in SENTENCES[mood, language]:  # type: ignore[index]
        raw = replies.answer(a_person(language), LETTER, text, message_id="<a@b.example>", at=NOW)
        verdict = classify(parse(raw), now=NOW)
        assert verdict.kind == "reply"
        assert verdict.text.startswith(text)
        assert LETTER.subject not in verdict.text
        assert answers(parse(raw)).message_ids == ("<42@example.com>",)


@given(st.dates(date(2026, 3, 4), date(2026, 5, 1)), st.sampled_from(["en", "th"]))
@settings(deadline=None)
def test_an_automatic_reply_is_one_and_its_date_of_return_is_understood(back_on: date, language: str) -> None:
    raw = replies.auto_reply(a_person(language), LETTER, back_on, message_id="<a@b.example>", at=NOW)
    verdict = classify(parse(raw), now=NOW + timedelta(minutes=5))
    assert (verdict.kind, verdict.return_on) == ("auto_reply", back_on)


def test_a_delivery_report_names_the_mail_that_could_not_be_delivered() -> None:
    raw = replies.delivery_report(LETTER, message_id="<a@mx.example>", at=NOW)
    verdict = classify(parse(raw), now=NOW)
    assert verdict.kind == "bounce"
    (failure,) = verdict.failures
    assert (failure.recipient, failure.is_hard) == (LETTER.recipient, True)
    assert LETTER.message_id in answers(parse(raw)).message_ids
