"""The public keys of the seals, for whoever verifies what they signed."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.edge.answers import answered
from api.edge.caller import house_of
from api.edge.contract import documented
from api.edge.shapes import Shape
from domain.events import SealAuthorised
from infra.formats.canonical import from_b64url
from infra.formats.envelope import read
from infra.formats.signing import jwk_of, key_of, kid_of
from infra.house import CountryHouse

router = APIRouter()


class SealKey(Shape):
    """A public key (RFC 7517), with the thumbprint of its certificate."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: str
    y: str
    kid: str
    use: Literal["sig"]
    alg: Literal["ES256"]
    thumbprint: Annotated[str, Field(alias="x5t#S256")]


class SealKeys(Shape):
    keys: list[SealKey]


@router.get(
    "/.well-known/jwks.json", **documented("The public keys of the seals", answer=SealKeys, public=True)
)
async def jwks(request: Request) -> Response:
    """Every key that ever signed an event here, by its kid, with its certificate; retired ones too."""
    keys = [key for country in house_of(request).countries.values() for key in _keys(country)]
    return answered({"keys": keys})


def _keys(country: CountryHouse) -> list[dict[str, Any]]:
    found = [country.keyring.registrar.certificate]
    for row in country.log.stream(country.ids.keys()):
        event = read(row, country.code, country.vault.get).event
        if isinstance(event, SealAuthorised):
            found.append(from_b64url(event.certificate))
    return [
        {**jwk_of(key_of(c)), "kid": kid_of(c), "use": "sig", "alg": "ES256", "x5t#S256": kid_of(c)}
        for c in found
    ]
