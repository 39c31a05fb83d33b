"""Bearer tokens: what is taken, and everything that is not."""

import base64
import hashlib
import hmac
import json
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt as pyjwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.countries import countries
from infra.identity.competences import Competences
from infra.identity.tokens import (
    BadToken,
    Identity,
    SigningKey,
    Tokens,
    actor_of,
    assertion,
    key_set,
    verified,
)
from tests.infra.identity.appointees import appointee
from tests.noon import NOON, Hand

ISSUER = "https://identity.example"
OTHER = "https://other.example"
NOW = int(NOON.timestamp())
NUMBER = {"country": "TR", "number": "14051521728"}  # a valid TCKN; nobody's


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SigningKey]:
    folder = tmp_path_factory.mktemp("keys")
    return {issuer: SigningKey.made_at(folder / f"{n}.pem") for n, issuer in enumerate((ISSUER, OTHER))}


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def house(keys: dict[str, SigningKey], clock: Hand) -> Tokens:
    return Tokens(
        {issuer: {"keys": [key.jwk()], "countries": list(countries())} for issuer, key in keys.items()}, clock
    )


@pytest.fixture
def signed(keys: dict[str, SigningKey]) -> Callable[..., str]:
    """A token of ISSUER, with these claims changed; None leaves one out."""

    def sign(typ: str = "at+jwt", by: str = ISSUER, **changed: Any) -> str:
        given = {**claims(), **changed}
        return keys[by].sign(typ, {name: value for name, value in given.items() if value is not None})

    return sign


def claims() -> dict[str, Any]:
    return {
        "iss": ISSUER,
        "sub": "somebody",
        "aud": "tamga",
        "client_id": "a-client",
        "name": "Ayşe Example",
        "personal_number": NUMBER,
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 3600,
        "jti": "1",
    }


def part(content: object) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def refused(house: Tokens, token: str) -> str:
    with pytest.raises(BadToken) as caught:
        house.identity_of(token)
    return caught.value.reason


def test_a_token_names_who_somebody_is(house: Tokens, signed: Callable[..., str]) -> None:
    assert house.identity_of(signed()) == Identity(
        issuer=ISSUER,
        subject="somebody",
        client="a-client",
        name="Ayşe Example",
        personal_number=("TR", "14051521728"),
        expires_at=NOON + timedelta(hours=1),
    )


def test_a_machine_has_no_personal_number(house: Tokens, signed: Callable[..., str]) -> None:
    assert house.identity_of(signed(personal_number=None)).personal_number is None


def test_our_tokens_are_read_by_a_tool_that_nobody_here_wrote(
    keys: dict[str, SigningKey], signed: Callable[..., str]
) -> None:
    key = pyjwt.PyJWK(dict(keys[ISSUER].jwk()))
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    read = pyjwt.decode(signed(), key, algorithms=["ES256"], audience="tamga", issuer=ISSUER, options=options)
    assert read == claims()


# --- what is not taken ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": NOW}, "expired_token: exp"),
        ({"exp": NOW - 1, "iat": NOW - 3600}, "expired_token: exp"),
        ({"exp": None}, "missing_claim: exp"),
        ({"exp": "never"}, "invalid_claim: exp"),
        ({"exp": True}, "invalid_claim: exp"),
        ({"exp": float("nan")}, "invalid_claim: exp"),
        ({"exp": float("inf")}, "invalid_claim: exp"),
        ({"exp": NOW + 3601}, "lives_too_long"),
        ({"exp": 10**400}, "lives_too_long"),
        ({"nbf": NOW + 60}, "invalid_claim: nbf"),
        ({"iat": NOW + 60, "exp": NOW + 120}, "invalid_claim: iat"),
        ({"iat": None}, "missing_claim: iat"),
        ({"aud": "another-house"}, "invalid_claim: aud"),
        ({"aud": ["another-house"]}, "invalid_claim: aud"),
        ({"aud": {"tamga": True}}, "invalid_claim: aud"),
        ({"aud": None}, "missing_claim: aud"),
        ({"jti": None}, "missing_claim: jti"),
        ({"sub": None}, "missing_claim: sub"),
        ({"sub": ""}, "invalid_claim: sub"),
        ({"sub": 7}, "invalid_claim: sub"),
        ({"client_id": None}, "invalid_claim: client_id or name"),
        ({"name": ["Ayşe"]}, "invalid_claim: client_id or name"),
        ({"iss": "https://nobody.example"}, "unknown_issuer"),
        ({"iss": None}, "not_a_jwt"),
        ({"iss": [ISSUER]}, "not_a_jwt"),
    ],
)
def test_a_claim_that_is_not_right_is_refused(
    house: Tokens, signed: Callable[..., str], changed: dict[str, Any], reason: str
) -> None:
    assert refused(house, signed(**changed)) == reason


