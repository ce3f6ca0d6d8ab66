"""What a person wrote in a mail, whichever of its parts says it best."""

import re

from nurture.inbox.html_text import read_html
from nurture.inbox.parse import ParsedMail
from nurture.inbox.quote import own_words, says_something

_NO_HTML = re.compile(
    r"(?:does not|doesn't|do not|cannot|can't|can not|unable to|not able to) (?:support|display|show|view|read|"
    r"see|render) .{0,40}html|"
    r"html.{0,60}(?:not supported|not (?:be )?(?:displayed|enabled)|capable|compatible|enabled)|(?:view|"
    r"read) (?:this|the) (?:e-?mail|message) "
    r"(?:in|as|with) .{0,20}(?:html|browser)|this (?:is an? |message is in |e-?mail is in )(?:html|mime|"
    r"multi-?part)|"
    r"(?:unterstützt|zeigt) .{0,30}kein.{0,10}html|keine? html|ne (?:supporte|prend) pas .{0,40}html|"
    r"no (?:soporta|admite|puede mostrar) .{0,40}html|não suporta .{0,40}html|non supporta .{0,40}html|"
    r"html.{0,40}(?:ไม่รองรับ|ไม่สามารถ)|ไม่รองรับ.{0,20}html|html.{0,30}(?:表示できません|対応)|不支持.{0,20}html",
    re.IGNORECASE,
)
_IS_HTML = re.compile(r"\s{0,200}<(?:!doctype html|html|head|body|div|p|table)\b", re.IGNORECASE)
_LONGEST_NOTICE = 400


def written(mail: ParsedMail) -> str:
    """The words of the writer alone; never empty where the mail has text.

    The plain part speaks, cut where the HTML shows that the rest is quoted or a signature; a part that only says that
    there is HTML gives way to it.
    """
    if not mail.text_html.strip():
        return _of_plain(mail.text_plain, mail.from_.name)
    of_html = _of_html(mail.text_html_unquoted, mail.text_html, mail.from_.name)
    if _says_nothing(mail.text_plain) or not of_html:
        return of_html or _of_plain(mail.text_plain, mail.from_.name)
    return _cut_alike(_of_plain(mail.text_plain, mail.from_.name), of_html)


def _of_plain(text: str, writer: str) -> str:
    """Some programs put their HTML where plain text belongs."""
    if _IS_HTML.match(text) and "</" in text:
        html = read_html(text)
        return _of_html(html.unquoted, html.whole, writer) or own_words(text, writer)
    return own_words(text, writer)


def _of_html(unquoted: str, whole: str, writer: str) -> str:
    words = own_words(unquoted, writer)
    return words if says_something(words) else own_words(whole, writer)


def _says_nothing(plain: str) -> bool:
    plain = " ".join(plain[: 2 * _LONGEST_NOTICE].split())
    return not plain or (len(plain) <= _LONGEST_NOTICE and _NO_HTML.search(plain) is not None)


def _cut_alike(plain: str, html: str) -> str:
    """The lines of `plain` that hold what `html` says, where it begins alike and goes on longer."""
    wanted = _letters(html)
    if not wanted or not _letters(plain).startswith(wanted):
        return plain
    kept: list[str] = []
    length = 0
    for line in plain.split("\n"):
        if length >= len(wanted):
            break
        kept.append(line)
        length += len(_letters(line))
    return "\n".join(kept).strip()


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())
