"""Tokens in URLs and addresses: which message they belong to and what for, signed so that none can be guessed.

A token holds 8 bytes of the message's row id and 16 bytes of HMAC-SHA-256 over purpose and id: in lower base32 without
padding where capitals may get lost (the local part of an address), in base64url elsewhere. No address is ever in it.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

TokenPurpose = Literal["open", "click", "unsubscribe", "reply"]
_MAC_BYTES = 16


def _mac(key: bytes, purpose: TokenPurpose, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, hashlib.sha256)[:_MAC_BYTES]


def sign_token(purpose: TokenPurpose, message_id: int, key: bytes) -> str:
    """The token of message row `message_id`: 32 characters of base64url, or 39 of lower base32 for `reply`.

    >>> read_token("click", sign_token("click", 7, b"k" * 32), [b"k" * 32])
    7
    """
    body = message_id.to_bytes(8, "big")
    raw = body + _mac(key, purpose, body)
    if purpose == "reply":
        return base64.b32encode(raw).decode().rstrip("=").lower()
    return base64.urlsafe_b64encode(raw).decode()


def read_token(purpose: TokenPurpose, token: str, keys: Sequence[bytes]) -> int | None:
    """The message row id, or None for a token that none of `keys` (newest first) signed for this purpose."""
    try:
        if purpose == "reply":
            raw = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
        else:
            raw = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 8 + _MAC_BYTES:
        return None
    body, mac = raw[:8], raw[8:]
    matches = [hmac.compare_digest(_mac(key, purpose, body), mac) for key in keys]
    return int.from_bytes(body, "big") if any(matches) else None
