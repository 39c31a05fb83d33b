"""What people were told of their cases: questions, decisions, days; in codes and in words, nothing personal."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.caller import caller
from api.edge.contract import documented
from api.edge.cursors import PAGE, cursor_of, page
from api.edge.queries import COUNTRY, country_named
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import Code, LegalDay, Moment, OpaqueId, Shape, Title
from domain.awaited import member_of, unconfirmed_of
from domain.offers import offer

router = APIRouter()


class NoticeShown(Shape):
    """What somebody was told of a case, and by which day something is to be done; ``unconfirmed``: no settled law."""

    case: OpaqueId
    procedure: Code
    at: Moment
    what: Code
    until: LegalDay | None
    unconfirmed: bool
    sentence: Title


class NoticePage(Shape):
    items: list[NoticeShown]


AFTER: Final = ("until", "unconfirmed")  # sentences that follow another one
VALUES: Final = frozenset({"until"})  # what may stand in braces
_ORDER: Final = ("at", "case", "number")


@router.get(
    "/v1/my/notices",
    **documented("What I was told", answer=NoticePage, parameters=(COUNTRY, *PAGE), problems=(400,)),
)
async def my_notices(request: Request) -> Response:
    """Of the caller's cases in a country, newest first; a day is the one that stands now."""
    actor = caller(request)
    country = country_named(request)
    await country.seen()
    limit, after = cursor_of(request, country)
    me = actor.persons.get(country.code)
    rows = (
        country.read_models.rows(
            "notices", {"person": me}, order=_ORDER, after=after, limit=limit, is_descending=True
        )
        if me is not None
        else []
    )
    language = spoken(request.scope)
    shown = [_shown(country.code, row, language) for row in rows]
    last = [rows[-1][name] for name in _ORDER] if rows else []
    return page(request, country, shown, limit, last, headers=in_language(language))


def _shown(country: str, row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    is_doubtful = bool(row["until"] and row["time"]) and member_of(row["time"]) in _doubtful(country, row)
    found = {name: row[name] for name in ("case", "procedure", "at", "what", "until")}
    found["unconfirmed"] = is_doubtful
    codes = [row["what"], *(code for code in AFTER if found[code])]
    values = {"until": date.fromisoformat(row["until"])} if row["until"] else {}
    sentence = " ".join(language.say("notice", code, values, (row["procedure"],)) for code in codes)
    return {**found, "sentence": sentence}


def _doubtful(country: str, row: Mapping[str, Any]) -> frozenset[str]:
    """The members of the case's law that are not settled."""
    found = offer(country, row["procedure"])
    return unconfirmed_of(found.since(row["terms"])) if found else frozenset()
