"""What a project's config says that mails and conditions speak of: a version of a campaign keeps what it uses of it."""

from dataclasses import dataclass

from nurture.domain.sender import Company
from nurture.domain.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectWords:
    """`project` is its name. Relays, rates, caps, closed days and time zones are not among them: those hold for all."""

    project: str
    company: Company
    languages: tuple[str, ...]
    vocabulary: Vocabulary
