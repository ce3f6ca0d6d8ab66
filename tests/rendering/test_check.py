import pytest

from nurture.domain.campaign import EmailAction
from tests.rendering.conftest import Project
from tests.support.builders import a_campaign, a_stage, a_step

HEAD = "---\nsubject: Hello\n---\n"


@pytest.fixture
def both(project: Project) -> Project:
    """A project whose mail is there in Thai too, so that no warning says it is not."""
    project.write("mail.th.md", f"{HEAD}สวัสดี")
    return project


def test_a_good_template_has_no_problem(both: Project) -> None:
    both.write(
        "mail.md", f"{HEAD}Hello {{{{ contact.first_name | default('you') }}}}, [demo](https://example.com){{demo}}"
    )
    assert both.check() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a\nb {{ contact.frist_name }}", "mail.md:5 unknown-field"),
        ("{% if false %}{{ contact.frist_name }}{% endif %}", "mail.md:4 unknown-field"),
        ("{{ first_name }}", "mail.md:4 unknown-name"),
        ("{{ sender.nme }}{{ 1 }}", "mail.md:4 unknown-field"),
        ("{{ last('trial_started').end }}", "mail.md:4 unknown-field"),
        ("{{ event.frm }}", "mail.md:4 unknown-field"),
        ("{{ happened('trial_startd') }}", "mail.md:4 unknown-event"),
        ("{{ happened('trial_started', within='7 days') }}", "mail.md:4 bad-duration"),
        ("{{ enrolled('othr') }}", "mail.md:4 unknown-campaign"),
        ("{{ 'x' | uper }}", "mail.md:4 unknown-filter"),
        ("{{ 'x' is numbre }}", "mail.md:4 unknown-test"),
        ("{{ offer.code }}", "mail.md:4 later"),
        ("{% if x", "mail.md:4 template-syntax"),
        ("{% endif %}", "mail.md:4 template-syntax"),
        ("\n\n{{ 2 ** 3 }}", "mail.md:6 template-syntax"),
        ("{{ range(3) }}", "mail.md:4 unknown-name"),
        ("{{ contact.email | truncate('x') }}", "mail.md:4 template-error"),
        ("<script>x</script>", "mail.md:4 unsafe-html"),
        ("a\n\n<p\n onclick='x'>y</p>", "mail.md:7 unsafe-html"),
        ("<p title={{ contact.email }}>x</p>", "mail.md:4 unsafe-html"),
        ("[x](javascript:alert)", "mail.md:4 unsafe-link"),
        ("<a href='ftp://x.example'>x</a>", "mail.md:4 unsafe-link"),
        ("<a href='{{ contact.website }}'>x</a>", "mail.md:0 unsafe-link"),
        ("[a](https://a.example){x} [b](https://b.example){x}", "mail.md:4 link-duplicate"),
        ("{{ link(contact.email, 'https://a.example') }}", "mail.md:4 link-name"),
        ("{{ link('two words', 'https://a.example') }}", "mail.md:4 link-name"),
        ("Look: <img src='https://a.example/x.png'>", "mail.md:4 image-alt"),
        ("<img src='https://a.example/x.png' alt='x'>\n{# nothing else #}", "mail.md:0 text-missing"),
        ("![Our shop](https://a.example/x.png)", "mail.md:0 text-missing"),
        ("a\n[x](http://shop.example/a)", "mail.md:5 clear-link"),
        ("<a href='http://shop.example:80'>x</a>", "mail.md:4 clear-link"),
        ("{{ link('shop', 'http://shop.example') }}", "mail.md:4 clear-link"),
        ("Look: [](https://shop.example)", "mail.md:4 empty-link"),
        ("Look: [{{ contact.company }}](https://shop.example)", "mail.md:4 empty-link"),
        ("Look: <a href='https://shop.example'><img src='https://a.example/x.png' alt=''></a>", "mail.md:4 empty-link"),
        ("{% include 'parts/gone.html' %}", "mail.md:4 template-error"),
        ("word " * 22_000, "mail.md:0 too-large"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_line(both: Project, body: str, expected: str) -> None:
    both.write("mail.md", HEAD + body)
    assert both.check() == [expected]


@pytest.mark.parametrize("hidden", ["unsubscribe_url", "company.address"])
def test_a_duty_that_is_hidden_from_people_who_are_known_is_missed(both: Project, hidden: str) -> None:
    duties = {"unsubscribe_url": "[Unsubscribe]({{ unsubscribe_url }})", "company.address": "{{ company.address }}"}
    shown = " ".join(
        f"{{% if not contact.phone %}}{text}{{% endif %}}" if name == hidden else text for name, text in duties.items()
    )
    both.write("mail.md", f"---\nsubject: Hello\nlayout: none\n---\n{shown}")

    assert both.check() == [f"mail.md:0 {'unsubscribe' if hidden == 'unsubscribe_url' else 'address'}-missing"]


@pytest.mark.parametrize(
    "body",
    [
        "[here](http://localhost:8025/try), [there](http://127.0.0.1/x)",
        "<p>Write http:// before it.</p>",
        "Look: <a href='https://shop.example'><img src='https://a.example/x.png' alt='Our shop'></a>",
        "[{{ contact.company or 'Your shop' }}](https://shop.example)",
        "{{ contact.email }}",
    ],
)
def test_what_only_looks_like_a_mistake_is_none(both: Project, body: str) -> None:
    both.write("mail.md", HEAD + body)
    assert both.check() == []


def test_a_picture_with_a_text_part_of_its_own_is_no_mail_of_pictures_alone(both: Project) -> None:
    both.write("mail.md", f"{HEAD}![Our shop](https://a.example/x.png)")
    both.write("mail.txt", "Our shop is open. {{ unsubscribe_url }} {{ company.address }}")
    assert both.check() == []


def test_a_hint_names_the_nearest_right_word_and_its_column(both: Project) -> None:
    both.write("mail.md", f"{HEAD}Hello {{{{ contact.frist_name }}}}")
    (problem,) = both.renderer.check(EmailAction(template="mail"), file="campaigns/cycle.yaml")
    assert str(problem) == (
        "templates/emails/mail.md:4:18: error [unknown-field] `contact.frist_name` is not known"
        " (did you mean `first_name`?)"
    )


def test_all_problems_of_all_languages_come_at_once(project: Project) -> None:
    project.write("mail.md", f"{HEAD}{{{{ contact.a }}}}\n{{{{ contact.b }}}}")
    project.write("mail.th.md", f"{HEAD}{{{{ contact.c }}}}")
    assert project.check() == ["mail.md:4 unknown-field", "mail.md:5 unknown-field", "mail.th.md:4 unknown-field"]


def test_a_language_without_its_own_text_is_a_warning(project: Project) -> None:
    project.write("mail.md", f"{HEAD}x")
    (problem,) = project.renderer.check(EmailAction(template="mail"), file="campaigns/cycle.yaml")
    assert (problem.code, problem.severity) == ("language-missing", "warning")
    assert "mail.th.md" in problem.hint


def test_what_the_step_itself_says_is_shown_at_the_step(both: Project) -> None:
    both.write("mail.md", f"{HEAD}x")
    assert both.check(subject="Hi {{ contact.frist_name }}") == ["campaigns/cycle.yaml:7 unknown-field"]
    assert both.check(preheader="{% if") == ["campaigns/cycle.yaml:7 template-syntax"]
    assert both.check(attach=("gone.pdf",)) == ["campaigns/cycle.yaml:7 attachment"] * 1
    assert both.check("mial") == ["campaigns/cycle.yaml:7 template-missing"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x", "mail.md:0 subject-missing"),
        ("---\nsubject: '{{ contact.frist_name }}'\n---\nx", "mail.md:2 unknown-field"),
        ("---\nsubjet: x\n---\nx", "mail.md:2 head"),
        ("---\nsubject: x\nlayout: none\n---\n{{ company.address }}", "mail.md:0 unsubscribe-missing"),
        ("---\nsubject: x\nlayout: none\n---\n[u]({{ unsubscribe_url }})", "mail.md:0 address-missing"),
    ],
)
def test_subject_way_out_and_address_must_be_there(both: Project, source: str, expected: str) -> None:
    both.write("mail.md", source)
    assert both.check() == [expected]


