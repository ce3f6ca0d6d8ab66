"""Domains at which anybody may have a mailbox: two addresses there are not colleagues."""

_NAMES = """
gmail googlemail outlook hotmail live msn passport windowslive yahoo ymail rocketmail aol icloud me mac gmx web
freenet t-online arcor mail email inbox bk list yandex ya rambler qq foxmail 163 126 yeah sina sohu 139 189 aliyun
naver daum hanmail nate kakao docomo ezweb softbank nifty biglobe orange wanadoo free sfr laposte bbox neuf
libero virgilio tiscali alice tin proton protonmail pm tutanota tuta fastmail hushmail zoho posteo mailbox
comcast verizon att sbcglobal bellsouth cox charter btinternet virginmedia sky talktalk blueyonder ntlworld
bigpond optusnet xtra telus rogers shaw sympatico terra uol bol ig telefonica telenet skynet ziggo kpnmail xs4all
planet home wp onet interia o2 seznam centrum azet abv ukr rediffmail thaimail
"""
SHARED_NAMES = frozenset(_NAMES.split())
_COUNTRY_PARTS = frozenset({"co", "com", "net", "ne", "or", "org", "ac"})


def is_shared(domain: str) -> bool:
    """Whether strangers share that mail domain; by its name under whatever country.

    >>> is_shared("gmail.com"), is_shared("yahoo.co.th"), is_shared("mail.acme.co.th"), is_shared("acme.co.th")
    (True, True, False, False)
    """
    labels = domain.lower().rstrip(".").split(".")
    if len(labels) == 3 and labels[1] in _COUNTRY_PARTS:
        labels = [labels[0], labels[2]]
    return len(labels) < 2 or (len(labels) == 2 and labels[0] in SHARED_NAMES)
