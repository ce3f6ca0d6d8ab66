"""A mail provider's token endpoint on loopback: it exchanges refresh tokens, rotates them, refuses, and vouches."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit


@dataclass(kw_only=True)
class Provider:
    """What it goes by, and the forms that it was sent. Access tokens are `access-1`, `access-2`, …"""

    refresh_token: str = "refresh-0"
    username: str = "mali"
    is_rotating: bool = False
    refusal: tuple[int, str] | None = None
    """A status and body instead of a token."""
    expires_in: Any = 3600
    asked: list[dict[str, str]] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    """Access tokens for which it vouches to the IMAP server."""
    port: int = 0
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/token"


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        provider, form = self.server.provider, dict(parse_qsl(body))
        provider.asked.append(form)
        if provider.refusal:
            status, text = provider.refusal
            self._send(status, text)
            return
        if form.get("refresh_token") != provider.refresh_token:
            refused = {"error": "invalid_grant", "error_description": f"Token {form.get('refresh_token')} was revoked."}
            self._send(400, json.dumps(refused))
            return
        number = next(provider.numbers)
        answer = {"access_token": f"access-{number}", "token_type": "Bearer", "expires_in": provider.expires_in}
        provider.good.add(f"access-{number}")
        if provider.is_rotating:
            provider.refresh_token = answer["refresh_token"] = f"refresh-{number}"
        self._send(200, json.dumps(answer))

    def do_GET(self) -> None:
        """Dovecot asks whose a token is."""
        token = parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]
        if token in self.server.provider.good:
            self._send(200, json.dumps({"email": self.server.provider.username, "expires_in": 3600}))
        else:
            self._send(401, json.dumps({"error": "invalid_token"}))

    def _send(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:  # silence
        pass


class _Server(ThreadingHTTPServer):
    provider: Provider


@contextmanager
def token_server() -> Iterator[Provider]:
    """A provider that answers, gone at the end."""
    provider = Provider()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.provider = provider
        provider.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
