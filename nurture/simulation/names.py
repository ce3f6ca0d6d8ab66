"""What made-up people and companies are called, and where they live; no domain here is anybody's (RFC 2606)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """`mailbox` is the local part of the address."""

    first: str
    last: str
    mailbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country, the names (a key of NAMES) and language of a person there; `timezone` for those who live abroad."""

    country: str
    names: str
    language: str
    timezone: str | None = None


def _names(lines: str) -> tuple[Name, ...]:
    """Of lines such as `สมชาย ใจดี somchai`."""
    found = []
    for line in lines.strip().splitlines():
        first, last, mailbox = line.split()
        found.append(Name(first=first, last=last, mailbox=mailbox))
    return tuple(found)


NAMES: Mapping[str, tuple[Name, ...]] = MappingProxyType(
    {
        "thai": _names("""
            สมชาย ใจดี somchai
            สมหญิง ศรีสุข somying
            กิตติ วงศ์ทอง kitti
            นภา รัตนกุล napa
            วิชัย พงษ์ไพร wichai
            อรทัย แก้วมณี orathai
            ประเสริฐ สุขสันต์ prasert
            สุดา จันทร์เพ็ญ suda
            ธนา เจริญผล thana
            พิมพ์ใจ ทองดี pimjai
            อนันต์ บุญมา anan
            วราภรณ์ สายสมร waraporn
            ชาญชัย มั่นคง chanchai
            รัตนา ปัญญาดี rattana
            สุรชัย นิลวงศ์ surachai
            กาญจนา ภักดี kanchana
            ณัฐพล ศรีวิไล nattapon
            เบญจมาศ คำแก้ว benjamas
            ปิยะ ทองสุข piya
            ศิริพร แสงอรุณ siriporn
            มานพ พรหมมา manop
            จิราภา ใจงาม jirapa
            ไพศาล อินทร์แก้ว paisan
            ดวงใจ ชูศรี duangjai
            เอกชัย วัฒนา ekachai
            ลลิตา พูนทรัพย์ lalita
            ภาคิน ธรรมรักษ์ pakin
            นันทนา เพชรรัตน์ nantana
        """),
        "thai in English": _names("""
            Ploy Suwan ploy
            Krit Phanomwan krit.p
            Nok Charoen nok
            Arthit Boonsri arthit
            May Thongchai may
            Tanawat Sirikul tanawat
            Fern Limsakul fern
            Pong Wattana pong
            Ice Kanjana ice
            Bank Rungroj bank
            Mook Saelim mook
            Win Jaidee win
            Ann Pattara ann
            Golf Somboon golf
        """),
        "singapore": _names("""
            Wei Tan wei.tan
            Priya Nair priya
            Aisyah Rahman aisyah
            Marcus Lim marcus
            Mei Wong mei
            Arjun Pillai arjun
            Siti Hassan siti
            Daniel Goh daniel
            Hui Ng hui
            Kavitha Raj kavitha
            Jun Chua jun
            Farah Ismail farah
            Rachel Teo rachel
            Vikram Menon vikram
            Xin Lee xin
            Irfan Yusof irfan
            Grace Koh grace
            Deepa Kumar deepa
            Kelvin Ong kelvin
            Nadia Salleh nadia
            Ben Sim ben
            Shanti Das shanti
        """),
        "malaysia": _names("""
            Zul Ahmad zul
            Hui-Min Yap huimin
            Farid Osman farid
        """),
        "vietnam": _names("""
            Minh Nguyen minh
            Linh Tran linh
            Thuy Pham thuy
        """),
        "japan": _names("""
            Hana Sato hana
            Kenji Mori kenji
            Yuki Abe yuki
        """),
        "indonesia": _names("""
            Budi Santoso budi
            Dewi Lestari dewi
            Rina Putri rina
        """),
        "philippines": _names("""
            Maria Cruz maria
            Jose Reyes jose
            Paolo Ramos paolo
        """),
    }
)

PLACES: Mapping[str, tuple[Place, ...]] = MappingProxyType(
    {
        "cycle": (
            *[Place(country="TH", names="thai", language="th")] * 4,
            *[Place(country="TH", names="thai in English", language="en")] * 2,
            *[Place(country="SG", names="singapore", language="en")] * 3,
            Place(country="SG", names="singapore", language="en", timezone="Europe/London"),
        ),
        "trial": (
            Place(country="MY", names="malaysia", language="en"),
            Place(country="VN", names="vietnam", language="en"),
            Place(country="JP", names="japan", language="en"),
            Place(country="ID", names="indonesia", language="en"),
            Place(country="PH", names="philippines", language="en"),
        ),
    }
)
"""Those who are in the audience of the sales cycle, and those who sign up for a trial from elsewhere."""

COMPANIES: tuple[tuple[str, str], ...] = (
    ("Baan Coffee", "baancoffee.example"),
    ("Siam Print", "siamprint.example"),
    ("Orchid Dental", "orchiddental.example"),
    ("Lotus Travel", "lotustravel.example"),
    ("Chang Logistics", "changlogistics.example"),
    ("Mekong Foods", "mekongfoods.example"),
    ("Merlion Design", "merliondesign.example"),
    ("Raffles Yoga", "rafflesyoga.example"),
    ("Harbour Books", "harbourbooks.example"),
    ("Jasmine Florist", "jasmineflorist.example"),
    ("Bamboo Works", "bambooworks.example"),
    ("Golden Rice", "goldenrice.example"),
    ("Tuk Tuk Tours", "tuktuktours.example"),
    ("Silk Road Textiles", "silkroad.example"),
    ("Blue Lagoon Spa", "bluelagoon.example"),
    ("Northern Crafts", "northerncrafts.example"),
    ("Sunrise Solar", "sunrisesolar.example"),
    ("Little Panda Tuition", "littlepanda.example"),
    ("Straits Accounting", "straitsaccounting.example"),
    ("Mango Street Catering", "mangostreet.example"),
    ("Pixel Monsoon", "pixelmonsoon.example"),
    ("Old Town Bikes", "oldtownbikes.example"),
    ("Emerald Interiors", "emeraldinteriors.example"),
    ("Tamarind Clinic", "tamarindclinic.example"),
)
