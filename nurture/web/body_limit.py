"""A bound on what a request may carry: forms are read before their token is looked at, by whoever sends them."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 64 * 1024
"""A form of ours has less than a hundred."""


class BodyLimit:
    """Answers 413 where a request announces more than MAX_BODY_BYTES, or sends more without saying so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        body = None if announced.isdecimal() and int(announced) > MAX_BODY_BYTES else await _within_bounds(receive)
        if body is None:
            refusal = PlainTextResponse("That is too much.", status_code=413, headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        await self._app(scope, _again(body, receive), send)


async def _within_bounds(receive: Receive) -> bytes | None:
    """The whole body; None where it is too long."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body  # gone; who reads on is told by `receive`
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return body


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then what else comes."""
    is_given = False

    async def give() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return give
