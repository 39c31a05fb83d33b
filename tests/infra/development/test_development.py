"""The development people follow from the law, and their provider gives tokens that the house takes."""

import base64
import hashlib
import itertools
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.authorisation import TABLE
from domain.authorities import authorities, roles_in
from domain.countries import countries
from domain.forms import Person
from domain.offers import offers
from domain.roles import OFFICERS
from domain.terms import Terms
from infra.development import development
from infra.development.development import (
    AuthorizationRequest,
    DevelopmentProvider,
    NotInProduction,
    Refused,
    UnknownResident,
    residents,
)
from infra.house import House
from infra.identity.competences import Appointed
from infra.identity.tokens import BadToken, SigningKey, Tokens, actor_of, assertion
from infra.settings import Settings
from tests.noon import NOON, Hand

ISSUER = "http://127.0.0.1:8000/identity"
TERMS = [(code, name, terms) for (code, name), offer in offers().items() for terms in offer.terms]
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"


# --- who lives here ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", countries())
def test_every_country_has_citizens_a_treasury_and_those_who_watch(code: str) -> None:
    cc = code.lower()
    roles = {
        **{f"{cc}-citizen-{n}": "citizen" for n in (1, 2, 3, 4)},
        f"{cc}-treasury": "treasury",
        f"{cc}-auditor": "auditor",
        f"{cc}-data-protection-officer": "data_protection_officer",
    }
    assert {name: residents()[name].roles for name in roles} == {
        name: (role,) for name, role in roles.items()
    }


@pytest.mark.parametrize(("code", "procedure", "terms"), TERMS)
def test_who_decides_restricts_and_registers_follows_from_the_terms(
    code: str, procedure: str, terms: Terms
) -> None:
    """A procedure's file and its terms bring their officers, their registry and those who may restrict."""
    for suffix, role in (
        ("officer-1", "officer"),
        ("officer-2", "officer"),
        ("supervisor", "supervisor"),
        ("personnel-officer", "personnel_officer"),
    ):
        (post,) = residents()[f"{terms.authority}-{suffix}"].competences
        assert (post.role, post.authority) == (role, terms.authority)
        assert procedure in post.procedures
    registry = residents()[terms.registry]
    assert registry.is_machine
    assert "registry" in registry.roles
    for restriction in terms.restrictions:
        assert residents()[f"{restriction.authority}-officer"].roles == ("restricting_officer",)
    assert {residents()[terms.registry].country, residents()[f"{terms.authority}-officer-1"].country} == {
        code
    }


def test_nobody_else_lives_here() -> None:
    """Each id is a citizen's, a watcher's, or begins with an authority that the law names."""
    named = {authority for code in countries() for authority in (*authorities(code), *roles_in(code))}
    others = [
        r.id
        for r in residents().values()
        if r.roles not in [("citizen",), ("auditor",), ("data_protection_officer",)]
        and not any(r.id.startswith(authority) for authority in named)
    ]
    assert others == []


def test_every_role_is_one_that_the_rules_know() -> None:
    known = {role for line in TABLE.values() for role in line.roles}
    assert {role for r in residents().values() for role in r.roles} - known == {"citizen"}


def test_every_person_has_a_number_of_their_own_that_their_country_takes() -> None:
    numbers = [r.personal_number for r in residents().values() if r.personal_number]
    assert len(set(numbers)) == len(numbers)
    for code, number in numbers:
        rule = countries()[code].person_number
        assert rule.normal_form(number) == number
        assert rule.warnings(number) == ()


def test_every_person_can_stand_in_a_form_as_an_adult() -> None:
    for r in residents().values():
        if not r.is_machine:
            person = Person.model_validate(r.as_person())
            assert date.fromisoformat(person.born_on or "") < date(2000, 1, 1)
            assert r.name == f"{person.given_names} {person.surname}"
            assert person.surname in {"Example", "Specimen", "Sample"}


def test_a_machine_has_no_number_and_stands_in_no_form() -> None:
    treasury = residents()["kz-treasury"]
    assert treasury.personal_number is None
    with pytest.raises(UnknownResident):
        treasury.as_person()


def test_people_stay_who_they_are() -> None:
    """Another number would be another person: keyed ids in the logs of development houses point to these."""
    found = {name: residents()[name].personal_number for name in ("kz-citizen-1", "tr-citizen-1")}
    assert found == {"kz-citizen-1": ("KZ", "711007418731"), "tr-citizen-1": ("TR", "14051521728")}


# --- their competences ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Where everybody lives, founded now."""
    with closing(House(Settings(data=tmp_path_factory.mktemp("open")))) as found:
        yield found


