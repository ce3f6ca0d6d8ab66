"""Where a contact's clock hangs: their own zone, else their country's, else the project's."""

import re
from functools import lru_cache
from zoneinfo import ZoneInfo

from nurture.domain.contact import Contact
from nurture.domain.country_zones import MAIN_ZONES

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
_NOT_PLACES = frozenset({"localtime", "posixrules", "Factory"})
"""Names that some systems' zone folders hold and that say nothing about where a person is."""


@lru_cache(maxsize=1024)
def known_zone(name: str) -> ZoneInfo | None:
    """The tzdata zone of exactly that name; None for anything else, however odd: names come from forms and imports.

    `right/…` zones count leap seconds, which no wall clock does, and are not taken.

    >>> known_zone("Asia/Bangkok"), known_zone("../etc/passwd"), known_zone("Mars/Olympus")
    (zoneinfo.ZoneInfo(key='Asia/Bangkok'), None, None)
    """
    if not _NAME.fullmatch(name) or name in _NOT_PLACES or name.startswith(("right/", "posix/")):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # KeyError: no such zone; ValueError: a file that is no zone; OSError: a folder such as "Asia"
        return None


def zone_of(contact: Contact, project_zone: ZoneInfo) -> ZoneInfo:
    """The contact's wall: `timezone` where tzdata knows it, else the main zone of `country`, else the project's."""
    own = known_zone(contact.timezone.strip()) if contact.timezone else None
    if own:
        return own
    name = MAIN_ZONES.get(contact.country.strip().upper()) if contact.country else None
    return (known_zone(name) if name else None) or project_zone
