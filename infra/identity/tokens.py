"""Bearer tokens: who they name, verified by the keys of their issuer; and the keys that sign such statements.

What a token says is who somebody is, never what they may do: that is our own record (``infra.competences``).
The port promises: ES256 only, whatever a header says; ``BadToken.reason`` has fixed words, none of the
token's; everything may be called from any thread.
"""

import hashlib
import json
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeAlias

from joserfc import jws, jwt
from joserfc.errors import ClaimError, JoseError
from joserfc.jwk import ECKey, KeySet, KeySetSerialization
from typing_extensions import TypedDict  # pydantic refuses typing's own before Python 3.12

from domain.commands import Actor
from domain.countries import countries
from domain.numbers import WrongNumber
from infra.identity.competences import Competences
from infra.runtime.clock import Clock
from infra.runtime.whole_file import write_once

AUDIENCE: Final = "tamga"
ACCESS_TOKEN: Final = "at+jwt"  # noqa: S105 - the type of an access token (RFC 9068), which an ID token has not
LONGEST_S: Final = 3600  # a token that claims to live longer is refused
LEEWAY_S: Final = 5  # the clock of an issuer may be so much ahead of ours
REMEMBERED: Final = 10_000
LARGEST: Final = 4096  # characters of a token
ASSERTION_S: Final = 60

Jwk: TypeAlias = dict[str, Any]  # of any kind: some have lists among their members
Keys: TypeAlias = Mapping[str, KeySet]
PersonsOf: TypeAlias = Callable[[tuple[str, str]], Mapping[str, str]]


class Jwks(TypedDict):
    """A JWK Set (RFC 7517, 5): the public keys of an issuer."""

    keys: list[Jwk]


class Issuer(Jwks):
    """An identity provider: its keys, and the ``countries`` for whose numbers of people it vouches."""

    countries: list[str]


class BadToken(Exception):
    """The token is not what its issuer signed for us, or not any more; ``reason`` is for the log."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the token names. ``personal_number`` is (country, number), None for machines."""

    issuer: str
    subject: str
    client: str
    name: str = field(repr=False)
    personal_number: tuple[str, str] | None = field(repr=False)
    expires_at: datetime


class Tokens:
    """Verifies tokens of these issuers, once each: what was verified is remembered until it expires."""

    def __init__(self, issuers: Mapping[str, Issuer], clock: Clock, *, room: int = REMEMBERED) -> None:
        """``issuers``: by their ``iss``; ``room``: how many tokens are remembered, the newest."""
        self._keys = {name: key_set(issuer["keys"]) for name, issuer in issuers.items()}
        self._vouches = {name: frozenset(issuer["countries"]) for name, issuer in issuers.items()}
        self._clock = clock
        self._room = room
        self._known: dict[bytes, tuple[datetime, datetime, Identity]] = {}
        self._remembering = threading.Lock()

    def identity_of(self, token: str) -> Identity:
        """Who the token names; raises BadToken. Verifying takes about 100 us, remembering 1 us."""
        if len(token) > LARGEST:
            raise BadToken("too_long")
        at = self._clock()
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._known.get(digest)
        if known is not None and known[0] <= at < known[1]:
            return known[2]
        identity = _identity(verified(token, self._keys, at, {AUDIENCE}, typ=ACCESS_TOKEN))
        if identity.personal_number and identity.personal_number[0] not in self._vouches[identity.issuer]:
            raise BadToken("invalid_claim: personal_number")  # of a country whose people it does not know
        with self._remembering:
            while len(self._known) >= self._room:
                del self._known[next(iter(self._known))]
            # Only forwards from here: where a clock is set back, the token is looked at again.
            self._known[digest] = (at, identity.expires_at, identity)
        return identity


def actor_of(identity: Identity, competences: Competences, persons_of: PersonsOf, at: datetime) -> Actor:
    """The actor that somebody is at this moment, with the competences that our own record gives them then.

    ``persons_of((number's country, number))`` are the keyed ids of a human, by country.
    """
    persons = persons_of(identity.personal_number) if identity.personal_number else {}
    return Actor(
        issuer=identity.issuer,
        subject=identity.subject,
        client=identity.client,
        persons=persons,
        competences=competences.of(identity.issuer, identity.subject, at, persons),
    )


def verified(
    token: str, keys: Keys, at: datetime, audiences: Collection[str], *, typ: str | None = None
) -> dict[str, Any]:
    """The claims of a JWT that holds at this moment; raises BadToken.

    1. it is a JWS of three parts with an object in it, and of the asked ``typ``;
    2. the key that its ``kid`` names, of the issuer that its ``iss`` names, verifies it, by ES256;
    3. ``sub`` and ``jti`` are there, ``aud`` is expected, ``iat`` and ``nbf`` are past, ``exp`` is not;
    4. it does not live longer than LONGEST_S.
    """
    if len(token) > LARGEST:
        raise BadToken("too_long")
    try:
        # 1. form.
        parts = jws.extract_compact(token.encode("ascii"))
        header, claims = parts.headers(), json.loads(parts.payload)
        if not _is_object(header, "alg", "kid") or not _is_object(claims, "iss"):
            raise BadToken("not_a_jwt")
        # RFC 7515, 4.1.9: with or without "application/", in any case.
        if typ is not None and str(header.get("typ")).lower().removeprefix("application/") != typ:
            raise BadToken("wrong_type")
        # 2. signature.
        if claims["iss"] not in keys:
            raise BadToken("unknown_issuer")
        if not jws.validate_compact(parts, keys[claims["iss"]], registry=_ES256):
            raise BadToken("wrong_signature")
        _check(claims, int(at.timestamp()), audiences)  # 3. claims; 4. life.
    except ClaimError as error:
        raise BadToken(f"{error.error}: {error.claim}") from None
    except JoseError as error:
        raise BadToken(error.error) from None
    except _NOT_A_JWT:
        raise BadToken("not_a_jwt") from None
    return claims  # type: ignore[no-any-return] # it is an object, and more is not known of it