def test_people_hold_office_by_their_number_and_machines_by_their_name(open_house: House) -> None:
    """At the address where the house answers; people at any."""
    elsewhere = "http://127.0.0.1:1/identity"
    for r in residents().values():
        persons = open_house.persons_of(r.personal_number) if r.personal_number else {}
        issuer = open_house.provider.issuer if r.is_machine else elsewhere
        held = open_house.competences.of(issuer, r.id, NOON, persons)
        assert [(c.role, c.authority, c.procedures) for c in held] == [tuple(p) for p in r.competences]
        assert {c.person for c in held} <= {persons.get(r.country)}
        for competence in held:
            found = open_house.competences.officer(r.country, competence.office_id, NOON)
            assert found == (competence if competence.role in OFFICERS else None)


def test_what_people_hold_is_said_once_in_the_log_of_their_country(open_house: House) -> None:
    """The development people are few, and the log of a house that they founded begins with them."""
    sizes = {code: country.log.size() for code, country in open_house.countries.items()}
    for code in open_house.countries:
        listed = open_house.competences.listed(code)
        people = [r for r in residents().values() if r.country == code and not r.is_machine]
        assert len(listed) == sum(len(r.competences) for r in people)
    with closing(House(open_house.settings)) as again:
        assert {code: country.log.size() for code, country in again.countries.items()} == sizes


# --- the provider -----------------------------------------------------------------------------------------


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def provider(tmp_path: Path, clock: Hand) -> DevelopmentProvider:
    return DevelopmentProvider(tmp_path, ISSUER, clock, environment="development")


@pytest.fixture
def house(provider: DevelopmentProvider, clock: Hand) -> Tokens:
    return Tokens({ISSUER: {**provider.jwks(), "countries": list(countries())}}, clock)


def test_it_does_not_exist_in_production(tmp_path: Path) -> None:
    with pytest.raises(NotInProduction, match="TAMGA_ENVIRONMENT"):
        DevelopmentProvider(tmp_path, ISSUER, Hand(), environment="production")
    assert list(tmp_path.iterdir()) == []


def test_everybody_gets_a_token_that_the_house_takes(
    provider: DevelopmentProvider, house: Tokens, open_house: House
) -> None:
    record = open_house.competences
    record.enrol_machines(ISSUER, _machines(open_house))
    for r in residents().values():
        identity = house.identity_of(provider.mint(r.id))
        assert (identity.subject, identity.name, identity.personal_number) == (
            r.id,
            r.name,
            r.personal_number,
        )
        assert identity.client == (r.id if r.is_machine else "development")
        assert identity.expires_at - NOON == timedelta(minutes=10 if r.is_machine else 60)
        actor = actor_of(identity, record, open_house.persons_of, NOON)
        assert {c.role for c in actor.competences} == set(r.roles) - {"citizen"}


def _machines(house: House) -> list[Appointed]:
    found = development.appointments(house.person_of, house.countries)
    return [appointed for appointed in found if residents()[appointed.subject].is_machine]


def test_nobody_else_gets_one(provider: DevelopmentProvider) -> None:
    with pytest.raises(UnknownResident, match="tamga people"):
        provider.mint("kz-citizen-0")


def test_a_command_beside_a_running_house_mints_the_same_tokens(
    provider: DevelopmentProvider, house: Tokens, tmp_path: Path, clock: Hand
) -> None:
    """The keys are files: two processes that start at once, or one after the other, have the same."""
    beside = DevelopmentProvider(tmp_path, ISSUER, clock, environment="development")
    assert house.identity_of(beside.mint("kz-citizen-1")).subject == "kz-citizen-1"
    assert beside.jwks() == provider.jwks()


def test_a_house_at_another_address_does_not_take_them(tmp_path: Path, clock: Hand, house: Tokens) -> None:
    elsewhere = DevelopmentProvider(
        tmp_path, "http://127.0.0.1:8001/identity", clock, environment="development"
    )
    with pytest.raises(BadToken, match="unknown_issuer"):
        house.identity_of(elsewhere.mint("kz-citizen-1"))


