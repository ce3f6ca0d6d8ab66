"""Unsubscribing: GET asks, POST acts, in the person's language; RFC 8058 one-click needs neither cookie nor page."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, StrictUndefined

from nurture.clock import Clock
from nurture.domain.message import Message
from nurture.engine.unsubscribe import unsubscribe
from nurture.store import contacts
from nurture.store.database import Database
from nurture.web.tokens import TokenReader
from nurture.web.tracking import not_found
from nurture.web.wording import words_in

_PAGES = files("nurture.web") / "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Who is behind the mails, for the page; `languages` in order of preference where a person's own is not spoken."""

    company: str
    languages: tuple[str, ...]


def unsubscribe_routes(database: Database, *, tokens: TokenReader, publisher: Publisher, clock: Clock) -> APIRouter:
    """`/u/TOKEN`. The POST is committed before it is answered."""
    router = APIRouter()
    pages = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    page = pages.from_string((_PAGES / "unsubscribe.html").read_text(encoding="utf-8"))
    style = (_PAGES / "page.css").read_text(encoding="utf-8")

    def language_of(message: Message) -> str | None:
        with database.read() as conn:
            found = contacts.get_many(conn, [message.contact_id]) if message.contact_id else {}
        return next((contact.language for contact in found.values()), None)

    def shown(message: Message, *, is_done: bool) -> Response:
        language, words = words_in(language_of(message), publisher.languages)
        html = page.render(
            words=words,
            language=language,
            company=publisher.company,
            has_campaign=message.campaign is not None,
            is_done=is_done,
        )
        return HTMLResponse(html)

    def ask(token: str) -> Response:
        message = tokens.message_of("unsubscribe", token)
        return shown(message, is_done=False) if message else not_found()

    def act(
        token: str,
        one_click: Annotated[str, Form(alias="List-Unsubscribe")] = "",
        scope: Annotated[str, Form()] = "marketing",
    ) -> Response:
        message = tokens.message_of("unsubscribe", token)
        if message is None:
            return not_found()
        is_one_click = one_click == "One-Click"
        is_campaign = scope == "campaign" and message.campaign is not None and not is_one_click
        with database.write() as conn:
            unsubscribe(
                conn,
                message,
                scope=f"campaign:{message.campaign}" if is_campaign else "marketing",
                asked_by="one-click" if is_one_click else "page",
                now=clock.now(),
            )
        return PlainTextResponse("Unsubscribed.") if is_one_click else shown(message, is_done=True)

    def css() -> Response:
        return Response(style, media_type="text/css")

    router.add_api_route("/u/{token}", ask, methods=["GET"])
    router.add_api_route("/u/{token}", act, methods=["POST"])
    router.add_api_route("/static/page.css", css, methods=["GET"])
    return router
