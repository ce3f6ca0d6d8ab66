import html

from hypothesis import given, settings
from hypothesis import strategies as st

from nurture.rendering.text_part import derive
from tests.rendering.conftest import Project, english


def test_a_link_is_its_text_and_its_address() -> None:
    text = derive('<p>See <a href="https://a.example/x?a=1&amp;b=2">our <b>guide</b></a>, please.</p>')
    assert text == "See our guide: https://a.example/x?a=1&b=2, please.\n"


def test_an_address_is_not_said_twice() -> None:
    assert derive('<p><a href="https://a.example">https://a.example</a></p>') == "https://a.example\n"
    assert derive('<p><a href="mailto:a@b.example">a@b.example</a></p>') == "a@b.example\n"
    assert derive('<p>Ring <a href="tel:+6621234567">02 123 4567</a></p>') == "Ring 02 123 4567\n"


def test_an_image_is_what_its_alt_text_says() -> None:
    assert derive('<a href="https://a.example"><img src="x" alt="Our demo"></a>') == "[Our demo]: https://a.example\n"
    assert derive('<p>x<img src="https://a.example/o" alt="" width="1"></p>') == "x\n"


def test_what_is_hidden_is_left_out() -> None:
    assert derive('<div style="display: none;max-height:0">before</div><!-- note --><p>Hello</p>') == "Hello\n"


def test_tables_for_the_layout_leave_no_trace_and_data_stays_in_columns() -> None:
    data = "<table><tr><th>plan</th><th>price</th></tr><tr><td>free</td><td>0</td></tr></table>"
    layout = f'<table role="presentation"><tr><td>One</td><td style="padding:40px">{data}</td></tr></table>'
    assert derive(layout) == "One\n\nplan  price\nfree  0\n"


def test_lines_are_broken_at_spaces_only() -> None:
    thai = "วงจรการขายที่สั้นลงช่วยให้ทีมเล็กปิดการขายได้เร็วขึ้น" * 3
    address = "https://example.com/" + "x" * 120
    text = derive(f"<p>{'word ' * 30}</p><p>{thai}</p><p>{address}</p>")
    assert max(len(line) for line in text.splitlines() if "word" in line) <= 76
    assert thai in text.splitlines()
    assert address in text.splitlines()


def test_a_list_is_a_list() -> None:
    text = derive(f"<p>Before</p><ul><li>one</li><li>{'two ' * 30}</li></ul><p>After</p>")
    lines = text.splitlines()
    assert "* one" in lines
    assert lines[lines.index("* one") + 3].startswith("  two")
    assert text.endswith("\n\nAfter\n")


def test_the_layouts_text_has_everything_and_reads_well(project: Project) -> None:
    project.write(
        "mail.md", "---\nsubject: x\npreheader: hidden words\n---\n# Hello\n\n[Go](https://example.com/a){go .button}\n"
    )
    text = project.render(english()).text
    assert text == (
        "Acme Co. Ltd.\n\nHello\n\nGo: https://go.example.com/c/TOKEN/0\n\n"
        "You are receiving this email because you got in touch with Acme Co. Ltd. or\nleft us your address.\n\n"
        "Acme Co. Ltd.\n99 Rama I Rd, Bangkok 10330\n\nUnsubscribe: https://go.example.com/u/TOKEN\n"
    )


_WORDS = st.one_of(
    st.sampled_from(
        ["Ann", "amp", "A & B", 'Bo\'s "x"', "<b>", "39", "0", "p", "ไทย", "two  blanks", " edge ", "\ue100", ""]
    ),
    st.text(alphabet="ab &;#<>'\"1é\u00a0\n\t", max_size=6),
)


@settings(max_examples=150)
@given(values=st.lists(_WORDS, max_size=4), other=_WORDS)
def test_a_mail_reads_the_same_whatever_was_known_to_be_its_own(values: list[str], other: str) -> None:
    address = "https://a.example/c/TOKEN"
    shown = [html.escape(value) for value in [*values, other, *values]]
    document = (
        "".join(f"<p>0 amp {value}, Ann{value} &amp;{value};x <b>{value}</b></p>" for value in shown)
        + f'<a href="{address}/1">{" ".join(shown)}</a><a href="{address}/2">{address}/2</a>'
        + "".join(f"<ul><li>{value}</li></ul><pre>{value} </pre>" for value in shown)
        + f'<table role="presentation"><tr><td>{shown[0]}</td></tr></table>'
    )
    data = f"<table><tr><td>{shown[0]}</td><td>x</td></tr><tr><td>longer than that</td><td>y</td></tr></table>"
    for whole in (document, document + data):
        assert derive(whole, addresses=[address], values=values) == derive(whole)
