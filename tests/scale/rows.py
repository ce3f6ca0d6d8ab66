"""A CSV of contacts of whom so many are wrong in twelve ways, and the truth about each row."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TITLES = (
    "E-mail", "First name", "Company", "Phone", "Country", "Language", "Time zone", "company_size", "trial_ends_on",
    "plan", "Consent",
)  # fmt: skip
EMAIL, PHONE, COUNTRY, LANGUAGE, ZONE, SIZE, ENDS, PLAN, CONSENT = 0, 3, 4, 5, 6, 7, 8, 9, 10
_PLACES = (("TH", "th", "Asia/Bangkok"), ("SG", "en", "Asia/Singapore"))
_ELSEWHERE = (("JP", "en", "Asia/Tokyo"), ("US", "en", "America/New_York"), ("NL", "en", "Europe/Amsterdam"))

WRONG: Sequence[tuple[int, str, str]] = (
    (EMAIL, "", "There is no address"),
    (EMAIL, "nobody-at-example.com", "is no address"),
    (EMAIL, "a@b@example.com", "is no address"),
    (EMAIL, "{first}", "has the same address"),
    (COUNTRY, "Atlantis", "Atlantis"),
    (LANGUAGE, "klingonese", "klingonese"),
    (ZONE, "Mars/Olympus", "Mars/Olympus"),
    (SIZE, "many", "many"),
    (ENDS, "2026-02-30", "2026-02-30"),
    (PLAN, "platinum", "platinum"),
    (CONSENT, "no", "did not agree"),
    (CONSENT + 1, "too much", "12 cells"),
)
"""Twelve ways: the cell, what stands in it, and words of the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """`prospects` are in the cycle's audience, `others` are not; `refused` maps a line to words of its reason."""

    prospects: tuple[str, ...]
    others: tuple[str, ...]
    refused: dict[int, str]


def write_rows(path: Path, *, count: int, wrong: int, prospects: int, seed: int = 7) -> Rows:
    """Write `count` rows of which `wrong` are wrong, in turn in each way, at random places."""
    chance = random.Random(seed)
    wrong_at = dict(zip(sorted(chance.sample(range(1, count), wrong)), range(wrong), strict=True))
    found: tuple[list[str], list[str]] = ([], [])
    refused: dict[int, str] = {}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        for number in range(count):
            is_prospect = len(found[0]) < prospects
            row = _row(number, chance.choice(_PLACES if is_prospect else _ELSEWHERE), chance)
            if number in wrong_at:
                index, cell, words = WRONG[wrong_at[number] % len(WRONG)]
                row = [*row, ""]
                row[index] = cell.format(first=_address(0))
                refused[number + 2] = words
            else:
                found[0 if is_prospect else 1].append(row[EMAIL])
            writer.writerow(row)
    return Rows(prospects=tuple(found[0]), others=tuple(found[1]), refused=refused)


def _row(number: int, place: tuple[str, str, str], chance: random.Random) -> list[str]:
    country, language, zone = place
    phone = f"+66 2 {number:07d}" if chance.random() < 0.5 else ""
    size = str(chance.randint(1, 400))
    return [
        _address(number),
        f"สมชาย {number}",
        f"Company {number}, Ltd.",
        phone,
        country,
        language,
        zone,
        size,
        "",
        "free",
        "yes",
    ]


def _address(number: int) -> str:
    return f"person{number}@c{number % 97}.example.com"
