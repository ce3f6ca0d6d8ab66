import re

import pytest

from nurture.domain.content import MailUrls
from nurture.domain.message import MessageLink
from nurture.errors import InvalidInput
from tests.rendering.conftest import Project, english


def test_links_are_counted_in_their_order_and_rewritten(project: Project) -> None:
    content = project.fragment(
        "<a href=\"{{ link('demo', 'https://example.com/demo?a=1&b=2') }}\">Demo</a>"
        '<a href="https://example.com/plain">Plain</a>'
        "<a class='x' href='https://example.com/quoted'>Quoted</a>"
    )
    assert content.links == (
        MessageLink(name="demo", url="https://example.com/demo?a=1&b=2"),
        MessageLink(name="", url="https://example.com/plain"),
        MessageLink(name="", url="https://example.com/quoted"),
    )
    for index in range(3):
        assert f'href="https://go.example.com/c/TOKEN/{index}"' in (content.html or "")
    assert "\ue000" not in (content.html or "") + content.text


def test_one_name_and_target_is_one_link_however_often_it_stands(project: Project) -> None:
    demo = "<a href=\"{{ link('demo', 'https://example.com') }}\">Demo</a>"
    other = "<a href=\"{{ link('other', 'https://example.com') }}\">Demo</a>"
    content = project.fragment(demo + other + demo)
    assert [link.name for link in content.links] == ["demo", "other"]
    assert (content.html or "").count("/c/TOKEN/0") == 2


def test_links_for_outlook_in_comments_are_rewritten_too(project: Project) -> None:
    content = project.fragment(
        '<!--[if mso]><v:roundrect href="https://example.com/demo" fillcolor="#fff"><![endif]-->'
        '<a href="https://example.com/demo">Demo</a>'
    )
    assert "https://example.com/demo" not in (content.html or "")
    assert len(content.links) == 1


def test_mail_telephone_and_unsubscribing_are_never_counted(project: Project) -> None:
    content = project.fragment(
        '<a href="mailto:a@example.com">m</a><a href="tel:+6621234567">t</a><a href="{{ unsubscribe_url }}">u</a>'
    )
    assert content.links == ()
    assert 'href="https://go.example.com/u/TOKEN"' in (content.html or "")


@pytest.mark.parametrize(
    ("urls", "tracks"),
    [
        (MailUrls(unsubscribe="https://go.example.com/u/T"), True),
        (MailUrls(unsubscribe="https://x/u", click="https://x/c"), False),
    ],
)
def test_nothing_is_rewritten_where_nothing_is_tracked(project: Project, urls: MailUrls, tracks: bool) -> None:
    content = project.fragment(
        "<a href=\"{{ link('demo', 'https://example.com/demo') }}\">Demo</a>", urls=urls, tracks_clicks=tracks
    )
    assert content.links == ()
    assert 'href="https://example.com/demo"' in (content.html or "")


@pytest.mark.parametrize(
    "website",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x", "vbscript:x",
        "java\nscript:alert(1)", "file:///etc/passwd", "//evil.example", "/relative", "#top", "", "ftp://x.example",
        "https://",
        "https://exa mple", "http://[::1", "\x01javascript:x", "https:///path",
    ],
)  # fmt: skip
def test_a_link_made_of_data_goes_to_a_web_address_or_nowhere(project: Project, website: str) -> None:
    if website == "https://exa mple":
        content = project.fragment('<a href="{{ contact.website }}">x</a>', english(fields={"website": website}))
        assert content.links[0].url == "https://exa%20mple"
        return
    with pytest.raises(InvalidInput, match="link"):
        project.fragment('<a href="{{ contact.website }}">x</a>', english(fields={"website": website}))


def test_a_target_is_ascii_and_has_no_blank(project: Project) -> None:
    content = project.fragment('<a href="https://ราคา.example/ราคา?q={{ contact.first_name }} b&amp;c=%20">x</a>')
    assert (
        content.links[0].url == ("https://xn--22cap7d.example/%E0%B8%A3%E0%B8%B2%E0%B8%84%E0%B8%B2?q=Somchai%20b&c=%20")
        or content.links[0].url.isascii()
    )
    assert " " not in content.links[0].url


def test_data_in_a_target_is_encoded_by_the_filter(project: Project) -> None:
    content = project.fragment(
        '<a href="https://example.com/?n={{ contact.first_name | urlencode }}">x</a>', english(first_name="a&b=c ก/")
    )
    assert content.links[0].url == "https://example.com/?n=a%26b%3Dc%20%E0%B8%81%2F"