def test_steps_and_links_are_looked_up_in_the_campaign(both: Project) -> None:
    both.write("mail.md", f"{HEAD}[a](https://a.example){{demo}} {{{{ clicked('dmeo') }}}} {{{{ clicked('demo') }}}}")
    campaign = a_campaign(a_stage("first", a_step("mail", EmailAction(template="mail"))))
    assert both.check(campaign=campaign) == ["mail.md:4 unknown-step"]
    both.write("mail.md", f"{HEAD}{{{{ sent('mail') }}}} {{{{ opened('mial') }}}}")
    assert both.check(campaign=campaign) == ["mail.md:4 unknown-step"]


def test_a_text_of_the_campaign_is_checked_too(project: Project) -> None:
    check = project.renderer.check_text
    assert check("Ring {{ contact.first_name }}", file="campaigns/cycle.yaml") == []
    (problem,) = check("Ring {{ sender.name }}", file="campaigns/cycle.yaml", line=3, column=4)
    assert (problem.line, problem.column, problem.code) == (3, 4, "unknown-name")


def test_two_sources_are_shown_at_the_second(project: Project) -> None:
    project.write("mail.md", f"{HEAD}x")
    project.write("mail.html", f"{HEAD}x")
    assert project.check() == ["mail.md:0 template-duplicate"]


def test_a_text_part_is_checked_like_its_mail(both: Project) -> None:
    both.write("mail.md", f"{HEAD}x")
    both.write("mail.txt", "a\n{{ contact.frist_name }}")
    assert both.check() == ["mail.txt:2 unknown-field"]
