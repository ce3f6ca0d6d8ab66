"""Real mail that nobody here wrote: what `make judge` prints holds, collection by collection."""

from collections.abc import Callable

import pytest

from tests.judging import figures
from tests.judging.collection import CORPORA, NOT_HERE, collections_in
from tests.judging.figures import Figure

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason=NOT_HERE)


def shown(figure: Figure) -> str:
    return "\n".join((f"{figure.name}: {figure.seen} of {figure.of}, goal {figure.goal}", *figure.missed))


@pytest.mark.parametrize(
    "counted",
    [
        figures.hard_or_soft,
        figures.recipients_found,
        figures.exact_recipients,
        figures.delays,
        figures.complaints,
        figures.absences,
        figures.false_absences,
        figures.false_bounces,
        figures.empty_texts,
        figures.line_ends,
    ],
)
def test_delivery_reports_complaints_and_absences_are_told(counted: Callable[[], Figure]) -> None:
    figure = counted()
    assert figure.holds, shown(figure)


@pytest.mark.parametrize("folder", collections_in("replies"))
def test_what_a_person_wrote_is_found(folder: str) -> None:
    figure = figures.exact_text(folder)
    assert figure.holds, shown(figure)


def test_every_mail_is_judged_without_a_fault() -> None:
    faults, _ = figures.hostile()
    assert faults.holds, shown(faults)
