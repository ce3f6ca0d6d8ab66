"""The phrase books that ship: one YAML file a language and subject, so that adding a language is adding a file."""

import re
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, Field, model_validator

from nurture.domain.phrases import PhraseBook
from nurture.errors import ConfigError, InvalidInput
from nurture.loader.campaign_shape import Shape
from nurture.loader.config_shape import PatternsShape
from nurture.loader.document import Place, read_document
from nurture.loader.validation import check_shape
from nurture.loader.words import Identifier, Texts

_NO_SPACES = frozenset({"th", "lo", "km", "my", "ja", "zh"})
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
SHIPPED = Path(__file__).with_name("phrases")


class PhraseBookShape(Shape):
    """One language's patterns on one subject; every other key is a group."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Texts] = Field(init=False)

    language: Identifier | None = Field(None, description="Its ISO 639-1 code.")
    spaces: bool | None = Field(None, description="false: words are not set apart by spaces.")

    @model_validator(mode="after")
    def _names_its_language(self) -> "PhraseBookShape":
        if not self.language:
            raise ValueError("write `language:`, its ISO 639-1 code")
        return self


def shipped_phrases() -> tuple[PhraseBook, ...]:
    """Every book that ships. Raises ConfigError with the place of what is wrong."""
    return tuple(read_book(path) for path in sorted(SHIPPED.glob("*/*.yaml")))


def read_book(path: Path) -> PhraseBook:
    """The book in `path`. Raises ConfigError with the place of what is wrong."""
    document = read_document(path, path.name)
    checked = check_shape(document, PhraseBookShape, lambda _: False)
    if checked.problems:
        raise ConfigError(checked.problems, where=path.name)
    shape = checked.shape
    if shape is None or not shape.language:
        raise InvalidInput("an empty phrase book", where=str(path), hint="write `language:` and its groups")
    return PhraseBook(
        language=shape.language,
        has_spaces=shape.spaces is not False,
        groups=dict(shape.__pydantic_extra__ or {}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPhrase:
    """One phrase of `patterns:` in the config, where it stands there, and as a book of its own."""

    place: Place
    pattern: str
    book: PhraseBook


def own_phrases(shape: PatternsShape) -> list[OwnPhrase]:
    """The phrases that a project adds. Without a language the script tells whether words are set apart by spaces."""
    found: list[OwnPhrase] = []
    for group in PatternsShape.model_fields:
        written = getattr(shape, group)
        by_language = written if isinstance(written, dict) else {"": written or ()}
        for language, patterns in by_language.items():
            for index, pattern in enumerate(patterns):
                place: Place = ("patterns", group, *((language,) if language else ()), index)
                has_spaces = language not in _NO_SPACES if language else not _UNSPACED.search(pattern)
                book = PhraseBook(language=language, has_spaces=has_spaces, groups={group: (f"(?i:{pattern})",)})
                found.append(OwnPhrase(place=place, pattern=pattern, book=book))
    return found
