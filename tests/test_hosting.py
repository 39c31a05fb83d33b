"""A house that keeps some of the member countries: of the others it has nothing, and says so."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import build
from domain.countries import countries
from infra.development import development
from infra.formats.envelope import payload_of, split
from infra.house import House
from infra.identity.tokens import BadToken, SigningKey
from infra.operations.follow import catch_up
from infra.operations.readiness import readiness
from infra.settings import Settings, WrongSetting
from tests.town.caller import Caller, problem


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Kazakhstan's, alone."""
    with closing(House(Settings(data=tmp_path_factory.mktemp("alone"), countries="KZ"))) as found:
        catch_up(found.countries["KZ"], found.competences)
        yield found


@pytest.fixture(scope="module")
def http(house: House) -> Iterator[TestClient]:
    with TestClient(build(house), base_url=house.settings.base_url) as found:
        yield found


def as_(house: House, http: TestClient, person: str) -> Caller:
    return Caller(http, lambda: house.provider.mint(person))


def test_the_others_have_no_folder_no_keys_and_no_log(house: House) -> None:
    assert set(house.countries) == set(readiness(house)["countries"]) == {"KZ"}
    assert {path.name for path in house.settings.data.glob("??")} == {"kz"}


def test_the_log_names_all_members_all_the_same(house: House) -> None:
    first = house.countries["KZ"].log.at(0)
    assert first is not None
    opened = payload_of(split(first[4])[0])
    assert opened["data"]["countries"] == opened["to"] == sorted(countries())


@pytest.mark.parametrize(
    ("person", "method", "path", "more"),
    [
        ("kz-citizen-1", "GET", "/v1/procedures/birth_certificate?country=TR", {}),
        ("kz-citizen-1", "GET", "/v1/cases?country=TR", {}),
        ("kz-citizen-1", "GET", "/v1/my/accesses?country=TR", {}),
        (
            "tr-citizen-1",
            "POST",
            "/v1/evidence",
            {"data": {"country": "TR"}, "files": {"file": ("a.pdf", b"%PDF-1.4")}},
        ),
        ("tr-birth-register", "GET", "/v1/feeds/tr", {}),
        ("tr-birth-register", "POST", "/v1/feeds/tr/receipts", {}),
        ("tr-birth-register", "POST", "/v1/feeds/tr/disclosures", {}),
    ],
)
def test_what_is_asked_of_another_country_is_answered_that_it_is_not_kept_here(  # noqa: PLR0917 - as above
    house: House, http: TestClient, person: str, method: str, path: str, more: dict[str, Any]
) -> None:
    assert problem(as_(house, http, person).send(method, path, **more)) == (404, "not_kept_here")


def test_a_request_to_another_country_is_not_filed_here(house: House, http: TestClient) -> None:
    filing = {"country": "TR", "procedure": "birth_certificate", "request": {}, "evidence": []}
    answer = as_(house, http, "tr-citizen-1").post("/v1/cases", filing, key="abroad")
    assert problem(answer) == (404, "not_kept_here")


def test_a_registry_of_another_country_receives_what_concerns_it(house: House, http: TestClient) -> None:
    """The keys of Kazakhstan's log, from its first event on."""
    origin = house.countries["KZ"].keyring.origin
    answer = as_(house, http, "tr-birth-register").get("/v1/feeds/tr", source=origin)
    assert answer.is_success, answer.text
    assert [event["type"] for event in answer.json()][:1] == ["keys.LogOpened.v1"]


def test_only_what_is_offered_here_is_listed(http: TestClient, tmp_path: Path) -> None:
    """Of Uzbekistan no law is known by which what stands in the register of births is corrected."""
    assert listed(http)["birth_correction"] == listed(http)["car_sale"] == ["KZ"]
    with closing(House(Settings(data=tmp_path, countries="UZ"))) as house:
        catch_up(house.countries["UZ"], house.competences)
        with TestClient(build(house), base_url=house.settings.base_url) as uzbek:
            assert listed(uzbek)["car_sale"] == ["UZ"]
            assert listed(uzbek)["birth_correction"] == []


def listed(http: TestClient) -> dict[str, list[str]]:
    """Each procedure, and the countries that offer it here."""
    return {item["procedure"]: item["countries"] for item in http.get("/v1/procedures").json()["items"]}


# --- in production ----------------------------------------------------------------------------------------


def production(folder: Path, keys: list[dict[str, str]]) -> Settings:
    (folder / "issuers.json").write_text(
        json.dumps({"https://id.example": {"countries": ["KZ"], "keys": keys}}), "utf-8"
    )
    return Settings(
        data=folder / "data",
        countries="KZ",
        environment="production",
        organisation="Fictional State Centre",
        issuers=folder / "issuers.json",  # type: ignore[arg-type] # a path, which is read
    )


def test_in_production_whom_a_named_issuer_vouches_for_is_signed_in(tmp_path: Path) -> None:
    key = SigningKey.made_at(tmp_path / "key.pem")
    with closing(House(production(tmp_path, [key.jwk()]))) as house:
        now = int(house.clock().timestamp())
        claims = {"iss": "https://id.example", "sub": "somebody", "aud": "tamga", "client_id": "a-client"}
        times: dict[str, object] = {"jti": "1", "iat": now, "exp": now + 600}
        actor = house.actor(key.sign("at+jwt", {**claims, **times}))
        assert (actor.issuer, actor.subject, actor.competences) == ("https://id.example", "somebody", ())


def test_an_issuer_vouches_for_the_people_of_its_countries_alone(tmp_path: Path) -> None:
    """Türkiye's provider does not say who somebody is by a Kazakh number, whoever holds its key."""
    key = SigningKey.made_at(tmp_path / "key.pem")
    with closing(House(production(tmp_path, [key.jwk()]))) as house:
        now = int(house.clock().timestamp())
        claims = {"iss": "https://id.example", "sub": "somebody", "aud": "tamga", "client_id": "a-client"}
        for resident, is_known in (("kz-citizen-1", True), ("tr-citizen-1", False)):
            country, number = development.resident(resident).personal_number or ("", "")
            says: dict[str, object] = {"jti": "1", "iat": now, "exp": now + 600}
            says["personal_number"] = {"country": country, "number": number}
            token = key.sign("at+jwt", {**claims, **says})
            if is_known:
                assert set(house.actor(token).persons) == {"KZ"}
            else:
                with pytest.raises(BadToken, match="personal_number"):
                    house.actor(token)


def test_an_issuer_whose_keys_are_of_another_kind_is_named(tmp_path: Path) -> None:
    """When the house opens, and not at the first request."""
    with pytest.raises(WrongSetting, match=r"^TAMGA_ISSUERS: .*P-256"):
        House(production(tmp_path, [{"kty": "RSA", "kid": "one"}]))
    with pytest.raises(WrongSetting, match=r"^TAMGA_ISSUERS: .*P-256"):
        House(production(tmp_path, []))
