"""The people and machines of a development house, as they follow from the law, and their identity provider.

Nobody here exists, nobody has a password; nothing is listed per procedure by hand. Not in production.

    NotInProduction     a production house has the countries' own identity providers
    UnknownResident     there is nobody of that name
    Refused             what an OAuth client asked for is refused, with a code of RFC 6749
"""

import hashlib
import hmac
import itertools
import re
import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from domain import law
from domain.authorities import roles_in, treasury_of
from domain.commands import Competence
from domain.countries import countries
from domain.country import Country, MadeUp, PersonNumber
from domain.numbers import WrongNumber
from domain.offers import offers_of
from domain.roles import GRANTED_BY_PEOPLE, HOSPITAL, PERSONNEL
from domain.terms import Terms
from infra.identity.competences import Appointed
from infra.identity.tokens import (
    ACCESS_TOKEN,
    AUDIENCE,
    BadToken,
    Jwks,
    SigningKey,
    key_set,
    verified,
)
from infra.runtime.clock import Clock

CLIENT: Final = "development"  # the one public client: whoever develops here
PERSON_S: Final = 3600
MACHINE_S: Final = 600
CODE_S: Final = 60
CITIZENS: Final = 4  # who are listed; there are more
SINCE: Final = date(2000, 1, 1)  # all hold office from here on, whatever the clock says
_CODES: Final = 1000
_CITIZEN_ID: Final = re.compile("(?P<country>[a-z]{2})-citizen-(?P<n>[1-9][0-9]{0,6})")


class NotInProduction(Exception):
    """The development identity provider gives anybody any role: it never runs in production."""


class UnknownResident(LookupError):
    """There is nobody of that name among the development people."""


