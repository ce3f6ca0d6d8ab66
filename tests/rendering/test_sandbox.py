"""Hostile templates: each attack ends soon, small, and with an error that names its place."""

import resource

import pytest

from nurture.errors import InvalidInput
from tests.rendering.conftest import Project, english

REACHING_INTO_PYTHON = [
    "{{ ''.__class__.__mro__ }}",
    "{{ contact.__class__ }}",
    "{{ contact['__class__'] }}",
    "{{ contact.email.format_map(contact) }}",
    "{{ '{0.__class__}'.format(contact) }}",
    "{{ clicked.__globals__ }}",
    "{{ clicked.answer }}",
    "{{ link.__call__.__globals__ }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ loop }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum(9) }}",
    "{{ namespace(a=1) }}",
    "{{ dict(a=1) }}",
    "{{ contact | attr('__class__') }}",
    "{{ ['a'] | map('upper') }}",
    "{{ now.strftime('%9999999d') }}",
    "{{ now.__class__.today() }}",
    "{{ contact.tags.__class__ }}",
    "{{ contact.tags.count('a') }}",
    "{{ [].append(1) }}",
    "{{ request }}",
    "{{ config }}",
    "{% macro f() %}{{ varargs }}{% endmacro %}{{ f(1) }}",
    "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}",
    "{% macro f() %}x{% endmacro %}{{ f.__globals__ }}{{ f._func }}",
    "{% macro f() %}x{% endmacro %}{{ f(*contact) }}",
    "{% for x in contact %}{{ x }}{% endfor %}",
    "{% for x in 'abc' %}{{ loop.__init__ }}{% endfor %}",
    "{% for x in [1] %}{{ loop._iterator }}{{ loop.changed }}{% endfor %}",
    "{% autoescape false %}{{ contact.email }}{% endautoescape %}",
    "{{ contact.email | safe }}",
    "{% set ns.x = 1 %}",
    "{% filter upper %}x{% endfilter %}",
    "{% include contact.email %}",
    "{% include ['a', 'b'] %}",
    "{% import contact.email as x %}",
    "{{ contact }}",
    "{{ clicked }}",
    "{{ {'a': 1} }}",
    "{{ undefined_thing }}",
    "{{ contact.frist_name | default('you') }}",
]