@pytest.mark.parametrize(
    "number",
    [
        {"country": "TR", "number": " 14051521728"},
        {"country": "TR", "number": "14051521729"},
        {"country": "XX", "number": "14051521728"},
        {"country": "TR"},
        {"country": "TR", "number": 14051521728},
        {**NUMBER, "form": "passport"},
        "14051521728",
    ],
)
def test_a_personal_number_that_is_not_in_its_normal_form_is_refused(
    house: Tokens, signed: Callable[..., str], number: object
) -> None:
    """Another spelling would be another keyed id: the same human would be two."""
    assert refused(house, signed(personal_number=number)) == "invalid_claim: personal_number"


def test_a_clock_that_is_five_seconds_ahead_of_ours_is_forgiven(
    house: Tokens, signed: Callable[..., str]
) -> None:
    assert house.identity_of(signed(iat=NOW + 5, nbf=NOW + 5)).subject == "somebody"


def test_an_issuer_cannot_speak_for_another(house: Tokens, signed: Callable[..., str]) -> None:
    assert refused(house, signed(by=OTHER)) == "invalid_key_id"


def test_a_stranger_cannot_borrow_the_name_of_a_key(
    house: Tokens, tmp_path: Path, keys: dict[str, SigningKey]
) -> None:
    """The header says which key it was, and is part of what is signed; here another key says so."""
    stranger = SigningKey.made_at(tmp_path / "stranger.pem")
    assert refused(house, stranger.sign("at+jwt", claims())) == "invalid_key_id"
    header = {"typ": "at+jwt", "kid": keys[ISSUER].jwk()["kid"]}
    lie = pyjwt.encode(claims(), (tmp_path / "stranger.pem").read_text(), algorithm="ES256", headers=header)
    assert refused(house, lie) == "wrong_signature"


def test_an_unsigned_token_is_refused(house: Tokens, keys: dict[str, SigningKey]) -> None:
    for alg in ("none", "None", "NONE", "nOnE"):
        header = {"alg": alg, "typ": "at+jwt", "kid": keys[ISSUER].jwk()["kid"]}
        assert refused(house, f"{part(header)}.{part(claims())}.") == "unsupported_algorithm"


def test_the_public_key_is_no_shared_secret(house: Tokens, keys: dict[str, SigningKey]) -> None:
    """The confusion of algorithms: HS256 with the issuer's public key as the secret."""
    public = keys[ISSUER].jwk()
    header = part({"alg": "HS256", "typ": "at+jwt", "kid": public["kid"]})
    for secret in (json.dumps(public).encode(), public["x"].encode(), public["kid"].encode()):
        signing_input = f"{header}.{part(claims())}"
        mac = hmac.new(secret, signing_input.encode(), hashlib.sha256).digest()
        assert refused(house, f"{signing_input}.{part(mac)}") == "unsupported_algorithm"


def test_a_key_that_the_token_brings_itself_is_not_looked_at(tmp_path: Path) -> None:
    ours, theirs = (SigningKey.made_at(tmp_path / f"{name}.pem") for name in ("ours", "theirs"))
    house = Tokens({ISSUER: {"keys": [ours.jwk()], "countries": list(countries())}}, Hand())
    private = (tmp_path / "theirs.pem").read_text()
    token = pyjwt.encode(
        claims(),
        private,
        algorithm="ES256",
        headers={"typ": "at+jwt", "kid": ours.jwk()["kid"], "jwk": theirs.jwk()},
    )
    assert refused(house, token) == "wrong_signature"


