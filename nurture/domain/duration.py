"""Spans of time as marketers write them; calendar days and business days are not 24-hour blocks."""

import re
from dataclasses import dataclass

_SHORT = re.compile(r"(\d{1,5})\s*(m|h|d|w|bd)")
_ISO = re.compile(
    r"P(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,5})H)?(?:(?P<minutes>\d{1,5})M)?(?:(?P<seconds>\d{1,6})S)?)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """`days` are calendar days on the contact's wall, `business_days` skip days off, `seconds` are exact."""

    days: int = 0
    business_days: int = 0
    seconds: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.business_days or self.seconds)

    def __str__(self) -> str:
        if self.business_days:
            return f"{self.business_days}bd"
        parts = [f"{self.days}d"] if self.days else []
        hours, rest = divmod(self.seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        parts += [f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if n]
        return " ".join(parts) or "0m"


NO_TIME = Duration()
TWO_WEEKS = Duration(days=14)


def parse_duration(text: str) -> Duration | None:
    """The duration that `text` writes, or None where it writes none: `30m 4h 3d 2w 2bd`, or ISO 8601 (`P1DT4H`).

    Years and months of ISO 8601 are not taken: they have no fixed length.

    >>> parse_duration("2w"), parse_duration("PT90M"), parse_duration("soon")
    (Duration(days=14, business_days=0, seconds=0), Duration(days=0, business_days=0, seconds=5400), None)
    """
    if short := _SHORT.fullmatch(text.strip()):
        amount = int(short[1])
        match short[2]:
            case "m":
                return Duration(seconds=60 * amount)
            case "h":
                return Duration(seconds=3600 * amount)
            case "d":
                return Duration(days=amount)
            case "w":
                return Duration(days=7 * amount)
            case _:
                return Duration(business_days=amount)
    iso = _ISO.fullmatch(text.strip())
    if iso is None or not any(iso.groupdict().values()):
        return None
    part = {name: int(found or 0) for name, found in iso.groupdict().items()}
    return Duration(
        days=7 * part["weeks"] + part["days"],
        seconds=3600 * part["hours"] + 60 * part["minutes"] + part["seconds"],
    )
