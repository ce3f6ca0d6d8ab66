"""The address of who stands in for somebody who is away: noted for a person to read, never mailed."""

import re

from nurture.inbox.parse import ParsedMail
from nurture.inbox.patterns import Patterns, normalised

_LOOKED_AT = 6_000
_BEFORE = 160
_AFTER = 60
_MOST = 20
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._%+'-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}")
_NOBODY = re.compile(r"(?:no|do-?not)[-_.]?reply|mailer-daemon|postmaster|unsubscribe")


def substitute(mail: ParsedMail, text: str, patterns: Patterns) -> str | None:
    """The first address in `text` that its words offer instead of the writer's, as it stands there in lower case.

    Neither an address of the mail's header nor the writer's other one (`reach me at …`) is one.
    """
    said = normalised(text[:_LOOKED_AT])
    own = {address.lower() for address in (mail.from_.email, *(each.email for each in mail.reply_to), *mail.recipients)}
    places = list(_ADDRESS.finditer(said))[:_MOST]
    for place, match in enumerate(places):
        address = match[0].rstrip(".-'")
        if address in own or _NOBODY.search(address):
            continue
        begin = max(0, match.start() - _BEFORE)
        before = said[begin : match.start()]
        finish = places[place + 1].start() if place + 1 < len(places) else len(said)
        after = said[match.end() : min(finish, match.end() + _AFTER)]
        own_other = max(patterns.find("reach_me", before), key=lambda found: found.end, default=None)
        if own_other is not None and not re.search(r"[.!?;@]", before[own_other.end :].strip(" .:<(")):
            continue
        if patterns.first("substitute", before) or patterns.first("substitute", after):
            return address
    return None