def test_another_kind_of_statement_is_no_access_token(house: Tokens, signed: Callable[..., str]) -> None:
    """An ID token, or what a client signs to authenticate, does not open the house."""
    assert refused(house, signed(typ="JWT")) == "wrong_type"


def test_one_changed_letter_breaks_a_token(house: Tokens, signed: Callable[..., str]) -> None:
    token = signed()
    for place in range(0, len(token), 7):
        letter = "A" if token[place] != "A" else "B"
        with pytest.raises(BadToken):
            house.identity_of(token[:place] + letter + token[place + 1 :])


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "é.é.é",
        "\ud800",
        "a" * 5000,
        f"{part(['alg', 'kid'])}.{part(claims())}.{part(b'x')}",
        f"{part({'alg': ['ES256'], 'kid': 'x'})}.{part(claims())}.{part(b'x')}",
        f"{part({'alg': 'ES256', 'kid': 'x', 'crit': 5})}.{part(claims())}.{part(b'x')}",
        f"{part({'alg': 'ES256', 'kid': 'x', 'crit': ['b64'], 'b64': False})}.{part(claims())}.{part(b'x')}",
        f"{part({'alg': 'ES256', 'kid': 'x'})}.{part(b'[' * 2500)}.{part(b'x')}",
        f"{part(b'[' * 300)}.{part(claims())}.{part(b'x')}",
    ],
)
def test_what_is_no_token_at_all_is_refused_the_same_way(house: Tokens, token: str) -> None:
    refused(house, token)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5), st.data())
def test_whatever_a_header_or_the_claims_are_nothing_but_bad_token_comes_of_it(
    value: object, draw: st.DataObject
) -> None:
    """For any JSON in any member of header and claims, also before a signature was looked at."""
    house = Tokens({}, Hand())
    header: dict[str, Any] = {"alg": "ES256", "kid": "x", "typ": "at+jwt", "crit": None}
    header[draw.draw(st.sampled_from(sorted(header)))] = value
    body: Any = {**claims(), draw.draw(st.sampled_from(sorted(claims()))): value}
    for token in (
        f"{part(header)}.{part(body)}.{part(b'x')}",
        f"{part(value)}.{part(body)}.",
        f"{part(header)}.{part(value)}.",
    ):
        refused(house, token)


def test_a_reason_tells_nothing_of_the_token(house: Tokens, signed: Callable[..., str]) -> None:
    secret = "Ayşe-14051521728"
    said = [
        refused(house, signed(aud=secret)),
        refused(house, signed(iss=secret)),
        refused(house, signed(typ=secret)),
        refused(
            house, f"{part({'alg': secret, 'kid': secret})}.{part({**claims(), secret: 1})}.{part(b'x')}"
        ),
        refused(house, signed(personal_number={"country": "TR", "number": secret})),
        refused(house, signed(exp=secret)),
    ]
    assert not [reason for reason in said if "Ay" in reason or "1405" in reason]


def test_a_name_and_a_number_do_not_show_when_an_identity_is_printed(
    house: Tokens, signed: Callable[..., str]
) -> None:
    shown = repr(house.identity_of(signed()))
    assert "Ay" not in shown
    assert "1405" not in shown


# --- remembering ------------------------------------------------------------------------------------------


def test_a_token_that_was_verified_is_remembered_until_it_expires(
    house: Tokens, signed: Callable[..., str], clock: Hand
) -> None:
    token = signed()
    first = house.identity_of(token)
    clock.at = NOON + timedelta(minutes=59, seconds=59)
    assert house.identity_of(token) is first
    clock.at = NOON + timedelta(hours=1)
    assert refused(house, token) == "expired_token: exp"


def test_a_token_is_looked_at_again_when_the_clock_was_set_back(
    house: Tokens, signed: Callable[..., str], clock: Hand
) -> None:
    token = signed()
    house.identity_of(token)
    clock.at = NOON - timedelta(hours=1)
    assert refused(house, token).startswith("invalid_claim")


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    keys: dict[str, SigningKey], signed: Callable[..., str], clock: Hand
) -> None:
    house = Tokens({ISSUER: {"keys": [keys[ISSUER].jwk()], "countries": list(countries())}}, clock, room=3)
    first = signed(jti="0")
    kept = house.identity_of(first)
    for n in range(1, 4):
        house.identity_of(signed(jti=str(n)))
    assert house.identity_of(first) is not kept


