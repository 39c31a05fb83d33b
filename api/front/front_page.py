"""``GET /``: what this is, what is served here, and where to go on; a page for people, an index for programs."""

from typing import Any, Final, Literal

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.edge.accepted import prefers
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
    if prefers(request, "application/json", "text/html"):
        return Response(orjson.dumps(index), 200, headers, "application/json")
    shown = {**index, "development": index["environment"] == "development", "tag": language.tag_of}
    answer = page(filled("front_page.html", title="Tamga", **shown))
    answer.headers.update(headers | {"Content-Language": ", ".join(dict.fromkeys(("en", language.tag)))})
    return answer


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
