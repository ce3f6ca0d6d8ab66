"""Signatures, verified by dkimpy, which is not ours."""

import base64
import re
from collections.abc import Callable
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nurture.delivery.dkim import Signer
from nurture.delivery.settings import DkimSettings
from nurture.domain.content import MailUrls
from nurture.errors import InvalidInput
from tests.delivery.test_compose import THAI, a_content, composed

Published = Callable[..., bytes]
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ED25519_KEY = ed25519.Ed25519PrivateKey.generate()


def key_file(
    folder: Path, key: PrivateKeyTypes, locked: KeySerializationEncryption | None = None, name: str = "dkim.pem"
) -> Path:
    path = folder / name
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked or NoEncryption()))
    return path


def published(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> Published:
    """DNS with the public key of `nurture._domainkey.example.com` and nothing else."""
    if isinstance(key, rsa.RSAPrivateKey):
        record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(
            key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        )
    else:
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        record = b"v=DKIM1; k=ed25519; p=" + base64.b64encode(public)

    def look_up(name: bytes | str, timeout: int = 5) -> bytes:
        known = name if isinstance(name, bytes) else name.encode()
        return record if known.rstrip(b".") == b"nurture._domainkey.example.com" else b""

    return look_up


def a_rich_message() -> bytes:
    return composed(
        content=a_content(subject=THAI, text=THAI, html=f"<p>{THAI}</p>  \n\n<p>\tend</p>\n\n\n"),
        urls=MailUrls(unsubscribe="https://mail.example.com/u/" + "a" * 500),
        list_id="cycle.acme",
        in_reply_to="<b@x>",
        references=["<a@x>", "<b@x>"],
        reply_to="mali+abc@example.com",
    )


@pytest.fixture(params=[RSA_KEY, ED25519_KEY], ids=["rsa", "ed25519"])
def signing(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Signer, Published]:
    key = request.param
    return Signer(DkimSettings(selector="nurture", key_file=key_file(tmp_path, key))), published(key)


def test_a_signature_is_verified_by_another_implementation(signing: tuple[Signer, Published]) -> None:
    signer, dns = signing
    raw = a_rich_message()
    signed = signer.sign(raw)
    assert signed.endswith(raw)
    assert dkim.verify(signed, dnsfunc=dns)
    assert max(map(len, signed.partition(b"\r\n\r\n")[0].split(b"\r\n"))) < 998


@pytest.mark.parametrize(
    "change",
    [
        (b"mail.example.com/u/", b"evil.example.com/u/"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
        (b"To: Somchai", b"To: Somsak"),
        (b"Subject: ", b"Subject: x"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nSubject: another"),
        (b"From: Mali", b"From: <evil@example.com>\r\nFrom: Mali"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nCc: other@example.com"),
        (b"--\r\n", b"--\r\nmore\r\n"),
    ],
)
def test_a_change_or_an_added_header_breaks_the_signature(
    signing: tuple[Signer, Published], change: tuple[bytes, bytes]
) -> None:
    signer, dns = signing
    signed = signer.sign(a_rich_message())
    signature, rest = signed.split(b"From:", 1)
    changed = signature + (b"From:" + rest).replace(*change)
    assert changed != signed
    assert not dkim.verify(changed, dnsfunc=dns)


def test_what_unsubscribes_is_signed_and_what_must_be_single_is_signed_twice(
    signing: tuple[Signer, Published],
) -> None:
    signed = signing[0].sign(a_rich_message())
    found = re.search(rb"h=([^;]*);", signed)
    assert found
    names = re.sub(rb"\s", b"", found[1]).split(b":")
    assert names.count(b"list-unsubscribe") == names.count(b"list-unsubscribe-post") == 2
    assert [names.count(name) for name in (b"from", b"to", b"subject", b"date", b"reply-to")] == [2] * 5
    assert names.count(b"cc") == 1


def test_fields_that_stand_twice_are_signed_from_the_last_up(signing: tuple[Signer, Published]) -> None:
    signer, dns = signing
    raw = b"From: a@example.com\r\nReply-To: b@example.com\r\nReply-To: c@example.com\r\n\r\nhello\r\n"
    assert dkim.verify(signer.sign(raw), dnsfunc=dns)


def with_crlf(text: str) -> bytes:
    return re.sub(r"\r\n|\r|\n", "\r\n", text + "\n").encode()


@given(
    body=st.just(b"") | st.text(alphabet=st.sampled_from("a. \t\r\n")).map(with_crlf),
    subject=st.text(alphabet=st.sampled_from("a \té")),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_any_space_is_canonicalised_as_the_verifier_does(tmp_path: Path, body: bytes, subject: str) -> None:
    path = tmp_path / "dkim.pem"
    if not path.exists():
        key_file(tmp_path, ED25519_KEY)
    signer = Signer(DkimSettings(selector="nurture", key_file=path))
    raw = f"From: a@example.com\r\nSubject:  {subject}\r\n folded\r\n".encode() + b"\r\n" + body
    assert dkim.verify(signer.sign(raw), dnsfunc=published(ED25519_KEY))


def test_the_domain_is_the_senders_unless_another_is_set(tmp_path: Path) -> None:
    path = key_file(tmp_path, ED25519_KEY)
    assert b"d=example.com;" in Signer(DkimSettings(selector="s1", key_file=path)).sign(a_rich_message())
    other = DkimSettings(selector="s1", key_file=path, domain="mail.example.net")
    assert b"d=mail.example.net;" in Signer(other).sign(a_rich_message())


def test_a_message_from_nobody_is_not_signed(tmp_path: Path) -> None:
    signer = Signer(DkimSettings(selector="s1", key_file=key_file(tmp_path, ED25519_KEY)))
    with pytest.raises(InvalidInput, match="no From address"):
        signer.sign(b"Subject: x\r\n\r\n")


def test_a_key_that_cannot_be_used_is_told_with_what_to_do(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n")
    locked = key_file(tmp_path, RSA_KEY, BestAvailableEncryption(b"secret"), "locked.pem")
    weak_key = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  it must be refused
    cases = {
        tmp_path / "missing.pem": "There is no DKIM key file",
        tmp_path: "cannot be read",
        broken: "cannot be understood",
        locked: "locked with a passphrase",
        key_file(tmp_path, weak_key, name="weak.pem"): "has 1024 bits",
        key_file(tmp_path, ec.generate_private_key(ec.SECP256R1()), name="ec.pem"): "neither RSA nor Ed25519",
    }
    for path, message in cases.items():
        with pytest.raises(InvalidInput, match=message) as raised:
            Signer(DkimSettings(selector="nurture", key_file=path))
        assert raised.value.where == str(path)


@pytest.mark.parametrize("selector", ["", "a b", "x; d=evil.example", "é"])
def test_a_selector_that_is_none_is_told(tmp_path: Path, selector: str) -> None:
    with pytest.raises(InvalidInput, match="not a DKIM selector"):
        Signer(DkimSettings(selector=selector, key_file=key_file(tmp_path, ED25519_KEY)))


def test_a_domain_that_is_none_is_told(tmp_path: Path) -> None:
    path = key_file(tmp_path, ED25519_KEY)
    with pytest.raises(InvalidInput, match="not a DKIM domain"):
        Signer(DkimSettings(selector="nurture", key_file=path, domain="ตัวอย่าง.ไทย"))
