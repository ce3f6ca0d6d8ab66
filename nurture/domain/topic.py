"""The topic of a thread: a subject without what mail programs put before it when they answer or forward."""

import re

# Re and Fwd as mail programs in some thirty languages write them; a number or brackets may follow (Re[2]:, Re(2):).
_MARKS = (
    "re|r|aw|antw|antwort|sv|vs|vá|va|ref|rif|res|resp|rv|odp|ynt|cevap|yn|ha|bls|balas|tl|jwb|vl|atb|atsak|"
    "fw|fwd|wg|tr|enc|i|doorst|vb|pd|ilt|továbbítás|trs|"
    "σχετ|απ|πρθ|ответ|пересл|відп|回复|回覆|答复|答覆|转发|轉寄|轉發|返信|転送|회신|답장|전달|ตอบกลับ|ส่งต่อ|ตอบ|"
    "הועבר|השב|תשובה|رد|إعادة توجيه|trả lời|chuyển tiếp"
)
_MARK = re.compile(rf"\s{{0,9}}(?:{_MARKS})\s{{0,3}}(?:[\[(]\d{{1,3}}[\])]|\^\d{{1,3}})?\s{{0,3}}[:：]\s{{0,9}}", re.I)
_TAG = re.compile(r"\s{0,9}\[[^\[\]]{1,40}\]\s{0,9}")
_SPACE = re.compile(r"\s+")
_MOST_MARKS = 20


def topic(subject: str) -> str:
    """The subject in lower case, single spaces, without marks of answering and tags such as [EXTERNAL] before it.

    >>> topic("AW: [EXTERNAL] Re[2]:  Your sales  cycle"), topic("ตอบกลับ: วงจรการขาย"), topic("Real: estate")
    ('your sales cycle', 'วงจรการขาย', 'real: estate')
    """
    rest = subject[:500]
    for _ in range(_MOST_MARKS):
        found = _MARK.match(rest) or _TAG.match(rest)
        if found is None or found.end() == len(rest):
            break
        rest = rest[found.end() :]
    return _SPACE.sub(" ", rest).strip().casefold()
