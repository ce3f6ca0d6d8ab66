"""One signed POST to somebody else's system, and what became of it as a value."""

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from nurture.domain.value import Value
from nurture.errors import InvalidInput
from nurture.webhooks.signature import sign
from nurture.webhooks.target import Resolve, Target, pin, read_url, system_resolve

Json = Value | Mapping[str, "Json"] | Sequence["Json"]

_TRY_AGAIN = frozenset({408, 425, 429})
_LONGEST_WAIT = timedelta(days=1)
_MOST_OF_AN_ANSWER = 2048  # bytes that are read of a refusal, to quote it


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The receiver took it."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """It may go later; `after` is the wait that the receiver asked for, None where it named none."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It is pointless to repeat: the URL or what is sent has to change."""

    reason: str


WebhookResult = Delivered | Retry | Refused


def open_client(trust: ssl.SSLContext | None = None) -> httpx.AsyncClient:
    """A client to share between calls and to close at the end; `trust` holds other certificates than the public ones.

    It knows no proxies, which would resolve names themselves, past the judgement of where a call may go. Nothing is
    kept between calls, neither connections nor cookies: they would go by address, and two hosts may share one.
    """
    return httpx.AsyncClient(
        follow_redirects=False,
        trust_env=False,
        verify=trust or True,
        headers={"User-Agent": "nurture-webhook"},
        limits=httpx.Limits(max_keepalive_connections=0),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    )


async def call(
    client: httpx.AsyncClient,
    url: str,
    payload: Mapping[str, Json],
    *,
    secret: str,
    event_id: str,
    now: datetime,
    timeout: timedelta = timedelta(seconds=10),
    allow_loopback: bool = False,
    resolve: Resolve = system_resolve,
) -> WebhookResult:
    """POST `payload` as JSON. `event_id` is the same in every attempt, so that the receiver can tell a repetition.

    `timeout` is for the whole of it, name resolution included. Nothing is raised for what the other side does.
    """
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain).encode()
    try:
        async with asyncio.timeout(timeout.total_seconds()):
            target = await pin(
                read_url(url, allow_loopback=allow_loopback), resolve=resolve, allow_loopback=allow_loopback
            )
            headers = {
                "Host": target.host,
                "Content-Type": "application/json",
                "Idempotency-Key": event_id,
                "Nurture-Signature": sign(secret, int(now.timestamp()), body),
            }
            return await _post(client, target, body, headers, now)
    except InvalidInput as refused:
        return Refused(reason=str(refused))
    except TimeoutError:
        return Retry(reason=f"no answer within {timeout.total_seconds():g} s")
    except (httpx.HTTPError, OSError) as error:
        return Retry(reason=f"no answer: {error or type(error).__name__}")


async def _post(
    client: httpx.AsyncClient, target: Target, body: bytes, headers: Mapping[str, str], now: datetime
) -> WebhookResult:
    """The answer of the first address that takes a connection; once connected there is no second attempt."""
    *others, last = target.pinned
    for address in others:
        try:
            return await _post_to(client, address, target.sni, body, headers, now)
        except httpx.ConnectError:
            continue
    return await _post_to(client, last, target.sni, body, headers, now)


async def _post_to(
    client: httpx.AsyncClient, url: httpx.URL, sni: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> WebhookResult:
    extensions = {"sni_hostname": sni}
    async with client.stream(
        "POST", url, content=body, headers=headers, timeout=None, extensions=extensions
    ) as response:
        return await _judge(response, now)


async def _judge(response: httpx.Response, now: datetime) -> WebhookResult:
    status = response.status_code
    if response.is_success:
        return Delivered(status=status)
    if status in _TRY_AGAIN or response.is_server_error:
        return Retry(reason=_quoted(status, await _start(response)), after=_retry_after(response, now))
    if response.is_redirect:
        return Refused(reason=f"{status}: it leads elsewhere, and redirects are not followed")
    return Refused(reason=_quoted(status, await _start(response)))


async def _start(response: httpx.Response) -> str:
    """The first of what was answered; a body without end is cut off."""
    read = b""
    async for piece in response.aiter_raw(_MOST_OF_AN_ANSWER):
        read += piece
        if len(read) >= _MOST_OF_AN_ANSWER:
            break
    return read[:_MOST_OF_AN_ANSWER].decode("utf-8", errors="replace")


def _quoted(status: int, answer: str) -> str:
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in answer).split())
    return f"{status}: {words[:200]}" if words else str(status)


def _retry_after(response: httpx.Response, now: datetime) -> timedelta | None:
    """RFC 9110 section 10.2.3: seconds or a date; never more than a day, and never back in time."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal() and len(value) < 10:
        wait = timedelta(seconds=int(value))
    else:
        try:
            moment = parsedate_to_datetime(value)
        except (ValueError, TypeError):
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta()), _LONGEST_WAIT)


def _plain(value: object) -> str:
    """Moments in UTC with a Z, days as they are; anything else in a payload is a mistake of ours."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no JSON")
