"""A mail in light and in dark, whatever the browser that shows it likes itself."""

from nurture.preview.letter import NOWHERE
from nurture.preview.looks import as_shown, has_dark_look

OWN = """<html><head><meta name="color-scheme" content="light dark"><style>
:root { color-scheme: light dark; }
@media (prefers-color-scheme: dark) { p { color: white !important } }
</style></head><body><p>prefers-color-scheme: dark</p></body></html>"""


def test_the_dark_rules_of_a_mail_hold_in_the_dark_alone() -> None:
    assert "@media (min-width: 0px)" in as_shown(OWN, "dark")
    assert "@media (max-width: 0px)" in as_shown(OWN, "light")
    assert 'content="dark"' in as_shown(OWN, "dark")
    assert "color-scheme: light;" in as_shown(OWN, "light")
    assert "<p>prefers-color-scheme: dark</p>" in as_shown(OWN, "dark")


def test_a_mail_without_dark_rules_is_turned_round_as_programs_do() -> None:
    plain = "<html><head><style>p { color: black }</style></head><body><p>Hello</p></body></html>"
    assert not has_dark_look(plain)
    assert "invert(1)" in as_shown(plain, "dark")
    assert "invert(1)" not in as_shown(plain, "light")
    assert "invert(1)" not in as_shown(OWN, "dark")


def test_links_open_elsewhere_and_the_pixel_is_not_asked_for() -> None:
    shown = as_shown(f'<p><a href="{NOWHERE}/c/x/0">a</a><img src="{NOWHERE}/o/x-_=.gif"></p>', "light")
    assert shown.startswith('<base target="_blank">')
    assert '<img src="data:image/gif' in shown
    assert f"{NOWHERE}/c/x/0" in shown
