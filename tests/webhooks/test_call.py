"""A webhook is one signed POST to the address that was judged, and its answer is a value."""

import asyncio
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nurture.webhooks.call import Delivered, Json, Refused, Retry, WebhookResult, call, open_client

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECRET = "a secret"

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Receiver:
    """A real server on loopback that keeps what it was sent."""

    port: int
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def url(self, host: str = "127.0.0.1", path: str = "/hook") -> str:
        return f"http://{host}:{self.port}{path}"


def answering(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


@contextmanager
def receiver(answer: Answer) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.requests.append((self.path, dict(self.headers), body))
            answer(self)

        def log_message(self, *args: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        there = Receiver(port=server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield there
        finally:
            server.shutdown()
            thread.join()


def call_once(
    url: str,
    payload: dict[str, Json] | None = None,
    *,
    allow_loopback: bool = True,
    addresses: Sequence[str] | None = None,
    timeout: timedelta = timedelta(seconds=10),
) -> WebhookResult:
    async def resolve(host: str, port: int) -> Sequence[str]:
        if addresses is None:
            raise OSError(f"no such host {host}")
        return addresses

    async def run() -> WebhookResult:
        async with open_client() as client:
            return await call(
                client,
                url,
                payload or {},
                secret=SECRET,
                event_id="run-7/webhook",
                now=NOW,
                timeout=timeout,
                allow_loopback=allow_loopback,
                resolve=resolve,
            )

    return asyncio.run(run())


def test_the_receiver_gets_json_with_a_signature_that_it_can_check_and_a_stable_id() -> None:
    with receiver(answering(204)) as there:
        payload: dict[str, Json] = {"name": "สมชาย", "tags": ("a", "b"), "at": NOW, "on": date(2026, 3, 2), "n": 1.5}
        assert call_once(there.url(), payload) == Delivered(status=204)
    ((path, headers, body),) = there.requests
    assert path == "/hook"
    assert json.loads(body) == {
        "name": "สมชาย",
        "tags": ["a", "b"],
        "at": "2026-03-02T02:00:00Z",
        "on": "2026-03-02",
        "n": 1.5,
    }
    timestamp, mac = (part.split("=")[1] for part in headers["Nurture-Signature"].split(","))
    assert int(timestamp) == NOW.timestamp()
    assert mac == hmac.new(SECRET.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Idempotency-Key"] == "run-7/webhook"
    assert headers["Content-Type"] == "application/json"


def test_the_connection_goes_to_the_judged_address_and_names_the_host() -> None:
    with receiver(answering(200)) as there:
        result = call_once(there.url("localhost"), addresses=["127.0.0.1"])
    assert result == Delivered(status=200)
    assert there.requests[0][1]["Host"] == f"localhost:{there.port}"


def test_where_one_address_takes_no_connection_the_next_is_tried() -> None:
    with receiver(answering(200)) as there:
        assert call_once(there.url("localhost"), addresses=["127.9.9.9", "127.0.0.1"]) == Delivered(status=200)
    assert len(there.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_delivered(status: int) -> None:
    with receiver(answering(status)) as there:
        assert call_once(there.url()) == Delivered(status=status)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with receiver(answering(status, body=b"later,\n please")) as there:
        assert call_once(there.url()) == Retry(reason=f"{status}: later, please")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
def test_what_will_not_pass_is_refused_with_the_receivers_words(status: int) -> None:
    with receiver(answering(status, body=b"field email is missing")) as there:
        assert call_once(there.url()) == Refused(reason=f"{status}: field email is missing")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with receiver(answering(status, {"Location": "/elsewhere"})) as there:
        result = call_once(there.url())
    assert isinstance(result, Refused)
    assert [path for path, _, _ in there.requests] == ["/hook"]


@pytest.mark.parametrize(
    ("value", "after"),
    [
        ("120", timedelta(seconds=120)),
        ("Mon, 02 Mar 2026 02:10:00 GMT", timedelta(minutes=10)),
        ("Mon, 02 Mar 2026 01:00:00 GMT", timedelta()),
        ("99999999", timedelta(days=1)),
        ("-5", None),
        ("soon", None),
        ("9" * 400, None),
    ],
)
def test_the_wait_that_the_receiver_asks_for_is_honoured_within_a_day(value: str, after: timedelta | None) -> None:
    with receiver(answering(503, {"Retry-After": value})) as there:
        assert call_once(there.url()) == Retry(reason="503", after=after)


def test_an_answer_without_end_is_cut_off() -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(400)
        request.end_headers()
        try:
            while True:
                request.wfile.write(b"x" * 65536)
        except OSError:
            request.close_connection = True

    with receiver(endless) as there:
        assert call_once(there.url()) == Refused(reason="400: " + "x" * 200)


def test_an_answer_that_does_not_come_is_given_up_after_the_timeout() -> None:
    release = threading.Event()

    def silent(request: BaseHTTPRequestHandler) -> None:
        release.wait()

    with receiver(silent) as there:
        result = call_once(there.url(), timeout=timedelta(milliseconds=50))
        release.set()
    assert result == Retry(reason="no answer within 0.05 s")


def test_a_cookie_is_not_brought_back() -> None:
    async def twice(url: str) -> None:
        async with open_client() as client:
            for _ in range(2):
                await call(client, url, {}, secret=SECRET, event_id="x", now=NOW, allow_loopback=True)

    with receiver(answering(200, {"Set-Cookie": "a=b"})) as there:
        asyncio.run(twice(there.url()))
    assert [("Cookie" in headers) for _, headers, _ in there.requests] == [False, False]


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with receiver(answering(200)) as there:
        url = there.url()
    result = call_once(url)
    assert isinstance(result, Retry)
    assert result.after is None


def test_a_name_that_does_not_resolve_is_tried_again() -> None:
    assert call_once("https://nowhere.example.com/") == Retry(reason="no answer: no such host nowhere.example.com")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "not encrypted"),
        ("ftp://example.com/", "no web address"),
        ("https:///path", "no web address"),
        ("not a url", "no web address"),
        ("https://user:pass@example.com/", "no user name"),
        ("https://example.com:99999/", "no URL"),
    ],
)
def test_a_url_that_no_webhook_may_call_is_refused(url: str, words: str) -> None:
    result = call_once(url, addresses=["93.184.216.34"])
    assert isinstance(result, Refused)
    assert words in result.reason


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.1"],
        ["172.16.3.4"],
        ["192.168.1.1"],
        ["100.64.0.1"],
        ["169.254.169.254"],
        ["0.0.0.0"],
        ["224.0.0.1"],
        ["255.255.255.255"],
        ["fe80::1%eth0"],
        ["fd00::1"],
        ["fec0::1"],
        ["::"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:a00:1::1"],
        ["ff02::1"],
        ["93.184.216.34", "10.0.0.1"],
    ],
)
def test_a_name_that_leads_into_a_private_network_is_refused(addresses: list[str]) -> None:
    result = call_once("https://hooks.example.com/", addresses=addresses)
    assert isinstance(result, Refused)
    assert "not on the public internet" in result.reason


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "https://[::1]/", "https://localhost/", "http://127.0.0.1/"])
def test_loopback_is_refused_unless_it_is_allowed(url: str) -> None:
    assert isinstance(call_once(url, allow_loopback=False, addresses=["127.0.0.1"]), Refused)


def test_localhost_in_clear_that_leads_elsewhere_is_refused() -> None:
    result = call_once("http://localhost/", addresses=["93.184.216.34"])
    assert isinstance(result, Refused)
    assert "not encrypted" in result.reason