def test_every_machine_has_a_key_that_only_its_owner_reads(
    tmp_path: Path, provider: DevelopmentProvider
) -> None:
    machines = {r.id for r in residents().values() if r.is_machine}
    assert {p.stem for p in (tmp_path / "clients").iterdir()} == machines
    for path in (tmp_path / "signing.pem", *(tmp_path / "clients").iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert provider.jwks() == {"keys": [SigningKey(tmp_path / "signing.pem").jwk()]}


@pytest.fixture
def stated(tmp_path: Path, provider: DevelopmentProvider, clock: Hand) -> Callable[..., str]:
    def state(client: str = "kz-treasury", audience: str = provider.token_endpoint) -> str:
        return assertion(development.client_key(tmp_path, client), client, audience, clock())

    return state


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/token"])
def test_a_machine_gets_a_token_for_its_signed_statement(
    provider: DevelopmentProvider, house: Tokens, stated: Callable[..., str], audience: str
) -> None:
    granted = provider.grant_machine(stated(audience=audience))
    assert house.identity_of(granted.access_token).subject == "kz-treasury"
    assert (granted.expires_in, granted.id_token) == (600, None)


def test_a_statement_is_taken_once(provider: DevelopmentProvider, stated: Callable[..., str]) -> None:
    statement = stated()
    provider.grant_machine(statement)
    with pytest.raises(Refused, match="used already"):
        provider.grant_machine(statement)
    provider.grant_machine(stated())


def test_a_statement_for_somebody_else_is_not_taken(
    provider: DevelopmentProvider, stated: Callable[..., str]
) -> None:
    with pytest.raises(Refused, match="invalid_claim: aud"):
        provider.grant_machine(stated(audience="https://other.example/token"))
    with pytest.raises(Refused, match="are all the client"):
        provider.grant_machine(stated(), client="tr-treasury")


def test_a_machine_cannot_speak_for_another(provider: DevelopmentProvider, tmp_path: Path) -> None:
    mine = development.client_key(tmp_path, "kz-treasury")
    with pytest.raises(Refused, match="invalid_key_id"):
        provider.grant_machine(assertion(mine, "tr-treasury", ISSUER, NOON))
    claims = {
        "iss": "kz-treasury",
        "sub": "tr-treasury",
        "aud": ISSUER,
        "iat": _s(0),
        "exp": _s(60),
        "jti": "1",
    }
    with pytest.raises(Refused, match="are all the client"):
        provider.grant_machine(SigningKey(mine).sign("JWT", claims))


def test_a_person_is_no_client(provider: DevelopmentProvider, tmp_path: Path) -> None:
    key = tmp_path / "own.pem"
    SigningKey.made_at(key)
    with pytest.raises(Refused, match="unknown_issuer"):
        provider.grant_machine(assertion(key, "kz-citizen-1", ISSUER, NOON))


def test_an_access_token_is_no_statement_of_a_client(provider: DevelopmentProvider) -> None:
    with pytest.raises(Refused, match="unknown_issuer"):
        provider.grant_machine(provider.mint("kz-treasury"))


# --- codes ------------------------------------------------------------------------------------------------

ASKED = AuthorizationRequest(
    client_id="development", redirect_uri="http://127.0.0.1:9/back", code_challenge=""
)


def asked(**changed: str) -> AuthorizationRequest:
    members = {name: getattr(ASKED, name) for name in AuthorizationRequest.__dataclass_fields__}
    return AuthorizationRequest(**{**members, "code_challenge": challenge(VERIFIER), **changed})


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def redeem(provider: DevelopmentProvider, code: str, **changed: str) -> development.Granted:
    members = {"client": "development", "redirect_uri": ASKED.redirect_uri, "verifier": VERIFIER, **changed}
    return provider.redeem(code, **members)


def test_a_code_is_worth_a_token_once(provider: DevelopmentProvider, house: Tokens) -> None:
    code = provider.code_for(asked(), "kz-citizen-1")
    granted = redeem(provider, code)
    assert house.identity_of(granted.access_token).subject == "kz-citizen-1"
    assert granted.id_token is None
    with pytest.raises(Refused, match="used already"):
        redeem(provider, code)


def test_a_code_is_worth_nothing_after_a_minute(provider: DevelopmentProvider, clock: Hand) -> None:
    code = provider.code_for(asked(), "kz-citizen-1")
    clock.at = NOON + timedelta(minutes=1)
    with pytest.raises(Refused, match="expired"):
        redeem(provider, code)


@pytest.mark.parametrize(
    "changed",
    [
        {"verifier": VERIFIER[:-1] + "1"},
        {"client": "another"},
        {"redirect_uri": "http://127.0.0.1:9/elsewhere"},
    ],
)
def test_whoever_found_a_code_has_one_guess_at_the_rest(
    provider: DevelopmentProvider, changed: dict[str, str]
) -> None:
    code = provider.code_for(asked(), "kz-citizen-1")
    with pytest.raises(Refused, match="invalid_grant"):
        redeem(provider, code, **changed)
    with pytest.raises(Refused, match="used already"):
        redeem(provider, code)


def test_a_machine_does_not_sign_in(provider: DevelopmentProvider) -> None:
    with pytest.raises(UnknownResident):
        provider.code_for(asked(), "kz-treasury")


def test_an_id_token_is_for_the_client_and_opens_nothing(
    provider: DevelopmentProvider, house: Tokens
) -> None:
    granted = redeem(provider, provider.code_for(asked(scope="openid", nonce="n"), "kz-citizen-1"))
    assert granted.id_token is not None
    with pytest.raises(BadToken, match="wrong_type"):
        house.identity_of(granted.id_token)


def test_codes_that_nobody_fetches_do_not_pile_up(provider: DevelopmentProvider) -> None:
    first = provider.code_for(asked(), "kz-citizen-1")
    for _ in itertools.repeat(None, 1000):
        last = provider.code_for(asked(), "kz-citizen-2")
    with pytest.raises(Refused):
        redeem(provider, first)
    redeem(provider, last)


def _s(seconds: int) -> int:
    return int(NOON.timestamp()) + seconds
