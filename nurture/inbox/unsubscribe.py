"""A wish to get nothing more, written by hand or by the button of a mail program."""

from nurture.domain.verdict import Verdict
from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Patterns, normalised
from nurture.inbox.written import written


def unsubscribe_request(mail: ParsedMail, patterns: Patterns) -> Verdict | None:
    """A verdict `unsubscribe` where that is all that the person wrote: quoted footers say `unsubscribe` too."""
    text = written(mail)
    in_text = patterns.whole("unsubscribe_whole", normalised(text[:200])) if len(text) <= 200 else None
    # An answer (`Re: Unsubscribe …`) carries a subject of ours; a mail made from List-Unsubscribe has it bare.
    in_subject = patterns.whole("unsubscribe_whole", normalised(mail.subject[:200])) if len(text) <= 200 else None
    found = in_text or in_subject
    if found is None:
        return None
    return Verdict(kind="unsubscribe", reason=f"wrote: {found.words[:60]}", text=text, language=found.language or None)
