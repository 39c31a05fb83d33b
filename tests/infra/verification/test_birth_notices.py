"""What hospitals told is looked at where it is kept sealed: who signed it, when, and after what."""

from typing import Any
from uuid import uuid4

from domain import events as e
from domain.authorities import BIRTH_NOTICE, notices_of
from infra.desk import key_acts
from infra.development import hospital
from infra.formats.canonical import encode
from infra.formats.signing import Seal
from tests.domain.acts import TOLD
from tests.infra.past import OFFICE
from tests.infra.verification import test_offices as offices
from tests.infra.verification.test_offices import APPLICANT, Operator

kept, operator = offices.kept, offices.operator
OF_HOSPITALS: e.ActorMember = {"id": "hospital", "role": "hospital"}
SAID = {**TOLD, "made_at": "2026-03-05T09:00:00.000000Z"}


def told(
    operator: Operator,
    said: dict[str, Any],
    *,
    statement: str = "",
    stream: str = "",
    kind: Any = "live",
    by: e.ActorMember = OF_HOSPITALS,
) -> list[str]:
    """The keeper of notices signs that somebody told this."""
    event = e.BirthNotified(kind=kind, said=said, statement=statement or signed(operator, said))
    return operator.sign(stream or str(uuid4()), notices_of("KZ"), lambda _before: [event], by, "notice")


def signed(
    operator: Operator, said: dict[str, Any], by: str = "", typ: str = BIRTH_NOTICE, log: str = ""
) -> str:
    seal = operator.country.keyring.newest(by or office())
    assert seal is not None
    return sealed(operator, seal, said, typ, log)


def sealed(
    operator: Operator, seal: Seal, said: dict[str, Any], typ: str = BIRTH_NOTICE, log: str = ""
) -> str:
    return seal.sign(typ, encode({"v": 1, "log": log or operator.country.keyring.origin, **said}))


def office() -> str:
    found = hospital.office_of("KZ")
    assert found is not None
    return found


def test_what_the_hospitals_signed_holds_whether_they_wrote_nulls_or_not(operator: Operator) -> None:
    assert told(operator, SAID) == []
    without = signed(operator, {name: value for name, value in SAID.items() if value})
    assert told(operator, SAID, statement=without) == []


def test_what_somebody_else_signed_is_no_notice(operator: Operator) -> None:
    assert told(operator, SAID, statement=signed(operator, SAID, by=OFFICE)) == ["statement"]
    other_typ = signed(operator, SAID, typ="tamga-payment+jwt")
    assert told(operator, SAID, statement=other_typ) == ["statement"]


def test_a_notice_says_what_was_signed(operator: Operator) -> None:
    """Also its kind, which stands in clear, and the log for which it was signed."""
    statement = signed(operator, SAID)
    for changes in ({"number": "18"}, {"kind": "still_born"}, {"mother": {"surname": "Example"}}):
        assert told(operator, {**SAID, **changes}, statement=statement) == ["statement"]
    assert told(operator, SAID, statement=statement, kind="foundling") == ["statement"]
    elsewhere = signed(operator, SAID, log="log.other/v1")
    assert told(operator, SAID, statement=elsewhere) == ["statement"]


def test_a_notice_is_told_by_the_hospitals_office(operator: Operator) -> None:
    treasury: e.ActorMember = {"id": "kz-treasury", "role": "treasury"}
    for by in (APPLICANT, operator.officer(f"{OFFICE}-officer-1"), treasury):
        assert told(operator, SAID, by=by) == ["officer"]


def test_no_statement_is_made_after_it_was_told(operator: Operator) -> None:
    assert told(operator, {**SAID, "made_at": "2036-03-05T09:00:00.000000Z"}) == ["statement"]


def test_an_older_statement_does_not_count_in_place_of_a_newer_one(operator: Operator) -> None:
    newer = {**SAID, "made_at": "2026-03-06T09:00:00.000000Z"}
    for again in (SAID, newer):
        stream = str(uuid4())
        assert told(operator, SAID, stream=stream) == []
        assert told(operator, newer, stream=stream) == []
        assert told(operator, again, stream=stream) == ["statement"]


def test_what_is_told_on_one_certificate_is_not_followed_by_another_one(operator: Operator) -> None:
    stream = str(uuid4())
    assert told(operator, SAID, stream=stream) == []
    newer = {**SAID, "made_at": "2026-03-06T09:00:00.000000Z"}
    for other in ({"number": "99-OTHER"}, {"order": SAID["order"] + 1}):
        assert told(operator, {**newer, **other}, stream=stream) == ["statement"]


def test_a_key_of_the_hospitals_that_was_retired_signs_no_notice(operator: Operator) -> None:
    """But for what was on its way in that minute."""
    seal = operator.country.keyring.newest(office())
    assert seal is not None
    key_acts.retire(operator.country.desk, seal.kid, "rotation")
    assert told(operator, SAID, statement=sealed(operator, seal, SAID)) == []
    operator.past.at("2027-06-05T09:00:00Z")
    assert told(operator, SAID, statement=sealed(operator, seal, SAID)) == ["statement"]
