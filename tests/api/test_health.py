"""Those who look after the house: is it alive, can it work, how much, and with which keys does it sign."""

import sqlite3
from contextlib import closing

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from jwt.algorithms import ECAlgorithm

from domain.countries import countries
from infra.desk import key_acts
from tests.town.caller import good
from tests.town.people import Town

pytestmark = pytest.mark.countries(*countries())

SALE = ("KZ", "car_sale")


def test_it_lives_if_it_answers(town: Town) -> None:
    assert good(town.anybody.get("/livez")) == {"status": "live"}


def test_it_is_ready_when_every_country_takes_filings(town: Town) -> None:
    """What only lags is said beside it."""
    shown = good(town.anybody.get("/readyz"))
    assert shown["ready"]
    assert set(shown["countries"]) == set(countries())
    assert all(c["trouble"] is None and c["parked"] == [] for c in shown["countries"].values())


@pytest.mark.slow
def test_a_log_that_cannot_be_written_is_said_and_heals(new_town: Town) -> None:
    """503 for who files there, reads go on, the other countries too; nothing is lost."""
    body, case = new_town.filing(*SALE), new_town.file(*SALE)
    seller = new_town.as_("kz-citizen-1")
    file = new_town.settings.data / "kz" / "log.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        refused = seller.post("/v1/cases", body, key="locked")
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["retry-after"]
        not_ready = new_town.anybody.get("/readyz")
        assert not_ready.status_code == 503
        assert not_ready.json()["countries"]["KZ"]["trouble"]
        assert not_ready.json()["countries"]["TR"]["trouble"] is None
        assert new_town.read(case)["stage"] == "filed"
        new_town.file("TR", "birth_certificate")
    assert seller.post("/v1/cases", body, key="locked").status_code == 201
    assert new_town.anybody.get("/readyz").status_code == 200


def test_read_models_that_are_ahead_of_the_log_are_said_and_how_that_is_mended(new_town: Town) -> None:
    """The log was put back from an older copy."""
    new_town.settle()
    file = new_town.settings.data / "kz" / "read_models.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as somebody:
        somebody.execute("UPDATE positions SET position = position + 3 WHERE source = 'log'")
        found = new_town.anybody.get("/readyz")
        somebody.execute("UPDATE positions SET position = position - 3 WHERE source = 'log'")
    assert found.status_code == 503
    assert "tamga rebuild KZ" in found.json()["countries"]["KZ"]["trouble"]
    assert found.json()["countries"]["TR"]["trouble"] is None
    assert new_town.anybody.get("/readyz").status_code == 200


def test_the_metrics_count_requests_by_route_and_events_by_country(town: Town) -> None:
    """A route is its template: what somebody typed is in no label."""
    case = town.file(*SALE)
    town.anybody.get("/v1/somebody-typed-this")
    text = town.anybody.get("/metrics").text
    assert 'tamga_http_requests_total{method="POST",route="/v1/cases",status="201"}' in text
    assert f'tamga_log_events{{country="KZ"}} {float(town.house.countries["KZ"].log.size())}' in text
    assert case not in text
    assert "somebody-typed-this" not in text
    assert 'route="unknown",status="404"' in text


def test_a_method_that_is_none_of_http_is_counted_as_other(town: Town) -> None:
    assert town.anybody.send("AYSE", "/livez").status_code == 405
    assert "AYSE" not in town.anybody.get("/metrics").text


def test_every_event_is_verified_by_a_key_that_is_served(new_town: Town) -> None:
    """With a library that is not ours; also an event whose seal was rotated meanwhile."""
    case = new_town.file(*SALE)
    office = "kz-vehicle-registration"
    desk = new_town.house.countries["KZ"].desk
    types = ("case.*", "claim.*", "entry.*")
    kid = key_acts.rotate(desk, office, types)
    new_town.consent(case)
    keys = {key["kid"]: key for key in good(new_town.anybody.get("/.well-known/jwks.json"))["keys"]}
    events = new_town.history(case)
    assert {jwt.get_unverified_header(e["jws"])["kid"] for e in events} == {*_kids(events)}
    assert kid in _kids(events)
    for event in events:
        key = ECAlgorithm.from_jwk(keys[jwt.get_unverified_header(event["jws"])["kid"]])
        assert isinstance(key, EllipticCurvePublicKey)
        payload = jwt.api_jws.decode(event["jws"], key, algorithms=["ES256"])
        assert case.encode() in payload


def _kids(events: list[dict[str, str]]) -> list[str]:
    return [jwt.get_unverified_header(event["jws"])["kid"] for event in events]


def test_what_is_served_says_that_it_is_what_it_says(town: Town) -> None:
    """No browser guesses at a kind of content."""
    for path in ("/livez", "/v1/nowhere", "/metrics", "/openapi.json"):
        assert town.anybody.get(path).headers["x-content-type-options"] == "nosniff"
