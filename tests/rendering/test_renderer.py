import os
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nurture.domain.content import MailUrls
from nurture.domain.facts import Deed, EventFact, Reply
from nurture.domain.order import Order, OrderItem
from nurture.errors import InvalidInput
from tests.rendering.conftest import ADDRESS, Project, english
from tests.support.builders import MONDAY_NINE, a_contact, facts_of

FULL = '<p>{{ company.address }} <a href="{{ unsubscribe_url }}">u</a></p>'


@pytest.mark.parametrize(
    ("language", "expected"),
    [("th", "th"), ("th-TH", "th"), ("TH", "th"), ("en-GB", "en"), ("de", "en"), (None, "en"), ("", "en")],
)
def test_the_contacts_language_is_chosen_then_its_base_then_the_projects_first(
    project: Project, language: str | None, expected: str
) -> None:
    project.write("mail.md", "---\nsubject: Hello\n---\nHello")
    project.write("mail.th.md", "---\nsubject: สวัสดี\n---\nสวัสดี")
    content = project.render(facts_of(a_contact(language=language)))
    assert content.language == expected
    assert content.subject == {"th": "สวัสดี", "en": "Hello"}[expected]
    assert ("ยกเลิกการรับอีเมล" in content.text) == (expected == "th")
    assert f'<html lang="{expected}"' in (content.html or "")


def test_a_regional_variant_comes_before_its_base(project: Project) -> None:
    project.write("mail.md", "---\nsubject: base\n---\nx")
    project.write("mail.en-GB.md", "---\nsubject: colour\n---\nx")
    assert project.render(facts_of(a_contact(language="en-gb"))).subject == "colour"
    assert project.render(facts_of(a_contact(language="en-US"))).subject == "base"


@pytest.mark.parametrize(
    ("first", "second"), [("mail.md", "mail.html"), ("mail.md", "mail.en.md"), ("mail.mjml", "mail.md")]
)
def test_two_sources_for_one_language_are_a_mistake(project: Project, first: str, second: str) -> None:
    project.write(first, "---\nsubject: x\n---\nx")
    project.write(second, "---\nsubject: x\n---\nx")
    with pytest.raises(InvalidInput, match="both the source"):
        project.render()