# --- the actor --------------------------------------------------------------------------------------------


@pytest.fixture
def competences(tmp_path: Path) -> Iterator[Competences]:
    opened = Competences(tmp_path / "competences.sqlite")
    yield opened
    opened.close()


def persons_of(number: tuple[str, str]) -> dict[str, str]:
    return {country: f"{country}:{':'.join(number)}" for country in ("KZ", "TR")}


def test_an_actor_is_the_same_human_under_another_id_in_each_country(
    house: Tokens, signed: Callable[..., str], competences: Competences
) -> None:
    actor = actor_of(house.identity_of(signed()), competences, persons_of, NOON)
    assert actor.persons == {country: f"{country}:TR:14051521728" for country in ("KZ", "TR")}
    assert (actor.issuer, actor.subject, actor.client) == (ISSUER, "somebody", "a-client")


def test_a_machine_is_no_human_anywhere(
    house: Tokens, signed: Callable[..., str], competences: Competences
) -> None:
    machine = house.identity_of(signed(personal_number=None))
    assert actor_of(machine, competences, persons_of, NOON).persons == {}


def test_competences_come_from_our_record_and_end_while_the_token_still_holds(
    house: Tokens, signed: Callable[..., str], competences: Competences
) -> None:
    identity = house.identity_of(signed(roles=["officer"], competences=["everything"]))
    assert actor_of(identity, competences, persons_of, NOON).competences == ()
    person = persons_of(("TR", "14051521728"))["TR"]
    competences.follow([appointee("a", authority="tr-civil-registry", person=person, until="2026-11-23")])
    (held,) = actor_of(identity, competences, persons_of, NOON).competences
    assert (held.role, held.authority, held.person) == ("officer", "tr-civil-registry", person)
    assert actor_of(identity, competences, persons_of, NOON + timedelta(days=1)).competences == ()


# --- keys and assertions ----------------------------------------------------------------------------------


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "key.pem"
    made = SigningKey.made_at(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.made_at(path).jwk() == SigningKey(path).jwk() == made.jwk()
    assert [p.name for p in path.parent.iterdir()] == ["key.pem"]


def test_many_who_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: SigningKey.made_at(tmp_path / "key.pem").jwk()["kid"], range(8)))
    assert len(set(made)) == 1


def test_who_has_no_key_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        assertion(tmp_path / "missing.pem", "somebody", ISSUER, NOON)


def test_what_is_published_of_a_key_is_public(tmp_path: Path) -> None:
    assert set(SigningKey.made_at(tmp_path / "key.pem").jwk()) == {
        "kty",
        "crv",
        "x",
        "y",
        "use",
        "alg",
        "kid",
    }


@pytest.mark.parametrize("lie", [{"d": "secret"}, {"crv": "P-384"}, {"kid": ""}])
def test_an_issuer_has_public_p256_keys_with_a_name(tmp_path: Path, lie: dict[str, str]) -> None:
    good = SigningKey.made_at(tmp_path / "key.pem").jwk()
    with pytest.raises(ValueError, match="public P-256 keys"):
        key_set([{**good, **lie}])


def test_an_assertion_is_good_for_a_minute_and_never_twice_the_same(tmp_path: Path) -> None:
    path = tmp_path / "machine.pem"
    keys = {"machine": key_set([SigningKey.made_at(path).jwk()])}
    one, two = (assertion(path, "machine", ISSUER, NOON) for _ in range(2))
    read = [verified(text, keys, NOON, {ISSUER}) for text in (one, two)]
    assert read[0]["jti"] != read[1]["jti"]
    assert read[0]["iss"] == read[0]["sub"] == "machine"
    with pytest.raises(BadToken, match="expired_token"):
        verified(one, keys, NOON + timedelta(minutes=1), {ISSUER})
