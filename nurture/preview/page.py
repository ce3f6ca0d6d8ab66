"""The page that shows previews: as the web gives it, asking for what it shows, or as one file that has all in it."""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from nurture.preview.wording import Plain

_DATA = '<script type="application/json" id="data"></script>'
_STYLE = '<link rel="stylesheet" href="preview.css">'
_SCRIPT = '<script src="preview.js" defer></script>'


@cache
def page_part(name: str) -> str:
    """A file of the page: `preview.html`, `preview.css` or `preview.js`."""
    return files("nurture.preview").joinpath("pages", name).read_text(encoding="utf-8")


def whole_page(data: Mapping[str, object]) -> str:
    """The page as one file that needs nothing else, for `data` as the web would give it and all campaigns besides.

    It may run its own script and no other, and asks nobody for anything but the pictures of the mails.
    """
    script = f'"use strict";\n{page_part("preview.js")}'
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src https: data:; "
        "frame-src 'self'; base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    page = page_part("preview.html").replace('<meta charset="utf-8">', f'<meta charset="utf-8">\n{meta}')
    for part, own in (
        (_STYLE, f"<style>\n{page_part('preview.css')}</style>"),
        (_DATA, f'<script type="application/json" id="data">{written}</script>'),
        (_SCRIPT, f"<script>{script}</script>"),
    ):
        page = page.replace(part, own)
    return page


def key_of(campaign: str, who: str, language: str) -> str:
    """Under which key a whole page has a campaign for a person in a language."""
    return "\n".join((campaign, who, language))


def whole_data(project: str, campaigns: list[str], samples: Mapping[str, str], views: Mapping[str, Plain]) -> Plain:
    """What a whole page shows; `views` by `key_of`."""
    return {"project": project, "campaigns": campaigns, "samples": dict(samples), "views": dict(views)}
