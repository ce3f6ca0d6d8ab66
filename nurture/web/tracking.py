"""The open pixel and the click redirect: noted as they come, judged later; targets come from the store alone."""

import base64
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse, RedirectResponse

from nurture.clock import Clock
from nurture.domain.message import Message
from nurture.store import hits
from nurture.store.database import Database
from nurture.web.tokens import TokenReader

PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_METHODS = ["GET", "HEAD"]


def tracking_routes(database: Database, *, tokens: TokenReader, clock: Clock) -> APIRouter:
    """`/o/TOKEN.gif` and `/c/TOKEN/INDEX`. A GET here notes that it came and changes nothing else."""
    router = APIRouter()

    def note(request: Request, message: Message, kind: Literal["open", "click"], index: int | None) -> None:
        with database.write() as conn:
            hits.add(
                conn,
                message_id=message.id,
                kind=kind,
                link_index=index,
                at=clock.now(),
                method=request.method,
                agent=request.headers.get("user-agent", ""),
            )

    def opened(request: Request, token: str) -> Response:
        message = tokens.message_of("open", token)
        if message is None:
            return not_found()
        note(request, message, "open", None)
        return Response(PIXEL, media_type="image/gif")

    def clicked(request: Request, token: str, index: str) -> Response:
        message = tokens.message_of("click", token)
        place = int(index) if index.isascii() and index.isdigit() and len(index) < 6 else -1
        if message is None or not 0 <= place < len(message.links):
            return not_found()
        note(request, message, "click", place)
        return RedirectResponse(message.links[place].url, status_code=302)

    router.add_api_route("/o/{token}.gif", opened, methods=_METHODS)
    router.add_api_route("/c/{token}/{index}", clicked, methods=_METHODS)
    return router


def not_found() -> Response:
    return PlainTextResponse("Not found.", status_code=404)
