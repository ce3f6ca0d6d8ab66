"""What every part of a campaign is read with: the checked shape, the project's words, and what the campaign knows."""

from dataclasses import dataclass
from typing import Any

from nurture.domain.condition import Condition
from nurture.domain.vocabulary import Vocabulary
from nurture.loader.document import Place
from nurture.loader.expression import ParsedValue, parse_condition, parse_value
from nurture.loader.expression_names import ExpressionProblem, Known, Scope
from nurture.loader.nearest import did_you_mean
from nurture.loader.validation import Checked
from nurture.loader.words import show

_USUAL_HINTS = {
    "syntax": "look for a missing bracket, quote or operator",
    "later": "take it out for now",
    "type": "compare like with like",
    "unknown-name": "contact.FIELD, score, replied, ordered, clicked(…) and so on are known",
    "unknown-field": "declare it in config.yaml",
    "unknown-step": "name a step of this campaign by its id",
    "unknown-link": "give the link its name in a template: [text](url){name}",
    "unknown-campaign": "name a file of campaigns/ without its ending",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Reads expressions and words of one file, noting what is wrong at its place."""

    checked: Checked[Any]
    vocabulary: Vocabulary
    known: Known

    def condition(self, text: str | None, place: Place, scope: Scope = "campaign") -> Condition | None:
        """The condition that `text` writes; None where there is none, or a wrong one, which is then noted."""
        if text is None:
            return None
        parsed = parse_condition(text, self.vocabulary, scope=scope, known=self.known)
        self._note(parsed.problems, place)
        return parsed.condition

    def value(self, text: str, place: Place, *, offset: int = 0) -> ParsedValue:
        """The expression that `text` writes, `offset` characters into the value at `place`."""
        parsed = parse_value(text, self.vocabulary, known=self.known)
        self._note(parsed.problems, place, offset)
        return parsed

    def _note(self, problems: tuple[ExpressionProblem, ...], place: Place, offset: int = 0) -> None:
        for problem in problems:
            self.checked.add(
                place,
                problem.code.replace("-", "_"),
                problem.message,
                problem.hint or _USUAL_HINTS.get(problem.code, "look at the conditions in the reference"),
                offset=problem.offset + offset,
            )

    def later(self, place: Place, what: str) -> None:
        """Note that the key at `place` asks for something that this version cannot do."""
        self.checked.add(place, "later", f"{what} is not available yet", "take it out for now", on_key=True)

    def sender(self, name: str, place: Place) -> None:
        """Note where no sender of the project has that name."""
        if name not in self.vocabulary.senders:
            hint = did_you_mean(name, self.vocabulary.senders) or "declare it under `senders` in config.yaml"
            self.checked.add(place, "unknown_sender", f"there is no sender {show(name)}", hint)

    def addressee(self, text: str, place: Place) -> str:
        """`owner`, `team` or an address, as `notify` takes it."""
        if text not in ("owner", "team") and "@" not in text:
            hint = did_you_mean(text, ("owner", "team")) or "write owner, team or an address"
            self.checked.add(place, "unknown_word", f"{show(text)} is nobody to notify", hint)
        return text
