"""What made-up people write back: sentences of every mood in their own language, and what their mail servers say."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

from nurture.domain.verdict import Intent

Mood = Literal["interested", "question", "later", "declined"]

SENTENCES: Mapping[tuple[Mood, str], tuple[str, ...]] = MappingProxyType(
    {
        ("interested", "en"): (
            "In a notebook, and I lose it twice a week. Yes please, show me how you do it.",
            "Good timing. We tried a spreadsheet and nobody opens it. Can I see a demo?",
            "This is just what we are missing. How do we begin?",
            "Sounds good. My colleague and I would like to try it this week.",
        ),
        ("interested", "th"): (
            "จดในสมุดค่ะ หายบ่อยมาก สนใจค่ะ ขอดูเดโมหน่อย",
            "สนใจครับ ทีมเรามีสามคน เริ่มใช้อย่างไรครับ",
            "ตอนนี้จำเอาในหัวครับ ลืมลูกค้าประจำเลย อยากลองใช้ดู",
            "น่าสนใจมากค่ะ ขอลองใช้สัปดาห์นี้ได้ไหมคะ",
        ),
        ("question", "en"): (
            "Does it work on a phone? Most of us are out with customers all day.",
            "Can two people share one customer? And where is our data kept?",
            "We already have an accounting program. Do the two talk to each other?",
        ),
        ("question", "th"): (
            "ใช้บนมือถือได้ไหมครับ พนักงานขายออกไปข้างนอกทั้งวัน",
            "ข้อมูลลูกค้าเก็บไว้ที่ไหนคะ ปลอดภัยไหม",
            "ออกใบกำกับภาษีภาษาไทยได้หรือเปล่าครับ",
        ),
        ("later", "en"): (
            "Interesting, but we are moving office. Please write again next month.",
            "Not now, we are in the middle of stocktaking. After that, gladly.",
        ),
        ("later", "th"): (
            "ช่วงนี้ยุ่งมากค่ะ เดือนหน้าค่อยคุยกันใหม่นะคะ",
            "ตอนนี้กำลังปิดงบครับ ขอเป็นเดือนหน้าครับ",
        ),
        ("declined", "en"): (
            "Thank you, but we are happy with what we have.",
            "No thanks. My cousin built us something and I may not replace it.",
        ),
        ("declined", "th"): (
            "ขอบคุณครับ แต่ยังไม่สนใจครับ",
            "ไม่สะดวกค่ะ เรามีระบบของเราอยู่แล้ว ขอบคุณค่ะ",
        ),
    }
)

_SAID: Mapping[tuple[Intent, str], str] = MappingProxyType(
    {
        ("interested", "en"): "Sounds good, how do we begin?",
        ("interested", "th"): "สนใจครับ ขอดูเดโมหน่อย",
        ("question", "en"): "Can two people share one customer?",
        ("question", "th"): "ใช้บนมือถือได้ไหมครับ",
        ("not_now", "en"): "Not now, we are very busy. Perhaps later.",
        ("not_now", "th"): "ช่วงนี้ยุ่งมากค่ะ ยังไม่สะดวกค่ะ",
        ("not_interested", "en"): "No thank you, we are not interested.",
        ("not_interested", "th"): "ขอบคุณครับ แต่ยังไม่สนใจครับ",
        ("wrong_person", "en"): "You have the wrong person, I have nothing to do with sales here.",
        ("other", "en"): "We opened a second shop near the river last year.",
    }
)
"""One plain sentence for each intent, naming no day, since a day would move what a pause lasts."""


def said(intent: Intent, language: str | None) -> str:
    """Words that are judged to be of that intent; in English where there are none in their language."""
    return _SAID.get((intent, language or "en")) or _SAID[intent, "en"]


_THAI_MONTHS = ("มกราคม", "กุมภาพันธ์", "มีนาคม", "เมษายน", "พฤษภาคม", "มิถุนายน",
                "กรกฎาคม", "สิงหาคม", "กันยายน", "ตุลาคม", "พฤศจิกายน", "ธันวาคม")  # fmt: skip


def away_words(language: str, back_on: date) -> tuple[str, str]:
    """Subject and text of an automatic reply; Thai ones count years as Thai calendars do.

    >>> away_words("en", date(2026, 3, 18))[1]
    'I am out of the office and will be back on 18 March 2026. I read my mail when I return.'
    """
    if language == "th":
        day = f"{back_on.day} {_THAI_MONTHS[back_on.month - 1]} {back_on.year + 543}"
        return "ตอบกลับอัตโนมัติ", f"ขณะนี้ไม่อยู่ที่สำนักงาน จะกลับมาทำงานวันที่ {day} ค่ะ"
    day = f"{back_on.day} {back_on:%B %Y}"
    text = f"I am out of the office and will be back on {day}. I read my mail when I return."
    return "Automatic reply: out of the office", text
