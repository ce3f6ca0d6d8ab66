"""Countries and languages as people write them, as the codes that the rest of the house uses."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_OTHER_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "AE": ("UAE", "United Arab Emirates", "สหรัฐอาหรับเอมิเรตส์"),
        "AU": ("AUS", "ออสเตรเลีย"),
        "BN": ("BRN", "Brunei Darussalam", "บรูไน"),
        "CA": ("CAN", "แคนาดา"),
        "CH": ("CHE", "Schweiz", "Suisse", "สวิตเซอร์แลนด์", "สวิส"),
        "CN": ("CHN", "PR China", "People's Republic of China", "จีน"),
        "CZ": ("CZE", "Czechia", "เช็ก"),
        "DE": ("DEU", "Deutschland", "เยอรมนี", "เยอรมัน"),
        "ES": ("ESP", "España", "สเปน"),
        "FR": ("FRA", "ฝรั่งเศส"),
        "GB": ("GBR", "UK", "United Kingdom", "Great Britain", "England", "Scotland", "Wales", "สหราชอาณาจักร", "อังกฤษ"),
        "HK": ("HKG", "Hong Kong SAR", "ฮ่องกง"),
        "ID": ("IDN", "อินโดนีเซีย"),
        "IN": ("IND", "Bharat", "อินเดีย"),
        "IT": ("ITA", "Italia", "อิตาลี"),
        "JP": ("JPN", "ญี่ปุ่น"),
        "KH": ("KHM", "กัมพูชา", "เขมร"),
        "KR": ("KOR", "South Korea", "Korea", "Republic of Korea", "เกาหลีใต้", "เกาหลี"),
        "LA": ("LAO", "Lao PDR", "ลาว"),
        "MM": ("MMR", "Myanmar", "Burma", "เมียนมา", "เมียนมาร์", "พม่า"),
        "MO": ("MAC", "Macao", "มาเก๊า"),
        "MY": ("MYS", "มาเลเซีย"),
        "NL": ("NLD", "Holland", "The Netherlands", "Nederland", "เนเธอร์แลนด์", "ฮอลแลนด์"),
        "NZ": ("NZL", "นิวซีแลนด์"),
        "PH": ("PHL", "The Philippines", "ฟิลิปปินส์"),
        "RU": ("RUS", "Russian Federation", "รัสเซีย"),
        "SE": ("SWE", "Sverige", "สวีเดน"),
        "SG": ("SGP", "สิงคโปร์"),
        "TH": ("THA", "ไทย", "ประเทศไทย"),
        "TL": ("Timor-Leste", "ติมอร์-เลสเต"),
        "TW": ("TWN", "Taiwan, ROC", "ไต้หวัน"),
        "US": ("USA", "United States of America", "U.S.", "U.S.A.", "America", "สหรัฐอเมริกา", "สหรัฐ", "สหรัฐฯ", "อเมริกา"),
        "VN": ("VNM", "Viet Nam", "เวียดนาม"),
    }
)
_LANGUAGE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "english": "en",
        "อังกฤษ": "en",
        "ภาษาอังกฤษ": "en",
        "thai": "th",
        "ไทย": "th",
        "ภาษาไทย": "th",
        "chinese": "zh",
        "จีน": "zh",
        "japanese": "ja",
        "ญี่ปุ่น": "ja",
        "german": "de",
        "deutsch": "de",
        "french": "fr",
        "français": "fr",
        "spanish": "es",
        "español": "es",
        "malay": "ms",
        "indonesian": "id",
        "vietnamese": "vi",
        "korean": "ko",
    }
)
_ISO_639_1 = frozenset(
    re.findall(
        r"[a-z]{2}",
        """
        aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
        eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
        jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
        nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
        sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
        """,
    )
)
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")


def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a country's code, or of its English or Thai name; None where nobody knows it.

    >>> country_code("th"), country_code("สิงคโปร์"), country_code("Viet Nam"), country_code("Siam")
    ('TH', 'SG', 'VN', None)
    """
    return _countries().get(_plain(text))


def country_names() -> tuple[str, ...]:
    """Every name and code that `country_code` knows, in the plain form, for finding the nearest."""
    return tuple(_countries())


def language_tag(text: str) -> str | None:
    """The BCP 47 tag of a language's tag or name, in its usual case; None where it is none.

    >>> language_tag("TH"), language_tag("en_us"), language_tag("ไทย"), language_tag("zh-hant-TW"), language_tag("xx")
    ('th', 'en-US', 'th', 'zh-Hant-TW', None)
    """
    text = text.strip()
    if named := _LANGUAGE_NAMES.get(unicodedata.normalize("NFC", text.casefold())):
        return named
    tag = _TAG.fullmatch(text)
    if tag is None:
        return None
    language, script, region = tag.groups(default="")
    language = language.lower()
    if len(language) == 2 and language not in _ISO_639_1:
        return None
    return "-".join(part for part in (language, script.title(), region.upper()) if part)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFC", text).replace("&", "and").replace("’", "'").replace(".", "")
    return " ".join(letters.casefold().split())


@cache
def _countries() -> Mapping[str, str]:
    """Plain names to codes: tzdata's table, which has every code with its usual English name, and ours."""
    known: dict[str, str] = {}
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line.startswith("#") or "\t" not in line:
            continue
        code, name = line.split("\t")[:2]
        known[_plain(code)] = known[_plain(name)] = code
        known.setdefault(_plain(re.sub(r"\s*\(.*?\)", "", name)), code)
    for code, names in _OTHER_NAMES.items():
        known |= {_plain(name): code for name in names}
    return MappingProxyType(known)
