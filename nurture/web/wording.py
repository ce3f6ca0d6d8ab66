"""What the pages say, in every language that we speak; a further one is one more entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The page's sentences; `{company}` in them is the sender's company."""

    title: str
    question: str
    all_mail: str
    this_series: str
    button: str
    done_title: str
    done: str


ENGLISH = Words(
    title="Unsubscribe",
    question="What would you rather not get from {company} any more?",
    all_mail="All news and offers",
    this_series="Only this series of mails",
    button="Unsubscribe",
    done_title="Done",
    done="You will get no more of these mails. You may close this page.",
)
THAI = Words(
    title="ยกเลิกการรับอีเมล",
    question="คุณไม่ต้องการรับอีเมลใดจาก {company} อีกต่อไป",
    all_mail="ข่าวสารและข้อเสนอทั้งหมด",
    this_series="เฉพาะอีเมลชุดนี้",
    button="ยกเลิกการรับ",
    done_title="เรียบร้อยแล้ว",
    done="คุณจะไม่ได้รับอีเมลเหล่านี้อีก ปิดหน้านี้ได้เลย",
)
SPOKEN: Mapping[str, Words] = MappingProxyType({"en": ENGLISH, "th": THAI})


def words_in(wanted: str | None, languages: Sequence[str]) -> tuple[str, Words]:
    """The language and its words: the wanted one, its base (`th` of `th-TH`), then the project's, then English.

    >>> words_in("th-TH", ["en"])[0], words_in("xx", ["de", "th"])[0]
    ('th', 'th')
    """
    for language in (wanted or "", *languages):
        for tag in (language.lower(), language.lower().partition("-")[0]):
            if tag in SPOKEN:
                return tag, SPOKEN[tag]
    return "en", ENGLISH