def test_a_name_that_begins_like_another_is_another(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\nx")
    project.write("mail-two.html", "x")
    assert project.render().subject == "x"


def test_the_subject_of_the_step_wins_over_that_of_the_template(project: Project) -> None:
    project.write("mail.md", "---\nsubject: From the file\npreheader: Before\n---\nx")
    content = project.render(subject="For {{ contact.first_name }}", preheader="After {{ subject }}{{ 1 + 1 }}")
    assert content.subject == "For Somchai"
    assert "After 2" in (content.html or "") and "Before" not in (content.html or "")


def test_a_subject_is_one_line_and_not_escaped(project: Project) -> None:
    project.write("mail.md", '---\nsubject: "A & B for {{ contact.company }}"\n---\nx')
    content = project.render(english(company="Smith\r\nBcc: x@y.z\x00 & Söhne\u2028<b>"))
    assert content.subject == "A & B for Smith Bcc: x@y.z & Söhne <b>"
    assert "<title>A &amp; B for Smith" in (content.html or "")


def test_a_mail_without_subject_is_refused(project: Project) -> None:
    project.write("mail.md", "Hello")
    with pytest.raises(InvalidInput, match="no subject"):
        project.render()
    project.write("mail.md", "---\nsubject: '{{ contact.company }}'\n---\nHello")
    with pytest.raises(InvalidInput, match="no subject"):
        project.render()


def test_a_preheader_gets_into_a_document_of_the_authors_own(project: Project) -> None:
    project.write(
        "mail.html", f"---\nsubject: x\npreheader: A < {{{{ 1 + 1 }}}}\n---\n<html><body>{FULL}</body></html>"
    )
    content = project.render()
    assert re.search(r"<body><div style=\"display:none[^>]*>A &lt; 2</div>", content.html or "")
    assert "A < 2" not in content.text


def test_styles_are_put_on_the_elements_and_media_queries_stay(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\n# Title")
    html = project.render().html or ""
    assert re.search(r"<h1 style=\"[^\"]*font-size: 26px", html)
    assert "@media (prefers-color-scheme: dark)" in html
    assert "@media only screen and (max-width: 480px)" in html
    assert '<meta name="color-scheme" content="light dark">' in html


def test_the_pixel_stands_at_the_end_and_only_where_opens_are_tracked(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\nx")
    html = project.render().html or ""
    assert re.search(r'<img src="https://go.example.com/o/TOKEN"[^>]* alt=""[^>]*></body></html>\s*$', html)
    assert "/o/TOKEN" not in (project.render(tracks_opens=False).html or "")
    assert "/o/TOKEN" not in project.render().text
    assert "<img" not in (project.render(urls=MailUrls(unsubscribe="https://x.example/u")).html or "")


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        (f"<p>{ADDRESS}</p>", "unsubscribe"),
        ("<p>{{ company.address }} {{ unsubscribe_url }}</p>", "HTML has no unsubscribe"),
        ('<p><a href="{{ unsubscribe_url }}">u</a></p>', "address"),
        ('<p style="display:none">{{ company.address }}</p><a href="{{ unsubscribe_url }}">u</a>', "address"),
    ],
)
def test_a_marketing_mail_names_its_sender_and_the_way_out(project: Project, body: str, missing: str) -> None:
    project.write("mail.html", f"---\nsubject: x\nlayout: none\n---\n{body}")
    with pytest.raises(InvalidInput, match=missing):
        project.render()
    assert project.render(purpose="transactional").subject == "x"


@pytest.mark.parametrize("text", ["{{ company.address }}", "{{ unsubscribe_url }}"])
def test_the_authors_own_text_part_has_the_same_duties(project: Project, text: str) -> None:
    project.write("mail.md", "---\nsubject: x\n---\nx")
    project.write("mail.txt", text)
    with pytest.raises(InvalidInput, match="text part"):
        project.render()
    project.write("mail.txt", "{{ company.address }} {{ unsubscribe_url }}")
    assert project.render().text == f"{ADDRESS} https://go.example.com/u/TOKEN"


def test_templates_know_what_conditions_know(project: Project) -> None:
    order = Order(
        id=1, contact_id=1, number="7", placed_at=MONDAY_NINE, total=Decimal("1200.50"), currency="THB",
        items=(OrderItem(product="starter"), OrderItem(product="pro")),
    )  # fmt: skip
    facts = english(fields={"company_size": 50, "trial_ends_on": date(2026, 3, 9)})
    facts = facts_of(
        facts.contact,
        score=42.0,
        sent=(Deed(step="hello", at=MONDAY_NINE),),
        clicked=(Deed(step="hello", at=MONDAY_NINE, link="demo"),),
        replies=(Reply(id=1, at=MONDAY_NINE, intent="question", text="How much?"),),
        events={
            "trial_started": (EventFact(at=MONDAY_NINE, fields={"ends_at": datetime(2026, 3, 9, 20, tzinfo=UTC)}),)
        },
        orders=(order,),
        enrolled=frozenset({"other"}),
        trigger={"form": "contact"},
    )
    said = {
        "{{ stage }} {{ days_in_stage }} {{ days_in_campaign }} {{ score }}": "awareness 0 0 42",
        "{{ opened() }} {{ clicked('demo') }} {{ clicked('x') }} {{ sent() }} {{ sent('hello') }}": "no yes no yes yes",
        "{{ happened('trial_started', within='7d') }} {{ happened('order_paid') }}": "yes no",
        "{{ last('trial_started').ends_at | datetime }}": "10 March 2026 03:00",
        "{{ last('trial_started').ends_at | date('full') }}": "Tuesday, 10 March 2026",
        "{{ last('order_paid').total | default('none yet') }}": "none yet",
        "{{ enrolled('other') }} {{ replied }} {{ reply.intent }}: {{ reply.text }}": "yes yes question: How much?",
        "{{ ordered }} {{ order.total | money(order.currency) }}": "yes ฿1,200.50",
        "{{ order.items | join(', ') }}": "starter, pro",
        "{{ event.form }}{{ event.ends_at }}": "contact",
        "{{ today }} {{ now | time }}": "2 March 2026 09:00",
        "{{ today | weekday }} {{ today | date('short') }}": "Monday 2 Mar 2026",
        "{{ contact.trial_ends_on - today }} {{ today + 1 }}": "7 3 March 2026",
        "{{ company.name }} {{ project }} {{ language }}": "Acme Co. Ltd. acme en",
        "{{ contact.company }}|{{ contact.website or 'none' }}|{{ contact.tags | length }}": "|none|0",
        "{{ contact.company_size >= 50 }} {{ contact.website > 'a' }} {{ not contact.website > 'a' }}": "yes no yes",
        "{{ contact.website == contact.company }} {{ contact.website == none }}": "no yes",
        "{{ none != contact.email }} {{ contact.website != contact.email }}": "yes no",
        "{{ 0 < contact.company_size < 60 }} {{ 'a' in ['a', 'b'] }} {{ 'x' not in 'abc' }}": "yes yes yes",
        "{{ contact.company_size / 4 }} {{ 7 // 2 }} {{ 7 % 2 }}": "12.5 3 1",
        "{{ 1 / 0 }}|{{ -2 * 3 }}|{{ contact.website + 1 }}": "|-6|",
        "{{ contact.email[:3] | upper }} {{ 1234567.5 | number }} {{ 'a b' | title }}": "SOM 1,234,567.5 A B",
    }  # fmt: skip
    for source, expected in said.items():
        assert project.renderer.text(source, facts) == expected, source


def test_dates_and_money_speak_the_language_of_the_mail(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\nx")
    project.write(
        "mail.th.md", "---\nsubject: '{{ today | date }} {{ 1234.5 | money(\"THB\") }} {{ now | time }}'\n---\nx"
    )
    assert project.render(facts_of()).subject == "2 มีนาคม 2569 1,234.50 บาท 09.00 น."


def test_a_text_for_the_team_is_not_escaped_and_names_its_place(project: Project) -> None:
    assert project.renderer.text("Ring {{ contact.first_name }}", english(first_name="A & <b>")) == "Ring A & <b>"
    with pytest.raises(InvalidInput, match=r"did you mean `first_name`\?") as caught:
        project.renderer.text("Ring {{ contact.frist_name }}", english(), where="campaigns/cycle.yaml:12")
    assert caught.value.where == "campaigns/cycle.yaml:12"
    with pytest.raises(InvalidInput, match="sender"):
        project.renderer.text("{{ sender.name }}", english())


def test_a_changed_file_is_read_again_layouts_and_parts_too(project: Project) -> None:
    project.write("parts/word.html", "first")
    path = project.write("mail.md", "---\nsubject: one\n---\n{% include 'parts/word.html' %}")
    assert (project.render().subject, "first" in project.render().text) == ("one", True)
    path.write_text("---\nsubject: two\n---\n{% include 'parts/word.html' %}")
    os.utime(path, ns=(1, 1))
    assert project.render().subject == "two"
    os.utime(project.write("parts/word.html", "later"), ns=(1, 1))
    assert "later" in project.render().text
    layout = project.root / "templates" / "emails" / "layouts" / "default.html"
    layout.write_text("<html><body>NEW {% block content %}{% endblock %}" + FULL + "</body></html>")
    assert "NEW" in project.render().text


def test_a_broken_file_is_said_and_a_mended_one_works(project: Project) -> None:
    path = project.write("mail.md", "---\nsubject: x\n---\n{% if %}")
    with pytest.raises(InvalidInput, match=r"mail\.md:4"):
        project.render()
    path.write_text("---\nsubject: x\n---\nfine now")
    assert "fine now" in project.render().text


def test_attachments_come_from_the_projects_folder(project: Project) -> None:
    (project.root / "brochures").mkdir()
    (project.root / "brochures" / "guide.pdf").write_bytes(b"%PDF-1.7")
    project.write("mail.md", "---\nsubject: x\n---\nx")
    (found,) = project.render(attach=("brochures/guide.pdf",)).attachments
    assert (found.filename, found.content_type, found.data) == ("guide.pdf", "application/pdf", b"%PDF-1.7")


@pytest.mark.parametrize(
    "name",
    [
        "../x.pdf",
        "/etc/passwd",
        "gone.pdf",
        "link.pdf",
        "brochures",
        ".env",
        "keys/dkim.pem",
        "nurture.db-wal",
        "Config.yaml",
        "",
    ],
)
def test_an_attachment_from_elsewhere_is_refused(project: Project, name: str) -> None:
    project.write("mail.md", "---\nsubject: x\n---\nx")
    (project.root / "brochures").mkdir()
    (project.root / "keys").mkdir()
    (project.root / "keys" / "dkim.pem").write_text("secret")
    (project.root / "nurture.db-wal").write_text("people")
    (project.root / ".env").write_text("secret")
    (project.root / "Config.yaml").write_text("secret")
    (project.root.parent / "x.pdf").write_text("secret")
    (project.root / "link.pdf").symlink_to(project.root.parent / "x.pdf")
    with pytest.raises(InvalidInput, match="attachment"):
        project.render(attach=(name,))


def test_a_layout_of_the_projects_own_can_be_chosen(project: Project) -> None:
    project.write("layouts/plain.html", "<html><body>{% block content %}{% endblock %}" + FULL + "</body></html>")
    project.write("mail.md", "---\nsubject: x\nlayout: plain\n---\nHello")
    assert "Acme Co. Ltd." not in project.render().text
    project.write("mail.md", "---\nsubject: x\nlayout: nothing\n---\nHello")
    with pytest.raises(InvalidInput, match=r"layouts/nothing\.html"):
        project.render()


def test_the_buttons_of_html_come_from_a_macro(project: Project) -> None:
    project.write(
        "mail.html",
        "---\nsubject: x\n---\n{% from 'layouts/button.html' import button %}"
        "{{ button('Go & see', link('demo', 'https://example.com')) }}",
    )
    content = project.render()
    assert content.links[0].name == "demo"
    assert re.search(r'class="button"[^>]*>Go &amp; see</a>', content.html or "")


@pytest.mark.parametrize(
    "head",
    ["---\nsubjet: x\n---\n", "---\nsubject x\n---\n", "---\nsubject: x\n", "---\nsubject: a\nsubject: b\n---\n"],
)
def test_a_head_says_what_it_may_say(project: Project, head: str) -> None:
    project.write("mail.md", f"{head}Hello")
    with pytest.raises(InvalidInput, match=r"mail\.md:[123]"):
        project.render()


def test_a_file_that_is_not_utf8_is_refused(project: Project) -> None:
    project.write("mail.md", "").write_bytes("---\nsubject: x\n---\nสวัสดี".encode("cp874"))
    with pytest.raises(InvalidInput, match="UTF-8"):
        project.render()
