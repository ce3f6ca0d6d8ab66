"""Rendering's look at a subject: what keeps a mail from being seen, opened or believed."""

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 50
"""Characters of a subject that the narrowest phones show."""

_ANSWERS = re.compile(r"\s*(re|fwd?|aw|wg|tr|rv|ตอบ|ส่งต่อ)\s*(\[\d+\])?\s*[:：]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SHOUTS = re.compile(r"[!！]\s*[!！]|[?？]\s*[!！]|[!！]\s*[?？]")
_SPAM = (
    "100% free", "100% guaranteed", "act now", "apply now", "as seen on", "best price", "buy now", "buy direct",
    "call now", "cash bonus", "cheap", "click below", "click here", "double your", "earn extra cash", "earn money",
    "easy money", "extra cash", "extra income", "fast cash", "financial freedom", "free access", "free gift",
    "free money", "get it now", "get rich", "incredible deal", "limited time", "lowest price", "make money",
    "million dollars", "miracle", "no catch", "no obligation", "no questions asked", "no strings attached",
    "once in a lifetime", "order now", "pure profit", "risk free", "risk-free", "special promotion",
    "this is not spam", "urgent", "viagra", "weight loss", "while supplies last", "work from home",
    "you are a winner", "you have been selected", "you have won", "you won", "you're a winner", "you've won", "$$$",
)  # fmt: skip
_SPAM_IN_THAI = (
    "กู้เงิน", "การันตี 100%", "กำไรงาม", "คลิกที่นี่", "คลิกเลย", "คุณได้รับรางวัล", "คุณเป็นผู้โชคดี", "งานพาร์ทไทม์รายได้ดี",
    "เงินด่วน", "แจกฟรี", "ซื้อเลย", "ดอกเบี้ยต่ำ", "ด่วนที่สุด", "ถูกที่สุด", "ทำเงินง่าย", "ฟรี 100%", "มีจำนวนจำกัด",
    "รวยเร็ว", "รวยทันที", "รับเงินฟรี", "รับทันที", "รายได้เสริม", "ลดน้ำหนัก", "ลดสูงสุด", "สั่งซื้อเลย", "สมัครด่วน",
    "โอกาสสุดท้าย", "โอกาสเดียวในชีวิต", "ห้ามพลาด",
)  # fmt: skip
_SPAM_PATTERN = re.compile("|".join(rf"(?<!\w){re.escape(words)}(?!\w)" for words in _SPAM), re.IGNORECASE)
"""Thai writes no spaces between words, so that only the other list can ask for the ends of a word."""

Remark = tuple[str, str, str]
"""Code, message and hint."""


def subject_remarks(subject: str, *, is_thread_reply: bool) -> Iterator[Remark]:
    """What is odd about a subject as somebody gets it.

    >>> [code for code, _, _ in subject_remarks("Re: ACT NOW!!", is_thread_reply=False)]
    ['subject-reply', 'subject-shouting', 'subject-spam']
    """
    length = width(subject)
    if length > LONGEST:
        hint = f"phones show about {LONGEST}: say first what matters, and cut the rest"
        yield "subject-long", f"the subject has {length} characters", hint
    if not is_thread_reply and (found := _ANSWERS.match(subject)):
        hint = "write `thread: reply` on the step, or take it out"
        yield "subject-reply", f"`{found[0].strip()}` says that this is an answer, and it is none", hint
    if _SHOUTS.search(subject) or _is_in_capitals(subject):
        yield "subject-shouting", "the subject shouts", "write it in small letters, with one mark at most"
    if spam := spam_in(subject):
        yield "subject-spam", f"filters take `{spam}` for spam", "say what the mail brings, in plain words"


def width(text: str) -> int:
    """How many letters wide the text is shown: signs above and below a letter take no room, a CJK sign takes two.

    >>> width("ทดลองใช้"), width("你好"), width("e\u0301")
    (7, 4, 1)
    """
    shown = (sign for sign in text if unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in shown)


def spam_in(text: str) -> str | None:
    """The first of the words that filters know, in English or Thai."""
    if found := _SPAM_PATTERN.search(text):
        return found[0]
    return next((words for words in _SPAM_IN_THAI if words in text), None)


def _is_in_capitals(text: str) -> bool:
    """Two long words in capitals, or most of a text: one alone may be a name (NASA, THAILAND)."""
    words = _WORD.findall(text)
    loud = [word for word in words if len(word) >= 3 and word.isupper()]
    cased = sum(sign.isupper() or sign.islower() for word in words for sign in word)
    return sum(len(word) >= 4 for word in loud) >= 2 or (len(loud) > 1 and sum(map(len, loud)) * 2 > cased)
