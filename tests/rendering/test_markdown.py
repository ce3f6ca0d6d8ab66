import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nurture.errors import InvalidInput
from tests.rendering.conftest import Project, english


def body_of(project: Project, markdown: str, **contact: object) -> str:
    project.write("mail.md", f"---\nsubject: Hello\n---\n{markdown}")
    html = project.render(english(**contact), tracks_clicks=False, tracks_opens=False).html or ""
    inside = re.search(r'<td class="content"[^>]*>(.*?)</td>\s*</tr>\s*(?:</tbody>)?</table>\s*</td>', html, re.DOTALL)
    assert inside
    return re.sub(r' style="[^"]*"', "", inside[1]).strip()


HOSTILE = [
    "[x](http://evil.example)",
    "![x](http://evil.example/x.png)",
    "<script>alert(1)</script>",
    "<http://evil.example>",
    "**bold** _em_ `code` # h",
    "[x]: http://evil.example",
    "{{ 7 * 7 }}{% if 1 %}",
    "zqj0vz zqj0sz",
    '" onmouseover="x',
    "a\n\n# heading\n\n- list\n\n    code",
    "&lt;b&gt; &amp;",
    "<img src=x onerror=alert(1)>",
    "\ue000demo\ue001",
    "{demo .button}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_contact_is_called_never_becomes_markup(project: Project, name: str) -> None:
    made = body_of(project, "Hello {{ contact.first_name }}, [a](https://example.com){a}", first_name=name)
    assert re.findall(r"<(/?[a-z0-9]+)", made) == ["p", "a", "/a", "/p"]
    assert re.findall(r'href="([^"]*)"', made) == ["https://example.com"]
    assert "49" not in made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_name_stays_a_text(project: Project, name: str) -> None:
    made = body_of(project, "Hello {{ contact.first_name }}!", first_name=name)
    assert re.findall(r"<(/?[a-z0-9!]+)", made) == ["p", "/p"]


def test_words_that_look_like_our_own_marks_stay_words(project: Project) -> None:
    assert body_of(project, "zqj0vz {{ 1 }} zqj0sz") == "<p>zqj0vz 1 zqj0sz</p>"


def test_the_author_may_write_html(project: Project) -> None:
    assert body_of(project, "A <b>bold</b> word") == "<p>A <b>bold</b> word</p>"


def test_values_stand_inside_emphasis_links_and_code(project: Project) -> None:
    made = body_of(
        project, "**{{ contact.first_name }}** [for {{ contact.first_name }}](https://a.example/?n={{ 1 + 1 }})"
    )
    assert made == '<p><strong>Somchai</strong> <a href="https://a.example/?n=2">for Somchai</a></p>'


def test_quotes_inside_an_expression_are_left_alone(project: Project) -> None:
    made = body_of(project, """{{ "a" ~ '<' ~ "b" }} {{ contact.company or 'you & "me"' }}""")
    assert made == '<p>a&lt;b you &amp; "me"</p>'


def test_lines_of_statements_stand_outside_of_paragraphs(project: Project) -> None:
    source = "One.\n{% if contact.country == 'TH' %}\nThai.\n{% else %}\nOther.\n{% endif %}\nEnd."
    assert re.sub(r"\s+", "", body_of(project, source)) == "<p>One.</p><p>Thai.</p><p>End.</p>"


def test_a_statement_inside_a_line_stays_inside(project: Project) -> None:
    assert body_of(project, "A{% if contact.phone %} B{% endif %} C") == "<p>A C</p>"


def test_a_loop_over_items_makes_one_list(project: Project) -> None:
    made = body_of(project, "{% for tag in contact.tags %}\n- {{ tag }}\n{% endfor %}\n\nEnd", tags=("a", "b"))
    assert re.sub(r"\s+", "", made) == "<ul><li>a</li><li>b</li></ul><p>End</p>"


def test_raw_text_and_comments_are_kept_from_jinja_and_reader(project: Project) -> None:
    made = body_of(project, "{% raw %}{{ x }}{% endraw %} {# **secret** #}end")
    assert made == "<p>{{ x }} end</p>"


def test_a_button_alone_in_its_paragraph_gets_a_cell_for_outlook(project: Project) -> None:
    made = body_of(project, "[Go](https://example.com){demo .button}\n\nOr [go](https://example.com/2){.button} here")
    assert '<td class="button-cell"><a' in made
    assert made.count('class="button"') == 2
    assert made.count("<table") == 1


def test_a_table_of_data_keeps_its_alignment(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\n| a | b |\n|---|--:|\n| 1 | 2 |\n")
    html = project.render().html or ""
    assert 'class="data"' in html
    assert re.search(r'<td style="[^"]*text-align:\s*right', html)


def test_an_error_names_the_line_of_the_markdown(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\n# Title\n\n- one\n- two\n\nA\nB {{ contact.nothing }}\n")
    with pytest.raises(InvalidInput) as caught:
        project.render()
    assert caught.value.where == "templates/emails/mail.md:10"


def test_a_mistake_of_syntax_names_the_line_of_the_markdown(project: Project) -> None:
    project.write("mail.md", "---\nsubject: x\n---\n# Title\n\n- one\n\n{% if x %}\n")
    with pytest.raises(InvalidInput) as caught:
        project.render()
    assert caught.value.where == "templates/emails/mail.md:8"


def test_a_script_link_in_markdown_is_never_a_link(project: Project) -> None:
    assert "href" not in body_of(project, "[x](javascript:alert(1))")


MJML = """---
subject: Hello
preheader: Before
---
<mjml>
  <mj-head><mj-preview>{{ preheader }}</mj-preview></mj-head>
  <mj-body>
    {% if contact.country == "TH" %}
    <mj-section><mj-column>
      {% for tag in contact.tags %}<mj-text>{{ tag }}</mj-text>{% endfor %}
      <mj-text>Hi {{ contact.first_name }}{% if contact.phone %}, ring us{% endif %}</mj-text>
      <mj-button href="{{ link('demo', 'https://example.com/?a=1&b=2') }}">Go</mj-button>
    </mj-column></mj-section>
    {% endif %}
    <mj-section><mj-column><mj-text>
      {{ company.address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a>
    </mj-text></mj-column></mj-section>
  </mj-body>
</mjml>
"""


def test_mjml_is_rendered_with_statements_between_its_elements(project: Project) -> None:
    project.write("mail.mjml", MJML)
    content = project.render(english(first_name="<mj-text>&</mj-text>", tags=("a", "b")))
    assert content.html is not None
    assert "Hi &lt;mj-text&gt;&amp;&lt;/mj-text&gt;" in content.html
    assert "<mj-" not in content.html and "zqj" not in content.html
    assert content.links[0].url == "https://example.com/?a=1&b=2"
    assert content.html.count("Before") == 1
    assert "fonts.googleapis" not in content.html
    assert "Go:" not in project.render(english(country="SG")).text


@pytest.mark.parametrize(
    "broken",
    [
        "<mjml><mj-body><mj-text></mj-body></mjml>",
        "hello",
        "<mjml><mj-body><mj-include path='/etc/passwd' /></mj-body></mjml>",
        "<mjml><mj-body><MJ-Include path='x' /></mj-body></mjml>",
        "<mjml><mj-body><mj-bogus>x</mj-bogus></mj-body></mjml>",
    ],
)
def test_what_is_no_mjml_is_refused(project: Project, broken: str) -> None:
    project.write("mail.mjml", f"---\nsubject: x\n---\n{broken}")
    with pytest.raises(InvalidInput, match=r"MJML|mj-include"):
        project.render()