@pytest.mark.parametrize(
    "name",
    [
        '"><img src=x onerror=alert(1)>',
        "'><img src=x onerror=alert(1)>",
        "<a href='https://x.example' onclick='x'>",
        "--><b>",
        "<!-- <img src='https://x.example/'",
        "</title></style><b>",
    ],
)
def test_data_does_not_leave_its_attribute_or_comment(project: Project, name: str) -> None:
    content = project.fragment(
        '<!--[if mso]><b title="{{ contact.first_name }}">{{ contact.first_name }}</b><![endif]-->'
        '<a href="https://example.com/?n={{ contact.first_name }}" title="{{ contact.first_name }}">x</a>'
        "<i title='{{ contact.first_name }}'>{{ contact.first_name }}</i>",
        english(first_name=name),
        tracks_opens=False,
    )
    outside = re.sub(r"<!--.*?-->", "", content.html or "", flags=re.DOTALL)
    assert re.findall(r"<(/?\w+)", outside) == [
        "html", "head", "/head", "body", "a", "/a", "i", "/i", "/body", "/html",
    ]  # fmt: skip
    assert len(content.links) == 1
    assert (content.html or "").count("<![endif]-->") == 1


def test_odd_attributes_hide_no_link(project: Project) -> None:
    with pytest.raises(InvalidInput, match="link"):
        project.fragment('<a x<y href="javascript:alert(1)">x</a>')


def test_a_forged_mark_in_data_names_no_link(project: Project) -> None:
    content = project.fragment(
        '<a href="https://example.com/{{ contact.first_name }}">x</a>', english(first_name="a\ue000demo\ue001")
    )
    assert content.links == (MessageLink(name="", url="https://example.com/ademo"),)


def test_an_image_comes_from_the_web(project: Project) -> None:
    with pytest.raises(InvalidInput, match="image"):
        project.fragment('<img src="{{ contact.website }}" alt="">', english(fields={"website": "file:///etc/passwd"}))


def test_a_named_link_in_the_authors_own_text_part_is_counted(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\n[a](https://example.com/a){a}")
    project.write(
        "mail.txt",
        "B: {{ link('b', 'https://example.com/b') }}, A: {{ link('a', 'https://example.com/a') }}\n"
        "{{ contact.first_name }} {{ company.address }} {{ unsubscribe_url }}",
    )
    content = project.render(english(first_name="<A & B>"))
    assert [link.name for link in content.links] == ["a", "b"]
    assert content.text.startswith("B: https://go.example.com/c/TOKEN/1, A: https://go.example.com/c/TOKEN/0\n<A & B> ")


def test_names_of_links_are_known_without_rendering(project: Project) -> None:
    project.write(
        "mail.md",
        "---\nsubject: x\n---\nFirst line\nand [b](https://example.com/{{ contact.nothing }}){second}\n\n"
        "<a href=\"{{ link('first', 'https://example.com/1') }}\">a</a>\n",
    )
    project.write("mail.th.md", "[x](https://example.com/th){third}")
    links = project.renderer.links_of("mail")
    assert {name: (place.line, place.column) for name, place in links.items()} == {
        "second": (5, 52),
        "first": (7, 19),
        "third": (1, 29),
    }
    assert links["first"].target == "https://example.com/1"
    assert links["third"].file == "templates/emails/mail.th.md"
    assert project.renderer.links_of("nothing") == {}


@pytest.mark.parametrize(
    "place",
    [
        '<svg><a xlink:href="{}">x</a></svg>', '<math href="{}">x</math>', '<base href="{}">',
        '<form action="{}"></form>', '<form><button formaction="{}">x</button></form>', '<object data="{}"></object>',
        '<table background="{}"><tr><td>x</td></tr></table>', '<video poster="{}"></video>',
        '<!--[if mso]><v:rect href={}><![endif]-->', "<!--[if mso]><v:rect href='{}'><![endif]-->",
    ],
)  # fmt: skip
def test_every_attribute_that_leads_somewhere_leads_to_an_allowed_address(project: Project, place: str) -> None:
    project.fragment(place.format("https://example.com/x"))
    with pytest.raises(InvalidInput, match="javascript"):
        project.fragment(place.format("javascript:alert(1)"))


def test_a_link_for_outlook_without_quotes_is_counted(project: Project) -> None:
    content = project.fragment("<!--[if mso]><v:rect href=https://example.com/demo fillcolor=#fff><![endif]-->")
    assert [link.url for link in content.links] == ["https://example.com/demo"]
    assert 'href="https://go.example.com/c/TOKEN/0" fillcolor="#fff"' in (content.html or "")
