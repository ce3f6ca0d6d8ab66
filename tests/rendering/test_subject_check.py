import pytest

from nurture.rendering.subject_check import subject_remarks
from tests.rendering.conftest import Project


def codes(subject: str, *, is_thread_reply: bool = False) -> list[str]:
    return [code for code, _, hint in subject_remarks(subject, is_thread_reply=is_thread_reply) if hint]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("How the best small companies of Bangkok follow up a price", "subject-long"),
        ("เครื่องมือเล็ก ๆ ที่ช่วยให้บริษัทในกรุงเทพฯ ปิดการขายได้เร็วขึ้นกว่าเดิมมาก", "subject-long"),
        ("二十六个字的标题在手机上太长了所以后面的字没有人看得见", "subject-long"),
        ("Re: your enquiry", "subject-reply"),
        ("FW : the guide", "subject-reply"),
        ("ตอบ: เรื่องราคา", "subject-reply"),
        ("Our guide is here!!", "subject-shouting"),
        ("Have you seen it?!", "subject-shouting"),
        ("READ THIS NOW please", "subject-shouting"),
        ("Our guide: SALES CYCLES explained", "subject-shouting"),
        ("A risk-free month", "subject-spam"),
        ("Buy now and save", "subject-spam"),
        ("โอกาสสุดท้ายของเดือนนี้", "subject-spam"),
        ("ดูคู่มือได้แล้ว คลิกที่นี่", "subject-spam"),
    ],
)
def test_each_odd_subject_is_named(subject: str, expected: str) -> None:
    assert codes(subject) == [expected]


@pytest.mark.parametrize(
    "subject",
    [
        "A subject of exactly fifty characters, all in all.",
        "เวลาลูกค้าถามราคา คุณจดไว้ที่ไหนว่าต้องติดต่อกลับเมื่อไร",
        "A free 30-day trial",
        "Thank you! We have your order",
        "Reminder: your trial ends on Friday",
        "Regarding your question",
        "NASA and us",
        "Your CRM in 30 days",
        "How to avoid cheapening a brand",
        "Is it urgently needed?",
        "",
    ],
)
def test_a_plain_subject_is_let_be(subject: str) -> None:
    assert codes(subject) == []


def test_an_answer_in_its_thread_may_say_that_it_is_one() -> None:
    assert codes("Re: your enquiry", is_thread_reply=True) == []


def test_a_subject_is_as_long_as_somebody_unknown_gets_it(project: Project) -> None:
    name = "{% if contact.first_name %}, {{ contact.first_name }}, whose name is a long one{% endif %}"
    for language in ("", ".th"):
        project.write(f"mail{language}.md", f"---\nsubject: A subject of forty characters, all in{name}\n---\nHello")

    assert project.check() == []
