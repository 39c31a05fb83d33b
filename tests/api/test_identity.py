"""Signing in over HTTP: the whole code flow, a machine's way, and everything that is refused on them."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt as pyjwt
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from starlette.testclient import TestClient

from api import development
from domain.countries import countries
from infra.development.development import DevelopmentProvider, client_key, residents
from infra.identity.tokens import BadToken, SigningKey, Tokens, assertion
from tests.noon import NOON, Hand

HOME = "http://127.0.0.1:8000"
ISSUER = f"{HOME}/identity"
BACK = "http://127.0.0.1:51234/back"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"
SIGN_IN = {
    "response_type": "code",
    "client_id": "development",
    "redirect_uri": BACK,
    "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode(),
    "code_challenge_method": "S256",
    "state": 'of "mine" & <only>',
}
CODE = {
    "grant_type": "authorization_code",
    "redirect_uri": BACK,
    "client_id": "development",
    "code_verifier": VERIFIER,
}


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def provider(tmp_path: Path, clock: Hand) -> DevelopmentProvider:
    return DevelopmentProvider(tmp_path, ISSUER, clock, environment="development")


@pytest.fixture
def web(provider: DevelopmentProvider) -> TestClient:
    return TestClient(web_of(provider), base_url=HOME, follow_redirects=False)


@pytest.fixture
def house(web: TestClient, clock: Hand) -> Tokens:
    """A house that knows of the issuer what the issuer publishes."""
    published = web.get("/identity/.well-known/openid-configuration").json()
    keys = web.get(urlsplit(published["jwks_uri"]).path).json()["keys"]
    return Tokens({published["issuer"]: {"keys": keys, "countries": list(countries())}}, clock)


def web_of(provider: DevelopmentProvider) -> FastAPI:
    app = FastAPI()
    app.include_router(development.router(provider))
    return app


# --- people -----------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would send: the hidden fields of the form, and the buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.people: list[str] = []
        self.action = ""
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        self.addresses += [value for name, value in about.items() if name in {"src", "href", "data"}]
        match tag:
            case "form":
                self.action = about["action"]
            case "input":
                self.hidden[about["name"]] = about["value"]
            case "button" if about.get("name") == "person":
                self.people.append(about["value"])


def signed_in(web: TestClient, person: str = "kz-citizen-1", **changed: str) -> dict[str, str]:
    """The way of a browser: the page, a choice on it, and what came back to the client."""
    page = Page(web.get("/identity/authorize", params={**SIGN_IN, **changed}).text)
    assert person in page.people
    answer = web.post(f"/identity/{page.action}", data={**page.hidden, "person": person})
    assert answer.status_code == 303
    target, _, query = answer.headers["location"].partition("?")
    assert target == BACK
    return {name: values[0] for name, values in parse_qs(query, strict_parsing=True).items()}


def for_code(web: TestClient, found: str, **changed: str) -> Any:
    return web.post("/identity/token", data={**CODE, "code": found, **changed})


def refused(answer: Any) -> str:
    """The code of an OAuth error, as it has to look."""
    said = answer.json()
    assert set(said) == {"error", "error_description"}
    assert answer.status_code == (401 if said["error"] == "invalid_client" else 400)
    assert answer.headers["cache-control"] == "no-store"
    return str(said["error"])


def test_a_person_signs_in_and_the_house_knows_who_it_is(web: TestClient, house: Tokens) -> None:
    back = signed_in(web)
    assert back["state"] == SIGN_IN["state"]
    assert back["iss"] == ISSUER
    answer = for_code(web, back["code"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    said = answer.json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 3600)
    who = house.identity_of(said["access_token"])
    assert (who.subject, who.client) == ("kz-citizen-1", "development")
    assert who.personal_number == residents()["kz-citizen-1"].personal_number


def test_who_asks_for_openid_is_told_who_signed_in(web: TestClient) -> None:
    said = for_code(web, signed_in(web, scope="openid", nonce="once")["code"]).json()
    keys = web.get("/identity/jwks.json").json()["keys"]
    options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    claims = pyjwt.decode(
        said["id_token"],
        pyjwt.PyJWK(keys[0]),
        ["ES256"],
        audience="development",
        issuer=ISSUER,
        options=options,
    )
    assert (claims["sub"], claims["nonce"], claims["name"]) == ("kz-citizen-1", "once", "Aigül Example")


def test_the_page_shows_every_person_and_no_machine(web: TestClient) -> None:
    page = Page(web.get("/identity/authorize", params=SIGN_IN).text)
    assert page.people == [r.id for r in residents().values() if not r.is_machine]


def test_the_page_says_development_and_loads_nothing(web: TestClient) -> None:
    """No script, no address but the form's, and a policy that lets the form go to us and the client only."""
    answer = web.get("/identity/authorize", params=SIGN_IN)
    policy = answer.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://127.0.0.1:51234; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert "Development." in answer.text
    assert "<script" not in answer.text
    assert all(re.match(r"/(?!/)", address) for address in Page(answer.text).addresses)
    assert answer.headers["cache-control"] == "no-store"