class Refused(Exception):
    """What a client asked for is refused: a code of RFC 6749, and a sentence with nothing that was sent."""

    def __init__(self, error: Literal["invalid_client", "invalid_grant"], description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


class Post(NamedTuple):
    """What somebody does for an authority; no procedures are all of them."""

    role: str
    authority: str
    procedures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """Somebody of the development house, or a machine; ``personal_number`` is (country, number)."""

    id: str
    name: str
    roles: tuple[str, ...]
    country: str
    personal_number: tuple[str, str] | None = None
    competences: tuple[Post, ...] = ()
    is_machine: bool = False
    surname: str = ""
    given_names: str = ""
    born_on: date | None = None

    def as_person(self) -> dict[str, Any]:
        """How a form names this person: the JSON of ``domain.forms.Person``."""
        if self.personal_number is None or self.born_on is None:
            raise UnknownResident(f"{self.id} is a machine: no form names it.")
        country, number = self.personal_number
        return {
            "surname": self.surname,
            "given_names": self.given_names,
            "patronymic": None,
            "born_on": self.born_on.isoformat(),
            "personal_number": {"country": country, "number": number},
            "document": None,
        }


@cache
def residents() -> Mapping[str, Resident]:
    """Everybody by id: the same people in every house; more of them where the law names more offices."""
    found = {r.id: r for country in countries().values() for r in (*_people(country), *_machines(country))}
    return MappingProxyType(found)


def resident(resident_id: str) -> Resident:
    """Who has this id; raises UnknownResident. Citizens of higher numbers than are listed live here as well."""
    found = residents().get(resident_id) or _citizen(resident_id)
    if found is None:
        raise UnknownResident("There is nobody of that name; `tamga people` lists everybody.")
    return found


@lru_cache(maxsize=1024)
def _citizen(resident_id: str) -> Resident | None:
    named = _CITIZEN_ID.fullmatch(resident_id)
    country = countries().get(named["country"].upper()) if named else None
    return (
        _human(country, resident_id, int(named["n"]) - 1, _CITIZEN, "citizen") if country and named else None
    )


def appointments(
    person_of: Callable[[str, tuple[str, str]], str], kept: Collection[str]
) -> Iterator[Appointed]:
    """What everybody may do in a house that keeps these countries, as the law names offices.

    The machines of other countries are among them: they receive what concerns their countries.
    ``person_of(country, (number's country, number))`` is the keyed id of a human in a country that is kept.
    """
    for r in residents().values():
        if not r.is_machine and r.country not in kept:
            continue
        person = person_of(r.country, r.personal_number) if r.personal_number else None
        for post in r.competences:
            competence = Competence(
                role=post.role,
                country=r.country,
                authority=post.authority,
                office_id="",
                procedures=post.procedures,
                since=SINCE,
                until=None,
                person=person,
            )
            yield Appointed(r.id, competence)


def client_key(folder: Path, client: str) -> Path:
    """The PEM file of a machine, for ``tokens.assertion``; ``folder`` is the provider's."""
    return folder / "clients" / f"{client}.pem"


class Granted(NamedTuple):
    """What a client gets: an access token, its seconds, and who signed in, where ``openid`` was asked for."""

    access_token: str
    expires_in: int
    id_token: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a client asked for when it sent a person here (RFC 6749, 4.1.1; RFC 7636, 4.3)."""

    client_id: str
    redirect_uri: str
    code_challenge: str  # of the method S256
    scope: str = ""
    nonce: str | None = None


class DevelopmentProvider:
    """Gives tokens to the development people and machines; its keys are files, for other processes too.

    Codes, and the ``jti`` of used assertions, are remembered here only: one process answers for both.
    """

    def __init__(self, folder: Path, issuer: str, clock: Clock, *, environment: str) -> None:
        """Make the keys of ``folder`` where they are missing; raises NotInProduction."""
        if environment == "production":
            raise NotInProduction(
                "TAMGA_ENVIRONMENT is production, and the development identity provider gives anybody any "
                "role. Set it to development, or use the identity providers of the countries."
            )
        self.issuer = issuer
        self.token_endpoint = f"{issuer}/token"
        self._clock = clock
        self._key = SigningKey.made_at(folder / "signing.pem")
        machines = [r.id for r in residents().values() if r.is_machine]
        self._clients = {m: key_set([SigningKey.made_at(client_key(folder, m)).jwk()]) for m in machines}
        self._codes: dict[str, tuple[AuthorizationRequest, str, datetime]] = {}
        self._used: dict[tuple[str, str], float] = {}  # (client, jti) -> when it expires
        self._taking = threading.Lock()

    def jwks(self) -> Jwks:
        """The public key that verifies the tokens."""
        return {"keys": [self._key.jwk()]}

    def mint(self, resident_id: str, client: str = CLIENT) -> str:
        """An access token (RFC 9068) for a person, or a machine, its own client; raises UnknownResident."""
        r = resident(resident_id)
        claims = self._claims(r, AUDIENCE) | {"client_id": r.id if r.is_machine else client}
        if r.personal_number:
            claims["personal_number"] = dict(zip(("country", "number"), r.personal_number, strict=True))
        return self._key.sign(ACCESS_TOKEN, claims)

    def code_for(self, asked: AuthorizationRequest, resident_id: str) -> str:
        """A code for who signed in, good once, for a minute; raises UnknownResident, also for a machine."""
        if resident(resident_id).is_machine:
            raise UnknownResident("This is a machine: it authenticates with its key.")
        code = secrets.token_urlsafe(32)
        with self._taking:
            while len(self._codes) >= _CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[code] = (asked, resident_id, self._clock() + timedelta(seconds=CODE_S))
        return code

    def redeem(self, code: str, client: str, redirect_uri: str, verifier: str) -> Granted:
        """The tokens for a code; raises Refused. Trying a code uses it up: nobody can guess a verifier."""
        with self._taking:
            asked, resident_id, until = self._codes.pop(code, (None, "", None))
        if asked is None or until is None or until <= self._clock():
            raise Refused("invalid_grant", "The code is not one of ours, was used already, or has expired.")
        if client != asked.client_id or redirect_uri != asked.redirect_uri:
            raise Refused("invalid_grant", "The code was given to another client or redirect_uri.")
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if not hmac.compare_digest(challenge, asked.code_challenge):
            raise Refused("invalid_grant", "The code_verifier does not fit the code_challenge.")
        id_token = self._id_token(asked, resident_id) if "openid" in asked.scope.split() else None
        return Granted(self.mint(resident_id, client), PERSON_S, id_token)

    def grant_machine(self, assertion: str, client: str | None = None) -> Granted:
        """The token for a machine that states who it is with its key (RFC 7523); raises Refused."""
        try:
            claims = verified(assertion, self._clients, self._clock(), {self.token_endpoint, self.issuer})
        except BadToken as error:
            raise Refused("invalid_client", f"The client_assertion does not hold: {error.reason}.") from None
        machine = claims["iss"]
        if claims["sub"] != machine or client not in (None, machine):
            raise Refused("invalid_client", "iss, sub and client_id are all the client.")
        if not self._is_first(machine, claims["jti"], claims["exp"]):
            raise Refused(
                "invalid_client", "The client_assertion was used already: make a new one for each request."
            )
        return Granted(self.mint(machine), MACHINE_S)

    def _claims(self, r: Resident, audience: str) -> dict[str, Any]:
        now = int(self._clock().timestamp())
        until = now + (MACHINE_S if r.is_machine else PERSON_S)
        about = {"iss": self.issuer, "sub": r.id, "aud": audience, "name": r.name}
        return {**about, "iat": now, "nbf": now, "exp": until, "jti": secrets.token_hex(16)}

    def _id_token(self, asked: AuthorizationRequest, resident_id: str) -> str:
        nonce = {"nonce": asked.nonce} if asked.nonce else {}
        return self._key.sign("JWT", self._claims(resident(resident_id), asked.client_id) | nonce)

    def _is_first(self, client: str, jti: str, until: float) -> bool:
        now = self._clock().timestamp()
        with self._taking:
            self._used = {used: end for used, end in self._used.items() if end > now}
            is_first = (client, jti) not in self._used
            self._used[client, jti] = until
            return is_first


# --- who lives here ---------------------------------------------------------------------------------------

_CITIZEN, _OFFICER, _WATCH = "Example", "Specimen", "Sample"  # surnames that nobody takes for real


def _people(country: Country) -> Iterator[Resident]:
    cc = country.code.lower()
    for n in range(CITIZENS):
        yield _human(country, f"{cc}-citizen-{n + 1}", n, _CITIZEN, "citizen")
    for authority, names in _by_authority(country).items():
        first = _number_from(authority)
        for n, (suffix, role) in enumerate(
            (
                ("officer-1", "officer"),
                ("officer-2", "officer"),
                ("supervisor",) * 2,
                ("personnel-officer", "personnel_officer"),
            )
        ):
            post = Post(role, authority, names)
            yield _human(country, f"{authority}-{suffix}", first + n, _OFFICER, role, post)
    for authority in sorted({terms.appeals.authority for _, terms in _terms(country)}):
        for n in range(2):
            post = Post("appeal_officer", authority)
            who = f"{authority}-appeal-officer-{n + 1}"
            yield _human(country, who, _number_from(authority) + n, _OFFICER, post.role, post)
    for authority in _courts(country):
        post = Post("court", authority)
        yield _human(country, f"{authority}-judge", _number_from(authority), _OFFICER, post.role, post)
    for authority in _restricting(country):
        post = Post("restricting_officer", authority)
        yield _human(country, f"{authority}-officer", _number_from(authority), _OFFICER, post.role, post)
    for n, watcher in enumerate(country.watchers):
        post = Post(watcher.role, watcher.authority)
        yield _human(country, f"{cc}-{watcher.role.replace('_', '-')}", n, _WATCH, post.role, post)
    for authority in _appointing(country):
        post = Post(PERSONNEL, authority)
        who = f"{authority}-personnel-officer"
        yield _human(country, who, _number_from(authority) + 3, _OFFICER, post.role, post)


def _machines(country: Country) -> Iterator[Resident]:
    posts = {
        Post("treasury", treasury_of(country.code)),
        *(
            Post("registry", registry)
            for _, t in _terms(country)
            for registry in (t.registry, *t.registries.values())
        ),
        *(Post(HOSPITAL, t.notices.authority) for _, t in _terms(country) if t.notices),
    }
    for authority in sorted({post.authority for post in posts}):
        mine = tuple(sorted(post for post in posts if post.authority == authority))
        yield Resident(
            id=authority,
            name=authority,
            roles=tuple(post.role for post in mine),
            country=country.code,
            competences=mine,
            is_machine=True,
        )


def _human(country: Country, resident_id: str, nth: int, surname: str, role: str, *posts: Post) -> Resident:
    names = _made_up(country).GIVEN_NAMES
    given_names = names[nth % len(names)]
    born_on = date(1960, 1, 1) + timedelta(days=_number_from(resident_id) % 12_000)
    number = _personal_number(country, resident_id, born_on, is_woman=nth % 2 == 0)
    return Resident(
        id=resident_id,
        name=f"{given_names} {surname}",
        roles=(role,),
        country=country.code,
        personal_number=(country.code, number),
        competences=posts,
        surname=surname,
        given_names=given_names,
        born_on=born_on,
    )


def _terms(country: Country) -> Iterator[tuple[str, Terms]]:
    for offer in offers_of(country.code):
        yield from ((offer.procedure.name, terms) for terms in offer.terms)


def _by_authority(country: Country) -> Mapping[str, tuple[str, ...]]:
    """Authority -> the procedures that it decides, or gives its opinion in."""
    found: dict[str, set[str]] = {}
    for procedure, terms in _terms(country):
        for authority in (terms.authority, *(consultation.authority for consultation in terms.opinions)):
            found.setdefault(authority, set()).add(procedure)
    return {authority: tuple(sorted(found[authority])) for authority in sorted(found)}


def _courts(country: Country) -> list[str]:
    amendments = (terms.amendments for _, terms in _terms(country))
    lifting = (restriction.court for _, terms in _terms(country) for restriction in terms.restrictions)
    named = (*(each.court for each in amendments if each), *lifting)
    return sorted({court.authority for court in named if court})


def _appointing(country: Country) -> list[str]:
    """The other offices whose people are appointed by one of them: not those of machines alone."""
    others = roles_in(country.code).items()
    granted = {name for name, roles in others if not roles.isdisjoint({*GRANTED_BY_PEOPLE} - {PERSONNEL})}
    return sorted(granted - _by_authority(country).keys())


def _restricting(country: Country) -> list[str]:
    return sorted({r.authority for _, terms in _terms(country) for r in terms.restrictions})


# --- their companies --------------------------------------------------------------------------------------


def companies(country: str) -> tuple[dict[str, Any], ...]:
    """The two companies of the country, as its register has them (``domain/registers/companies.py``).

    Citizen 3 heads the first one. Citizen 4 heads the second one, and citizen 3 too, but only together with them.
    """
    third, fourth = (f"{country.lower()}-citizen-{n}" for n in (3, 4))
    return (
        _company(country, 1, _head(third, "alone")),
        _company(country, 2, _head(fourth, "alone"), _head(third, "jointly")),
    )


def _company(country: str, nth: int, *heads: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": f"EXAMPLE-{country}-{nth}",
        "names": [f"Example {nth} of {country}"],
        "heads": list(heads),
        "struck_off_on": None,
    }


def _head(resident_id: str, may_act: str) -> dict[str, Any]:
    person = resident(resident_id).as_person()
    return {"person": person, "may_act": may_act, "since": SINCE.isoformat(), "until": None}


# --- their numbers ----------------------------------------------------------------------------------------

_LETTERS: Final = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without I and O, which are read as 1 and 0


def number_of(country: Country, child: str, born_on: date) -> dict[str, str]:
    """The number of a child of this id, who was born that day; as a form names it."""
    return {
        "country": country.code,
        "number": _personal_number(country, f"{child}-child", born_on, is_woman=True),
    }


def _personal_number(country: Country, resident_id: str, born_on: date, *, is_woman: bool) -> str:
    """A number that the country's rule takes without a warning; the same for the same id, for ever.

    Check digits stand at the end everywhere: all endings are tried.
    """
    for attempt in range(1000):
        digest = hashlib.sha256(f"{resident_id}#{attempt}".encode()).digest()
        who = MadeUp(
            born_on=born_on,
            is_woman=is_woman,
            digits=str(int.from_bytes(digest, "big"))[-40:],
            letters="".join(_LETTERS[byte % len(_LETTERS)] for byte in digest),
        )
        start: str = _made_up(country).number_begins(who)
        for ending in itertools.chain([""], *(_endings(count) for count in (1, 2))):
            if _is_normal(country.person_number, number := start + ending):
                return number
    raise ValueError(
        f"no {country.person_number.name} begins as domain/law/{country.code.lower()}/development.py says"
    )


def _endings(count: int) -> Iterator[str]:
    return map("".join, itertools.product("0123456789", repeat=count))


def _made_up(country: Country) -> Any:
    """The country's ``development.py`` (``MadeUp``)."""
    return import_module(f"{law.__name__}.{country.code.lower()}.development")


def _is_normal(rule: PersonNumber, number: str) -> bool:
    try:
        return rule.normal_form(number) == number and not rule.warnings(number)
    except WrongNumber:
        return False


def _number_from(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
