"""A pinned address changes nothing about whose certificate is asked for: the named host's."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from nurture.webhooks.call import Delivered, Retry, WebhookResult, call, open_client

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and self-signed certificate of hooks.example.com."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example.com")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example.com")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "hooks.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Quiet(BaseHTTPRequestHandler):
    """Takes everything."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Nothing."""


@contextmanager
def encrypted_server(certificate: Path) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def call_host(host: str, port: int, trusted: Path | None) -> WebhookResult:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async def run() -> WebhookResult:
        trust = ssl.create_default_context(cafile=trusted) if trusted else None
        async with open_client(trust) as client:
            url = f"https://{host}:{port}/"
            return await call(client, url, {}, secret="s", event_id="e", now=NOW, allow_loopback=True, resolve=resolve)

    return asyncio.run(run())


def test_the_certificate_of_the_named_host_is_accepted_at_the_pinned_address(certificate: Path) -> None:
    with encrypted_server(certificate) as port:
        assert call_host("hooks.example.com", port, certificate) == Delivered(status=204)


@pytest.mark.parametrize("host", ["other.example.com", "127.0.0.1"])
def test_the_certificate_of_another_host_is_not_accepted(certificate: Path, host: str) -> None:
    with encrypted_server(certificate) as port:
        result = call_host(host, port, certificate)
    assert isinstance(result, Retry)
    assert "certificate" in result.reason.lower()


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(certificate: Path) -> None:
    with encrypted_server(certificate) as port:
        result = call_host("hooks.example.com", port, None)
    assert isinstance(result, Retry)
    assert "certificate" in result.reason.lower()
