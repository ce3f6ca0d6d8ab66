"""What a report about one of our mails says of the person that it went to, and how far a complaint reaches."""

from collections.abc import Sequence

from nurture.domain.verdict import Failure

_NO_COMPLAINTS = frozenset({"not-spam", "auth-failure"})
_OPT_OUTS = frozenset({"opt-out", "opt-out-list"})


def failure_of(recipient: str, failures: Sequence[Failure]) -> Failure | None:
    """The failure that concerns the address we wrote to; None where the report is about others.

    A single failure of another address is ours too: the server had passed the mail on to where an alias leads.

    >>> one, other = (Failure(recipient=f"{name}@x.example", is_hard=True, reason="unknown user") for name in "ab")
    >>> failure_of("a@x.example", [other, one]) == one, failure_of("c@x.example", [one]) == one
    (True, True)
    >>> failure_of("c@x.example", [one, other]) is None
    True
    """
    own = next((each for each in failures if each.recipient.strip().casefold() == recipient.casefold()), None)
    return own or (failures[0] if len(failures) == 1 else None)


def complaint_scope(feedback_type: str | None) -> str | None:
    """The scope in which a complaint (RFC 5965, RFC 6591, RFC 6430) suppresses; None where it is only to be shown.

    >>> [complaint_scope(each) for each in ("abuse", "Opt-Out", "not-spam", "whatever", None)]
    ['all', 'marketing', None, 'all', 'all']
    """
    kind = (feedback_type or "").strip().lower()
    if kind in _NO_COMPLAINTS:
        return None
    return "marketing" if kind in _OPT_OUTS else "all"