def test_what_the_client_sent_is_text_on_the_page(web: TestClient) -> None:
    state = '"><script>alert(1)</script>'
    answer = web.get("/identity/authorize", params={**SIGN_IN, "state": state})
    assert "<script" not in answer.text
    assert Page(answer.text).hidden["state"] == state


def test_who_goes_back_is_nobody(web: TestClient) -> None:
    answer = web.post("/identity/authorize", data=SIGN_IN)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (query["error"], query["state"]) == (["access_denied"], [SIGN_IN["state"]])
    assert "code" not in query


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/back"},
        {"redirect_uri": "http://127.0.0.1.evil.example/"},
        {"redirect_uri": "http://127.0.0.1:80@evil.example/"},
        {"redirect_uri": "http://127.0.0.1:51234/back\r\nSet-Cookie: a=b"},
        {"redirect_uri": "http://127.0.0.1:51234/back?code=mine"},
        {"redirect_uri": "http://localhost"},
        {"redirect_uri": "javascript:alert(1)"},
        {"client_id": "another"},
        {"response_type": "token"},
        {"code_challenge": ""},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"state": "a\nb"},
    ],
)
def test_a_wrong_request_to_sign_in_leads_nowhere(web: TestClient, changed: dict[str, str]) -> None:
    """Neither the page nor the form sends anybody anywhere, or repeats what was sent."""
    sent = {**SIGN_IN, **changed}
    for answer in (
        web.get("/identity/authorize", params=sent),
        web.post("/identity/authorize", data={**sent, "person": "kz-citizen-1"}),
    ):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert next(iter(changed)) in answer.text
        assert "evil" not in answer.text
        assert "form-action 'none'" in answer.headers["content-security-policy"]


def test_a_parameter_that_comes_twice_is_refused(web: TestClient) -> None:
    twice = urlencode([*SIGN_IN.items(), ("redirect_uri", "http://127.0.0.1:1/")])
    assert web.get(f"/identity/authorize?{twice}").status_code == 400


@pytest.mark.parametrize("person", ["kz-citizen-0", "kz-treasury"])
def test_somebody_who_is_not_there_and_a_machine_do_not_sign_in(web: TestClient, person: str) -> None:
    assert web.post("/identity/authorize", data={**SIGN_IN, "person": person}).status_code == 404


def test_a_wrong_verifier_is_refused_and_uses_the_code_up(web: TestClient) -> None:
    code = signed_in(web)["code"]
    assert refused(for_code(web, code, code_verifier=VERIFIER[:-1] + "1")) == "invalid_grant"
    assert refused(for_code(web, code)) == "invalid_grant"


def test_a_code_is_good_once(web: TestClient) -> None:
    code = signed_in(web)["code"]
    assert for_code(web, code).status_code == 200
    assert refused(for_code(web, code)) == "invalid_grant"


