"""What a person wrote in a mail, whichever of its parts says it best."""

from nurture.inbox.parse import ParsedMail
from nurture.inbox.quote import own_words


def written(mail: ParsedMail) -> str:
    """The words of the writer alone; never empty where the mail has text."""
    return own_words(mail.body)
