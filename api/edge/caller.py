"""Who calls: from a bearer token to an actor; and how a body, an idempotency key and a version are read."""

import re
from typing import Any, Final, TypeVar

import orjson
from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from api.edge.problems import NO_TOKEN, Declined
from domain.authorisation import Rule, Subject, rule_or_refusal
from domain.commands import Actor
from domain.countries import countries, country_of, legal_day
from domain.faults import faults_of, pointer_of
from domain.refusals import Fault, Invalid, Named, NotOffered, Refusal, Unknown
from infra.desk.desk import IdempotencyKey
from infra.formats.canonical import NotCanonical, check, check_twins, encode
from infra.formats.signing import mac
from infra.house import CountryHouse, House
from infra.identity.tokens import BadToken

Body = TypeVar("Body", bound=BaseModel)
_UTF8: Final = ("", "charset=utf-8", 'charset="utf-8"')
_BODY: Final = "tamga.body"  # where the scope of a request keeps what was read
_DOCUMENT: Final = "tamga.document"  # and what it says, where it was read as JSON
_KEY: Final = re.compile(r'^"?[\x21\x23-\x7e]{1,128}"?$')
_ETAG: Final = re.compile(r'^"(0|[1-9][0-9]{0,8})"$')


def house_of(request: Request) -> House:
    """The house that answers."""
    house: House = request.app.state.house
    return house


def country_here(request: Request, code: str) -> CountryHouse:
    """The country with this code; raises NotOffered where it is no member, or another house keeps it."""
    found = house_of(request).countries.get(code)
    if found is not None:
        return found
    if code in countries():
        raise NotOffered("not_kept_here", country=Named("country", code))
    raise NotOffered("not_a_member")


def caller(request: Request) -> Actor:
    """The actor that the bearer token names; raises BadToken (401)."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise BadToken(NO_TOKEN)
    return house_of(request).actor(token)


def may_today(request: Request, actor: Actor, action: str, country: str) -> Rule | Refusal:
    """The rule by which the caller may do this in a country today, whatever it is about; or the refusal."""
    day = legal_day(house_of(request).clock(), country_of(country))
    return rule_or_refusal(actor, action, Subject(country=country, day=day))


def office_for(request: Request, actor: Actor, action: str) -> tuple[CountryHouse, Rule]:
    """The country in which the caller's office may do this today, and the rule; raises Unknown.

    With offices in several countries, those of this house come first, then the first in the record.
    """
    here = house_of(request).countries
    codes = dict.fromkeys(competence.country for competence in actor.competences)
    for code in sorted(codes, key=lambda code: code not in here):
        rule = may_today(request, actor, action, code)
        if isinstance(rule, Rule):
            return country_here(request, code), rule
    raise Unknown


async def body_of(request: Request, shape: type[Body]) -> Body:
    """The body in this shape; raises Declined or Invalid."""
    return shaped(await document(request), await raw_body(request), shape)


async def raw_body(request: Request) -> bytes:
    """The bytes of the body, read once; raises ClientDisconnect. The framework's own way takes three times as long."""
    found: bytes | None = request.scope.get(_BODY)
    if found is None:
        parts: list[bytes] = []
        more = True
        while more:
            message = await request.receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
            more = message.get("more_body", False)
        found = request.scope[_BODY] = b"".join(parts)
    return found


async def document(request: Request) -> Any:
    """The body as JSON, whatever it says; raises Declined."""
    kind, _, charset = request.headers.get("content-type", "").replace(" ", "").lower().partition(";")
    if kind != "application/json" or charset not in _UTF8 or "content-encoding" in request.headers:
        raise Declined(415, "json_expected")
    try:
        found = request.scope[_DOCUMENT] = orjson.loads(await raw_body(request))
    except orjson.JSONDecodeError:
        raise Declined(400, "not_json") from None
    return found


async def content_sent(request: Request) -> bytes:
    """What was sent, whatever its spaces and the order of its members: the canonical bytes of JSON that was checked; of
    what is no JSON, or was not read as it, its bytes.
    """
    if _DOCUMENT not in request.scope:
        return await raw_body(request)
    return encode(request.scope[_DOCUMENT])


def shaped(found: Any, raw: bytes, shape: type[Body]) -> Body:
    """The document in this shape, and within the rules of what may be signed; raises Invalid."""
    try:
        check(found)
        check_twins(found, raw)
    except NotCanonical as error:
        place = pointer_of(error.pointer.split("/")[1:])
        raise Invalid(Fault(place, error.code)) from None
    except RecursionError:
        raise Declined(400, "not_json") from None
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        raise Invalid(*faults_of(error)) from None


def idempotency_key(request: Request, *, is_required: bool = False) -> str | None:
    """The Idempotency-Key without its quotes; missing where it is required: 400."""
    text = request.headers.get("idempotency-key")
    if text is None:
        if is_required:
            raise Declined(400, "idempotency_key_missing")
        return None
    if not _KEY.match(text):
        raise Declined(400, "idempotency_key_wrong")
    return text.strip('"')


def key_of_request(country: CountryHouse, actor: Actor, derived: str, content: bytes) -> IdempotencyKey:
    """How a repeat of this request is recognised; its ``content`` is kept as an HMAC only."""
    secret = country.keyring.id_secret
    message = derived.encode() + b"\0" + actor.subject.encode() + b"\0" + content
    return IdempotencyKey(name=derived, body_mac=mac(secret, message))


def version_seen(request: Request) -> int:
    """The version in If-Match; missing: 428."""
    lines = request.headers.getlist("if-match")
    if not lines:
        raise Declined(428, "if_match_missing")
    found = _ETAG.match(", ".join(lines))  # one field (RFC 9110, 5.3)
    if found is None:
        raise Declined(400, "if_match_wrong")
    return int(found.group(1))
