"""DKIM: our own relaxed/relaxed signer with its key kept loaded, since the library for it takes 20 times as long."""

import base64
import hashlib
import re
from email.utils import parseaddr
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nurture.delivery.settings import DkimSettings
from nurture.errors import InvalidInput

SIGNED = (
    "from",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "feedback-id",
    "auto-submitted",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
)
"""Signed once more than they are there, so that nobody can add another (RFC 6376 8.15)."""

_MIN_RSA_BITS = 2048
_LABELS = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")
_SPACE = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")


class Signer:
    """Signs messages for one sender; loading the key is the slow part, so keep the signer."""

    def __init__(self, settings: DkimSettings) -> None:
        """Raises InvalidInput for a key that is missing, broken, locked or too weak, with what to do about it."""
        if not _LABELS.fullmatch(settings.selector):
            raise InvalidInput(
                f"{settings.selector!r} is not a DKIM selector.", hint="Use letters, digits and hyphens."
            )
        if settings.domain is not None and not _LABELS.fullmatch(settings.domain):
            raise InvalidInput(f"{settings.domain!r} is not a DKIM domain.", hint="Write it in ASCII, as xn--….")
        self._selector = settings.selector
        self._domain = settings.domain
        self._key = _load(settings.key_file)

    def sign(self, raw: bytes) -> bytes:
        """`raw` (CRLF throughout) with a DKIM-Signature before it: rsa-sha256, or ed25519-sha256 as in RFC 8463."""
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = _fields(head)
        digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
        names = [name for name in SIGNED for _ in range(len(fields.get(name, [])) + 1)]
        algorithm = "rsa" if isinstance(self._key, RSAPrivateKey) else "ed25519"
        unsigned = (
            f"v=1; a={algorithm}-sha256; c=relaxed/relaxed; d={self._domain or _from_domain(fields)};"
            f"\r\n s={self._selector}; h={_folded(names)};\r\n bh={digest};\r\n b="
        )
        signed = b"".join(
            relaxed_field(name, body) + b"\r\n" for name in SIGNED for body in reversed(fields.get(name, []))
        )
        signature = self._signature(signed + relaxed_field("dkim-signature", unsigned.encode()))
        pieces = [signature[at : at + 72] for at in range(0, len(signature), 72)]
        return f"DKIM-Signature: {unsigned}{(chr(13) + chr(10) + ' ').join(pieces)}\r\n".encode() + raw

    def _signature(self, data: bytes) -> str:
        if isinstance(self._key, RSAPrivateKey):
            made = self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        else:
            made = self._key.sign(hashlib.sha256(data).digest())
        return base64.b64encode(made).decode()


def relaxed_field(name: str, body: bytes) -> bytes:
    """A header field as RFC 6376 3.4.2 hashes it, without its CRLF.

    >>> relaxed_field("Subject", b" hello\\r\\n  world ")
    b'subject:hello world'
    """
    return name.lower().encode() + b":" + _SPACE.sub(b" ", body.replace(b"\r\n", b"")).strip(b" \t")


def relaxed_body(body: bytes) -> bytes:
    """The body as RFC 6376 3.4.4 hashes it.

    >>> relaxed_body(b"a  b \\r\\n\\r\\n\\r\\n")
    b'a b\\r\\n'
    """
    if b"  " in body or b"\t" in body:
        body = _SPACE.sub(b" ", body)
    body = body.replace(b" \r\n", b"\r\n").rstrip(b" ")
    stripped = body.rstrip(b"\r\n")
    return stripped + b"\r\n" if stripped else b""


def _fields(head: bytes) -> dict[str, list[bytes]]:
    """Field bodies by lower-case name, in order."""
    fields: dict[str, list[bytes]] = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _, body = line.partition(b":")
        fields.setdefault(name.decode("ascii", "replace").strip().lower(), []).append(body)
    return fields


def _from_domain(fields: dict[str, list[bytes]]) -> str:
    address = parseaddr(fields.get("from", [b""])[0].decode("utf-8", "replace"))[1]
    domain = address.rpartition("@")[2]
    if not _LABELS.fullmatch(domain):
        raise InvalidInput("The message has no From address whose domain could sign it.")
    return domain.lower()


def _folded(names: list[str]) -> str:
    lines = [""]
    for name in names:
        if len(lines[-1]) + len(name) > 70:
            lines.append("")
        lines[-1] += name + ":"
    return "\r\n ".join(lines).rstrip(":")


def _load(key_file: Path) -> RSAPrivateKey | Ed25519PrivateKey:
    where = str(key_file)
    try:
        pem = key_file.read_bytes()
    except FileNotFoundError:
        raise InvalidInput("There is no DKIM key file.", where=where, hint=_how_to_make(key_file)) from None
    except OSError as error:
        raise InvalidInput(f"The DKIM key cannot be read: {error.strerror}.", where=where) from None
    try:
        key = load_pem_private_key(pem, password=None)
    except TypeError:
        hint = "Take the passphrase off: openssl pkey -in OLD -out NEW; then chmod 600 NEW."
        raise InvalidInput("The DKIM key is locked with a passphrase.", where=where, hint=hint) from None
    except (ValueError, UnsupportedAlgorithm):
        hint = "It must be a private key in PEM form. " + _how_to_make(key_file)
        raise InvalidInput("The DKIM key cannot be understood.", where=where, hint=hint) from None
    if isinstance(key, RSAPrivateKey):
        if key.key_size < _MIN_RSA_BITS:
            message = f"The DKIM key has {key.key_size} bits; mail providers want {_MIN_RSA_BITS} or more."
            raise InvalidInput(message, where=where, hint=_how_to_make(key_file))
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    raise InvalidInput("The DKIM key is neither RSA nor Ed25519.", where=where, hint=_how_to_make(key_file))


def _how_to_make(key_file: Path) -> str:
    return f"Make one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out {key_file.name}"
