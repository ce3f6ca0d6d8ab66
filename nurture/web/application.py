"""The web application: its routes, the headers that every answer carries, and how errors become statuses."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse

from nurture.clock import Clock
from nurture.errors import InvalidInput, NurtureError, ServiceUnavailable
from nurture.store.database import Database
from nurture.web.body_limit import BodyLimit
from nurture.web.tokens import TokenReader
from nurture.web.tracking import tracking_routes
from nurture.web.unsubscribe import Publisher, unsubscribe_routes

STATUSES: Mapping[type[NurtureError], int] = MappingProxyType({InvalidInput: 400, ServiceUnavailable: 503})

_REFUSAL = "That cannot be done."
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cache-Control": "no-store",
    }
)


def create_application(database: Database, *, publisher: Publisher, clock: Clock) -> FastAPI:
    """The application over an open database; it keeps nothing of its own in memory but the keys of the links."""
    application = FastAPI(title="nurture", docs_url=None, redoc_url=None, openapi_url=None)
    tokens = TokenReader(database)
    application.include_router(tracking_routes(database, tokens=tokens, clock=clock))
    application.include_router(unsubscribe_routes(database, tokens=tokens, publisher=publisher, clock=clock))
    application.add_api_route("/health", lambda: PlainTextResponse("ok"), methods=["GET"])
    application.add_exception_handler(NurtureError, _told)
    application.add_exception_handler(RequestValidationError, _not_understood)
    application.add_middleware(BodyLimit)
    application.middleware("http")(_with_headers)
    return application


async def _with_headers(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _told(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """What went wrong inside is for the log; the visitor learns whether trying again may help."""
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    words = "Please try again in a minute." if status == 503 else _REFUSAL
    return PlainTextResponse(words, status_code=status)


async def _not_understood(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """The framework's own answer would repeat what was sent, as it looks from inside."""
    return PlainTextResponse(_REFUSAL, status_code=400)
