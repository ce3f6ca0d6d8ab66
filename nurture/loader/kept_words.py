"""The words of a config that one campaign uses, as plain JSON beside its version, and back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from nurture.domain.project_words import ProjectWords
from nurture.domain.sender import Company
from nurture.domain.value import EventSpec, FieldSpec
from nurture.domain.vocabulary import Vocabulary

_WORD = re.compile(r"\w[\w-]*")


def words_used(words: ProjectWords, texts: Sequence[str]) -> dict[str, Any]:
    """What campaign and templates with these texts can speak of; a name that stands nowhere in them is left out.

    So a field that is declared for another campaign makes no new version of this one.
    """
    named = {word for text in texts for word in _WORD.findall(text)}
    named |= {part for word in named for part in word.split("-")}  # `contact.seats-1` speaks of `seats`
    vocabulary = words.vocabulary
    events = [spec for name, spec in vocabulary.events.items() if name in named]
    named |= {target for spec in events for target, _ in spec.sets}
    senders = [name for name in vocabulary.senders if name in named]
    return {
        "project": words.project,
        "company": {
            "name": words.company.name,
            "address": words.company.address,
            "tax_id": words.company.tax_id,
        },
        "languages": list(words.languages),
        "contact_fields": [_field(spec) for name, spec in vocabulary.contact_fields.items() if name in named],
        "events": [_event(spec) for spec in events],
        "senders": senders or list(vocabulary.senders),
        "campaigns": [name for name in vocabulary.campaigns if name in named],
    }


def words_kept(kept: Mapping[str, Any]) -> ProjectWords:
    """What `words_used` gave."""
    languages = tuple(kept["languages"])
    fields = [_field_spec(each) for each in kept["contact_fields"]]
    events = [_event_spec(each) for each in kept["events"]]
    return ProjectWords(
        project=kept["project"],
        company=Company(**kept["company"]),
        languages=languages,
        vocabulary=Vocabulary(
            contact_fields={spec.name: spec for spec in fields},
            events={spec.name: spec for spec in events},
            senders=tuple(kept["senders"]),
            campaigns=tuple(kept["campaigns"]),
            languages=languages,
        ),
    )


def _field(spec: FieldSpec) -> dict[str, Any]:
    return {"name": spec.name, "type": spec.type, "choices": list(spec.choices)}


def _field_spec(kept: Mapping[str, Any]) -> FieldSpec:
    return FieldSpec(name=kept["name"], type=kept["type"], choices=tuple(kept["choices"]))


def _event(spec: EventSpec) -> dict[str, Any]:
    return {"name": spec.name, "fields": [_field(each) for each in spec.fields], "sets": [list(e) for e in spec.sets]}


def _event_spec(kept: Mapping[str, Any]) -> EventSpec:
    return EventSpec(
        name=kept["name"],
        fields=tuple(_field_spec(each) for each in kept["fields"]),
        sets=tuple((target, source) for target, source in kept["sets"]),
    )
