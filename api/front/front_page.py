"""``GET /``: what this is, what is served here, and where to go on; a page for people, an index for programs."""

from typing import Any, Final, Literal

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.caller import house_of
from api.edge.contract import documented
from api.edge.sentences import Language, in_language, spoken
from api.edge.shapes import Code, Shape, Title
from api.front.layout import filled, page
from domain.forms import CountryCode
from domain.offers import offers
from infra.house import House

LINKS: Final = {
    "openapi": "/openapi.json",
    "reference": "/docs/api",
    "documentation": "/docs",
    "procedures": "/v1/procedures",
    "readiness": "/readyz",
    "seals": "/.well-known/jwks.json",
}

router = APIRouter()


class OfferListed(Shape):
    procedure: Code
    title: Title
    href: str


class CountryListed(Shape):
    country: CountryCode
    title: Title
    procedures: list[OfferListed]


class HouseIndex(Shape):
    """What this house serves: its countries with their procedures, and where everything else is."""

    name: str
    summary: str
    environment: Literal["development", "production"]
    countries: list[CountryListed]
    links: dict[str, str]


_FRONT = documented("What this house serves", answer=HouseIndex, public=True)
_FRONT["responses"][200]["content"]["text/html"] = {"schema": {"type": "string"}}


@router.get("/", **_FRONT)
async def front_page(request: Request) -> Response:
    """A page; an index where JSON is asked for rather than HTML."""
    language = spoken(request.scope)
    index = _index(house_of(request), language)
    headers = {**in_language(language), "Vary": "Accept, Accept-Language"}
    if wants_json(request.headers.get("accept", "")):
        return Response(orjson.dumps(index), 200, headers, "application/json")
    shown = {**index, "development": index["environment"] == "development", "tag": language.tag_of}
    answer = page(filled("front_page.html", title="Tamga", **shown))
    answer.headers.update(headers | {"Content-Language": ", ".join(dict.fromkeys(("en", language.tag)))})
    return answer


def wants_json(accept: str) -> bool:
    """Whether this Accept header (RFC 9110, 12.5.1) has JSON before HTML; where both are as good, it has not."""
    weights = dict(map(_weighed, accept.split(",")))

    def weight(kind: str) -> float:
        return next(
            (weights[name] for name in (kind, f"{kind.partition('/')[0]}/*", "*/*") if name in weights), 0.0
        )

    return weight("application/json") > weight("text/html")


def _weighed(part: str) -> tuple[str, float]:
    """``application/json;q=0.5`` as (kind, weight); a weight that cannot be read counts as none given."""
    kind, *parameters = (text.strip().lower() for text in part.split(";"))
    given = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return kind, float(given)
    except ValueError:
        return kind, 1.0


def _index(house: House, language: Language) -> dict[str, Any]:
    return {
        "name": "Tamga",
        "summary": language.say("page", "summary"),
        "environment": house.settings.environment,
        "countries": [
            {
                "country": code,
                "title": language.say("country", code),
                "procedures": [
                    _offered(code, name, language) for country, name in offers() if country == code
                ],
            }
            for code in house.countries
        ],
        "links": LINKS,
    }


def _offered(code: str, name: str, language: Language) -> dict[str, Any]:
    return {
        "procedure": name,
        "title": language.say("procedure", name, procedures=(name,)),
        "href": f"/v1/procedures/{name}?country={code}",
    }
