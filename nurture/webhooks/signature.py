"""The signature by which the receiver of a webhook knows that it is ours, whole, and not an old one sent again."""

import hashlib
import hmac


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the `Nurture-Signature` header: HMAC-SHA-256 over timestamp, a dot and the body as sent.

    `timestamp` is in whole seconds since the epoch; a receiver refuses one that is more than some minutes old.

    >>> sign("secret", 1772416800, b"{}")[:25]
    't=1772416800,v1=805a95056'
    """
    mac = hmac.digest(secret.encode(), b"%d." % timestamp + body, hashlib.sha256)
    return f"t={timestamp},v1={mac.hex()}"
