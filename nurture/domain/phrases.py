"""The words by which inbound mail is understood, language by language: patterns as texts, whoever runs them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseBook:
    """What one language says on one subject: `groups` names lists of RE2 patterns, in lower case.

    `has_spaces`: words are set apart by spaces, so that a pattern counts only where whole words match.
    """

    language: str
    has_spaces: bool
    groups: Mapping[str, tuple[str, ...]]
