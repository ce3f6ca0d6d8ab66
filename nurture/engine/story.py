"""One person's story, read back from the log: every decision with its reason, where they stand, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from nurture.domain.contact import Contact
from nurture.domain.enrollment import Enrollment, EnrollmentState
from nurture.domain.event import Event
from nurture.store import enrollments, events, suppressions
from nurture.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One run: its row and the events of it, oldest first."""

    enrollment: Enrollment
    events: tuple[Event, ...]

    @property
    def is_over(self) -> bool:
        return self.enrollment.state is EnrollmentState.FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`suppressed` are the scopes in which the person is written to no more; `others` are events outside any run."""

    contact: Contact
    suppressed: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    others: tuple[Event, ...]


def story_of(conn: Connection, contact: Contact, *, campaign: str | None = None) -> Story:
    """What happened to a person, in one campaign or in all."""
    happened = events.of_contact(conn, contact.id)
    runs = [run for run in enrollments.of_contact(conn, contact.id) if campaign in (None, run.campaign)]
    return Story(
        contact=contact,
        suppressed=suppressions.scopes_of(conn, [contact.address]).get(contact.address, ()),
        chapters=tuple(Chapter(enrollment=run, events=_of_run(happened, run.id)) for run in runs),
        others=tuple(event for event in happened if event.enrollment_id is None),
    )


def _of_run(happened: Sequence[Event], run_id: int) -> tuple[Event, ...]:
    return tuple(event for event in happened if event.enrollment_id == run_id)


def what(event: Event) -> str:
    """The event in a marketer's words, without its reason.

    >>> from datetime import UTC, datetime
    >>> what(Event(name="message_sent", at=datetime(2026, 3, 2, tzinfo=UTC), step="hello"))
    'sent'
    """
    return _WORDS.get(event.name, event.name.replace("_", " "))


def reason_of(event: Event) -> str:
    """Why it happened: of a mail why it went just then, of everything else what the log says.

    >>> from datetime import UTC, datetime
    >>> sent = {"name": "message_sent", "at": datetime(2026, 3, 2, tzinfo=UTC), "because": "250 Ok"}
    >>> reason_of(Event(**sent, fields={"why": "3 days after hello"})), reason_of(Event(**sent))
    ('3 days after hello', '250 Ok')
    """
    return str(event.fields.get("why") or event.because)


_WORDS = {
    "message_sent": "sent",
    "message_opened": "opened",
    "link_clicked": "clicked",
    "message_deferred": "put off",
    "message_failed": "failed",
    "message_unknown": "held: fate unknown",
    "step_skipped": "skipped",
    "step_done": "done",
    "step_failed": "failed",
    "stage_entered": "entered",
    "reply_received": "replied",
    "auto_reply_received": "out of office",
    "task_created": "task",
    "mail_unmatched": "mail set aside",
    "mail_corrected": "corrected",
    "owner_wrote": "we wrote",
}