@pytest.mark.parametrize("attack", REACHING_INTO_PYTHON)
def test_nothing_of_python_can_be_reached(project: Project, attack: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        project.fragment(f"<p>\n{attack}</p>")
    assert caught.value.where.startswith("templates/emails/mail.html:6"), caught.value


_DOUBLING = "{% set x = 'aaaaaaaaaaaaaaaa' %}" + "{% set x = x ~ x %}" * 40
_TENFOLD = "['a','b','c','d','e','f','g','h','i','j']"
GREEDY = [
    "{{ 9 ** 9999999 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 'a' * 999999999 }}",
    "{{ 999999999 * 'a' }}",
    "{{ [0] * 999999999 }}",
    "{{ ('a', 'b') * 999999999 }}",
    "{{ '%999999999d' % 1 }}",
    "{{ '{:999999999}'.format(1) }}",
    "{{ 'a'.center(999999999) }}",
    "{{ 'a'.ljust(999999999) }}",
    "{{ 'a' | center(999999999) }}",
    "{{ 'a' | indent(999999999) }}",
    "{{ 'a' | wordwrap }}",
    "{{ range(999999999) | join }}",
    "{% for i in range(999999999) %}x{% endfor %}",
    "{{ 1 | round(-999999999) | abs | round(999999999) ~ undefined_thing }}",
    _DOUBLING,
    _DOUBLING.replace("x ~ x", "x + x"),
    _DOUBLING.replace("x = x ~ x", "x = [x, x] | join"),
    _DOUBLING.replace("x ~ x", "x | replace('a', 'aa')"),
    _DOUBLING.replace("{% set x = x ~ x %}", "{% set x %}{{ x }}{{ x }}{% endset %}"),
    "{% set x = [1, 1] %}" + "{% set x = [x, x] %}" * 60 + "{{ x }}",
    "{% set x = [1] %}" + "{% set x = [x, x] %}" * 60 + "{% set y = [1] %}"
    + "{% set y = [y, y] %}" * 60 + "{{ x == y }}",
    "{% set x = [1] %}" + "{% set x = [x, x] %}" * 60 + "{{ x | join }}",
    f"{{% for a in {_TENFOLD} %}}" * 12 + "x" + "{% endfor %}" * 12,
    f"{{% for a in {_TENFOLD} %}}" * 5 + f"{{% for b in {_TENFOLD} if false %}}x{{% endfor %}}" + "{% endfor %}" * 5,
    f"{{% for a in {_TENFOLD} %}}" * 5 + "x" * 500 + "{% endfor %}" * 5,
    "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(80) }}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) ~ f(n - 1) }}{% else %}aaaaaaaaaa{% endif %}{% endmacro %}{{ f(60) }}",
    "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}",
    "{% include 'mail.html' %}",
    "{{ " + "1 == (" * 30 + "1" + ") == 1" * 30 + " }}",
    "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "{{ " + "-" * 50000 + "1 }}",
    "{{ " + "not " * 50000 + "1 }}",
    "{{ 1" + " + 1" * 30000 + " }}",
    "{{ x" + ".a" * 30000 + " }}",
    "{{ " + "9" * 100_000 + " }}",
    "{% if x %}" * 3000 + "{% endif %}" * 3000,
    "{% for x in [1] %}" * 300 + "{% endfor %}" * 300,
    "x" * 300_000,
    "<div>" * 30_000,
    "<div><table></div></table>" * 5_000,
    "<div a<>" * 20_000,
    "<b><p>" * 10_000,
]  # fmt: skip


@pytest.mark.parametrize("attack", GREEDY, ids=lambda attack: attack[:60])
def test_time_and_memory_stay_bounded(project: Project, attack: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InvalidInput):
        project.fragment(attack)
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert kilobytes < 150_000


@pytest.mark.parametrize(
    "body",
    [
        "<!--" * 50_000,
        "<!-- " + "<!--" * 50_000 + " -->",
        "<!-- " + "<a " * 50_000 + " -->",
        "<!-- " + '<a "' * 50_000 + " -->",
        "<img " * 40_000,
        '<img "' * 40_000,
        "<link " * 40_000,
        "<a " + "x " * 80_000,
        "<a" + " on" * 80_000,
        "[a](https://a.example){" + " " * 200_000,
        "{% if true %}\n- x\n\ntext\n{% endif %}\n" * 500,
        "{{ 1 }}" * 4_000,
        "\ue000" * 200_000,
        "[" * 50_000,
        "> " * 20_000,
        "*a **a " * 20_000,
        "- " * 20_000,
        "|a" * 2_000 + "\n" + "|-" * 2_000 + "\n" + "|b" * 2_000,
    ],
    ids=lambda body: body[:30],
)
def test_odd_texts_take_no_long_time_to_read(project: Project, body: str) -> None:
    for kind in ("md", "html"):
        path = project.write(f"mail.{kind}", f"---\nsubject: x\n---\n{body}")
        project.check()
        project.renderer.links_of("mail")
        path.unlink()


@pytest.mark.parametrize("inside", ["<mj-wrapper>" * 10_000, "<mj-text>" + "<div>" * 20_000, "<!--" * 50_000])
def test_deep_mjml_does_not_end_the_process(project: Project, inside: str) -> None:
    project.write("mail.mjml", f"---\nsubject: x\n---\n<mjml><mj-body>{inside}")
    with pytest.raises(InvalidInput):
        project.render()


def test_a_family_of_files_that_take_each_other_in_ends(project: Project) -> None:
    for depth in range(40):
        project.write(f"parts/p{depth}.html", f"{{% include 'parts/p{depth + 1}.html' %}}" * 2)
    project.write("parts/p40.html", "x")
    with pytest.raises(InvalidInput, match="steps"):
        project.fragment("{% include 'parts/p0.html' %}")


@pytest.mark.parametrize(
    ("attack", "limit"),
    [
        ("{% set x = '" + "a" * 60_000 + "' %}{{ x ~ x }}", "100,000 characters"),
        ("{% set x = '" + "a" * 90_000 + "' %}" + "{% set y = x ~ 'b' %}" * 60, "4,000,000 characters"),
        (f"{{% for a in {_TENFOLD} %}}" * 3 + "{% if true %}{% endif %}" * 500 + "{% endfor %}" * 3, "200,000 steps"),
        ("<div>" * 300, "inside each other"),
        ("<i></i>" * 7_000, "6,000 elements"),
    ],
    ids=["text", "all texts", "steps", "depth", "elements"],
)
def test_each_limit_holds_by_itself(project: Project, attack: str, limit: str) -> None:
    with pytest.raises(InvalidInput, match=limit):
        project.fragment(attack)


def test_a_mail_beyond_its_size_is_refused(project: Project) -> None:
    loop = "{% for a in ['1','2','3','4','5','6','7'] %}"
    with pytest.raises(InvalidInput, match="500 kB"):
        project.fragment(f"{loop}{'x' * 90_000}{{% endfor %}}")


@pytest.mark.parametrize(
    "path",
    [
        "../secret.html",
        "/etc/passwd",
        "..\\secret.html",
        "parts/../../secret.html",
        "link.html",
        "parts/a.html\0",
        "C:/x",
    ],
)
def test_only_files_of_the_templates_folder_are_taken_in(project: Project, path: str) -> None:
    (project.root / "templates" / "secret.html").write_text("SECRET")
    (project.root / "templates" / "emails" / "link.html").symlink_to(project.root / "templates" / "secret.html")
    with pytest.raises(InvalidInput):
        project.fragment(f"{{% include {path!r} %}}")


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../secret", "", "a//b", "mail.html", "a\\b", "link"]
)
def test_a_template_is_named_by_a_plain_path(project: Project, name: str) -> None:
    (project.root / "templates" / "secret.html").write_text("SECRET")
    (project.root / "templates" / "emails" / "link.html").symlink_to(project.root / "templates" / "secret.html")
    with pytest.raises(InvalidInput):
        project.render(template=name, subject="x")


def test_ordinary_templates_have_room_enough(project: Project) -> None:
    rows = "<tr>" + "<td>{{ contact.first_name }} {{ loop.index }}</td>" * 20 + "</tr>"
    numbers = str([f"n{n}" for n in range(100)])
    content = project.fragment(f"<table>{{% for n in {numbers} %}}{rows}{{% endfor %}}</table>", english())
    assert content.html is not None and content.html.count("Somchai") == 2000
