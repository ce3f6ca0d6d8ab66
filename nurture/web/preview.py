"""The web of `nurture preview`: a page for this machine alone, which answers GET and changes nothing.

Whoever asks must call it by a name of this machine: else a page from elsewhere, whose name was made to lead here,
could read mails that hold what is known of contacts.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nurture.errors import InvalidInput, NurtureError
from nurture.preview.looks import Scheme, as_shown
from nurture.preview.page import page_part
from nurture.preview.people import SAMPLES
from nurture.preview.previewer import Previewer
from nurture.preview.wording import plain_campaign

LOOKS_EVERY_SECONDS = 0.25
"""How long a saved file may wait to be seen."""

_OURS = ["127.0.0.1", "localhost"]
_PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MAIL_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; "
    "form-action 'none'; frame-ancestors 'self'"
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": _PAGE_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
)

Word = Annotated[str, Query(max_length=320)]


def create_preview(previewer: Previewer, *, first: str, who: str, language: str, stopping: asyncio.Event) -> FastAPI:
    """The application; `first`, `who` and `language` are what it begins with, `stopping` ends what is still open."""
    application = FastAPI(title="nurture preview", docs_url=None, redoc_url=None, openapi_url=None)
    _add_page(application)
    _add_answers(application, previewer, {"first": first, "who": who, "language": language})

    async def changes(request: Request) -> StreamingResponse:
        return StreamingResponse(_changes(request, previewer, stopping), media_type="text/event-stream")

    application.add_api_route("/changes", changes, methods=["GET"])
    application.add_exception_handler(NurtureError, _told)
    application.add_exception_handler(RequestValidationError, _not_understood)
    application.add_middleware(TrustedHostMiddleware, allowed_hosts=_OURS, www_redirect=False)
    application.add_middleware(_WithHeaders)
    return application


def _add_page(application: FastAPI) -> None:
    def part(name: str, media_type: str) -> Response:
        return Response(page_part(name), media_type=media_type)

    for path, name, kind in (
        ("/", "preview.html", "text/html"),
        ("/preview.css", "preview.css", "text/css"),
        ("/preview.js", "preview.js", "text/javascript"),
    ):
        application.add_api_route(path, lambda name=name, kind=kind: part(name, kind), methods=["GET"])


def _add_answers(application: FastAPI, previewer: Previewer, begins: Mapping[str, str]) -> None:
    def project() -> JSONResponse:
        return JSONResponse(
            {
                "project": previewer.project,
                "campaigns": list(previewer.campaigns()),
                "samples": dict(SAMPLES),
                "begins": dict(begins),
                "digest": previewer.digest(),
            }
        )

    def campaign(name: Word, contact: Word = "full", language: Word = "") -> JSONResponse:
        return JSONResponse(plain_campaign(previewer.campaign(name, who=contact, language=language)))

    def mail(
        campaign: Word, step: Word, contact: Word = "full", language: Word = "", scheme: Scheme = "light"
    ) -> HTMLResponse:
        _, shown = previewer.letter(campaign, step, who=contact, language=language)
        return HTMLResponse(as_shown(shown.html, scheme), headers={"Content-Security-Policy": _MAIL_POLICY})

    def raw(campaign: Word, step: Word, contact: Word = "full", language: Word = "") -> Response:
        letter, _ = previewer.letter(campaign, step, who=contact, language=language)
        return Response(
            letter.data,
            media_type="message/rfc822",
            headers={"Content-Disposition": 'attachment; filename="preview.eml"'},
        )

    def contacts(q: Word = "") -> JSONResponse:
        found = previewer.search(q)
        return JSONResponse([{"email": each.email, "name": each.name, "language": each.language} for each in found])

    application.add_api_route("/project", project, methods=["GET"])
    application.add_api_route("/campaign", campaign, methods=["GET"])
    application.add_api_route("/mail", mail, methods=["GET"])
    application.add_api_route("/raw", raw, methods=["GET"])
    application.add_api_route("/contacts", contacts, methods=["GET"])


async def _changes(request: Request, previewer: Previewer, stopping: asyncio.Event) -> AsyncIterator[str]:
    """The digest of the files now, and again whenever it is another; ends with the reader or the server."""
    told = ""
    while not stopping.is_set() and not await request.is_disconnected():
        digest = await asyncio.to_thread(previewer.digest)
        if digest != told:
            told = digest
            yield f"retry: 500\ndata: {digest}\n\n"
        try:
            await asyncio.wait_for(stopping.wait(), LOOKS_EVERY_SECONDS)
        except TimeoutError:
            continue


class _WithHeaders:
    """Gives every answer the headers that it has not of its own; apart from streams, which must not be buffered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                more = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *(each for each in more if each[0] not in own)]
            await send(message)

        await self._app(scope, receive, with_headers)


async def _told(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """The error in full: whoever looks at a preview is who can mend it."""
    status = 400 if isinstance(error, InvalidInput) else 503
    told = error if isinstance(error, NurtureError) else NurtureError("That cannot be shown.")
    return JSONResponse({"message": told.message, "where": told.where, "hint": told.hint}, status_code=status)


async def _not_understood(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return PlainTextResponse("That cannot be shown.", status_code=400)