def key_set(jwks: Collection[Mapping[str, Any]]) -> KeySet:
    """The keys for ``verified``: the public P-256 keys for signatures; others are ignored (RFC 7517, 5).

    ValueError: there is none, one has no ``kid`` or that of another, or a private key is among them.
    """
    ours = [jwk for jwk in jwks if (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256")]
    ours = [jwk for jwk in ours if jwk.get("use", "sig") == "sig" and jwk.get("alg", "ES256") == "ES256"]
    kids = {jwk.get("kid") for jwk in ours}
    if any("d" in jwk for jwk in jwks) or not ours or not all(kids) or len(kids) < len(ours):
        raise ValueError("an issuer of tokens has public P-256 keys, each with a kid of its own")
    return KeySet.import_key_set(KeySetSerialization(keys=[dict(jwk) for jwk in ours]))


class SigningKey:
    """A P-256 key in a PEM file, with which somebody signs tokens or authenticates as a client."""

    def __init__(self, path: Path) -> None:
        """Read the key; raises FileNotFoundError."""
        self._key = ECKey.import_key(path.read_bytes())
        self._kid = self._key.thumbprint()

    @classmethod
    def made_at(cls, path: Path) -> "SigningKey":
        """The key of this file, made (0600, durable) where there is none; several processes may ask."""
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_once(path, ECKey.generate_key("P-256").as_pem(private=True))
        return cls(path)

    def jwk(self) -> Jwk:
        """The public key, with its RFC 7638 thumbprint as ``kid``."""
        public = self._key.as_dict(private=False)
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": str(public["x"]),
            "y": str(public["y"]),
            **_USE,
            "kid": self._kid,
        }

    def sign(self, typ: str, claims: Mapping[str, Any]) -> str:
        """The claims as a signed JWT."""
        header = {"typ": typ, "alg": "ES256", "kid": self._kid}
        return jwt.encode(header, dict(claims), self._key, registry=_ES256)


def assertion(key: Path, client: str, audience: str, at: datetime) -> str:
    """A statement by which a machine authenticates at a token endpoint (RFC 7523), good once, for a minute.

    ``key`` is its PEM file, ``audience`` the token endpoint's URL or the issuer's.
    """
    now = int(at.timestamp())
    claims = {
        "iss": client,
        "sub": client,
        "aud": audience,
        "iat": now,
        "exp": now + ASSERTION_S,
        "jti": secrets.token_hex(16),
    }
    return SigningKey(key).sign("JWT", claims)


_USE: Final = {"use": "sig", "alg": "ES256"}
_ES256: Final = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
_ESSENTIAL: Final[jwt.ClaimsOption] = {"essential": True}
# What the parser raises for bytes that are no text, members of another type, and ten thousand brackets.
_NOT_A_JWT: Final = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


def _is_object(found: object, *texts: str) -> bool:
    return type(found) is dict and all(type(found.get(name)) is str for name in texts)


def _check(claims: dict[str, Any], now: int, audiences: Collection[str]) -> None:
    jwt.JWTClaimsRegistry(
        now=now,
        leeway=LEEWAY_S,
        sub=_ESSENTIAL,
        jti=_ESSENTIAL,
        iat=_ESSENTIAL,
        exp=_ESSENTIAL,
        aud={"essential": True, "values": sorted(audiences)},
    ).validate(claims)
    if claims["exp"] <= now:  # still 3.: the leeway is for what begins, not for what ends
        raise BadToken("expired_token: exp")
    if claims["exp"] - claims["iat"] > LONGEST_S:  # 4.
        raise BadToken("lives_too_long")


def _identity(claims: Mapping[str, Any]) -> Identity:
    subject, client, name = claims["sub"], claims.get("client_id"), claims.get("name", "")
    if not all(type(text) is str and len(text) <= 200 for text in (subject, client, name)) or not client:  # noqa: PLR2004 - letters
        raise BadToken("invalid_claim: client_id or name")
    return Identity(
        issuer=claims["iss"],
        subject=subject,
        client=client,
        name=name,
        personal_number=_number(claims.get("personal_number")),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
    )


def _number(claim: object) -> tuple[str, str] | None:
    """A number that is not in its normal form would make another person of the same human: it is refused."""
    match claim:
        case None:
            return None
        case {"country": str(country), "number": str(number), **rest} if not rest and country in countries():
            with suppress(WrongNumber):
                if countries()[country].person_number.normal_form(number) == number:
                    return country, number
    raise BadToken("invalid_claim: personal_number")