def test_a_code_is_good_for_a_minute(web: TestClient, clock: Hand) -> None:
    code = signed_in(web)["code"]
    clock.at = NOON + timedelta(seconds=60)
    assert refused(for_code(web, code)) == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "http://127.0.0.1:51234/elsewhere"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"code": ""}, "invalid_request"),
        ({"code": "another"}, "invalid_grant"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_comes_with_everything_it_was_asked_with(
    web: TestClient, changed: dict[str, str], error: str
) -> None:
    assert refused(for_code(web, signed_in(web)["code"], **changed)) == error


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (json.dumps(CODE).encode(), "application/json"),
        (urlencode(CODE).encode(), "text/plain"),
        (b"grant_type=authorization_code&grant_type=client_credentials", "application/x-www-form-urlencoded"),
        (b"grant_type=client_credentials&client_assertion=%ff", "application/x-www-form-urlencoded"),
        ("grant_type=é".encode(), "application/x-www-form-urlencoded"),
        (b"a=b&" * 200, "application/x-www-form-urlencoded"),
        (b"a" * 20_000, "application/x-www-form-urlencoded"),
        (b"", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_form_is_refused_as_one(web: TestClient, content: bytes, kind: str) -> None:
    answer = web.post("/identity/token", content=content, headers={"content-type": kind})
    assert refused(answer) == "invalid_request"


# --- machines ---------------------------------------------------------------------------------------------


@pytest.fixture
def grant(web: TestClient, tmp_path: Path) -> Callable[..., Any]:
    def ask(statement: str | None = None, **changed: str) -> Any:
        fresh = assertion(client_key(tmp_path, "kz-vehicle-register"), "kz-vehicle-register", ISSUER, NOON)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": development.ASSERTION_TYPE,
            "client_assertion": fresh if statement is None else statement,
        }
        return web.post("/identity/token", data={**form, **changed})

    return ask


def test_a_registry_gets_a_token_with_its_key(
    grant: Callable[..., Any], house: Tokens, web: TestClient
) -> None:
    said = grant().json()
    assert said["expires_in"] == 600
    assert "id_token" not in said
    who = house.identity_of(said["access_token"])
    assert (who.subject, who.client, who.personal_number) == ("kz-vehicle-register",) * 2 + (None,)
    assert web.get("/identity/.well-known/openid-configuration").json()["token_endpoint"] == f"{ISSUER}/token"


def test_a_statement_that_was_used_is_refused(grant: Callable[..., Any], tmp_path: Path) -> None:
    key = client_key(tmp_path, "kz-treasury")
    statement = assertion(key, "kz-treasury", f"{ISSUER}/token", NOON)
    assert grant(statement).status_code == 200
    assert refused(grant(statement)) == "invalid_client"


def test_an_unknown_client_is_refused(grant: Callable[..., Any], tmp_path: Path) -> None:
    key = tmp_path / "unknown.pem"
    SigningKey.made_at(key)
    assert refused(grant(assertion(key, "xx-registry", ISSUER, NOON))) == "invalid_client"
    assert refused(grant(assertion(key, "kz-treasury", ISSUER, NOON))) == "invalid_client"


@pytest.mark.parametrize("aud", ["https://other.example/token", f"{ISSUER}/authorize", "tamga"])
def test_a_statement_for_another_audience_is_refused(
    grant: Callable[..., Any], tmp_path: Path, aud: str
) -> None:
    assert (
        refused(grant(assertion(client_key(tmp_path, "kz-treasury"), "kz-treasury", aud, NOON)))
        == "invalid_client"
    )


@pytest.mark.parametrize("minutes", [-2, 2])
def test_a_statement_of_another_time_is_refused(
    grant: Callable[..., Any], tmp_path: Path, minutes: int
) -> None:
    then = NOON + timedelta(minutes=minutes)
    statement = assertion(client_key(tmp_path, "kz-treasury"), "kz-treasury", ISSUER, then)
    assert refused(grant(statement)) == "invalid_client"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        (
            {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"},
            "invalid_request",
        ),
        ({"client_assertion_type": ""}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
        ({"client_assertion": "a.b.c"}, "invalid_client"),
        ({"client_id": "tr-treasury"}, "invalid_client"),
    ],
)
def test_a_machine_authenticates_by_its_statement_alone(
    grant: Callable[..., Any], changed: dict[str, str], error: str
) -> None:
    assert refused(grant(**changed)) == error


def test_an_error_repeats_nothing_of_what_was_sent(grant: Callable[..., Any], web: TestClient) -> None:
    secret = "14051521728"
    said = [
        grant(secret).text,
        grant(client_id=secret).text,
        grant(grant_type=secret).text,
        for_code(web, secret, code_verifier=secret).text,
        web.post("/identity/authorize", data={**SIGN_IN, "person": secret}).text,
        web.get("/identity/authorize", params={**SIGN_IN, "client_id": secret}).text,
    ]
    assert not [text for text in said if secret in text]


# --- tokens that others made ------------------------------------------------------------------------------


def test_a_provider_with_other_keys_at_the_same_address_is_not_believed(
    house: Tokens, tmp_path: Path
) -> None:
    impostor = DevelopmentProvider(tmp_path / "impostor", ISSUER, Hand(), environment="development")
    with pytest.raises(BadToken):
        house.identity_of(impostor.mint("kz-vehicle-registration-supervisor"))


# --- the description --------------------------------------------------------------------------------------


def test_every_operation_is_described_and_open(provider: DevelopmentProvider) -> None:
    document = web_of(provider).openapi()
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert len(operations) == 5
    for operation in operations:
        assert operation["summary"]
        assert operation["security"] == []
        assert "422" not in operation["responses"]


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_it_answers_as_it_is_described(provider: DevelopmentProvider, mode: GenerationMode) -> None:
    """Whatever is sent, right or wrong: the statuses, types and bodies are those of the OpenAPI document."""
    app = web_of(provider)
    # A schema says what a code looks like, not which exist: that an endpoint grants tokens, this says.
    flow = {"clientCredentials": {"tokenUrl": "/identity/token", "scopes": {}}}
    app.openapi()["components"]["securitySchemes"] = {"oauth": {"type": "oauth2", "flows": flow}}
    seen: dict[str, set[int]] = {}
    for found in schemathesis.openapi.from_asgi("/openapi.json", app).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()

        @given(operation.as_strategy(generation_mode=mode))
        @settings(max_examples=20, suppress_health_check=list(HealthCheck), database=None)
        def answers(case: schemathesis.Case[Any]) -> None:
            answer = case.call_and_validate()
            seen.setdefault(case.operation.label, set()).add(answer.status_code)

        try:
            answers()
        except Unsatisfiable:
            assert (
                operation.path.endswith(".json") or "well-known" in operation.path
            )  # nothing can be wrong there
    if mode is GenerationMode.POSITIVE:
        assert {label for label, statuses in seen.items() if statuses & {200, 303}} == {
            "GET /identity/.well-known/openid-configuration",
            "GET /identity/jwks.json",
            "GET /identity/authorize",
            "POST /identity/authorize",
        }, "and the token endpoint wants a code that exists"
