"""What the officer of a birth hears live of others that are like it; parties hear nothing (rules.md 38)."""

from datetime import date, timedelta
from itertools import count
from typing import Any, Final

import httpx2
import pytest

from tests.town.caller import good, new_key
from tests.town.people import Town
from tests.town.people import person as resident

pytestmark = pytest.mark.countries("TR")

MOTHER, FATHER, STRANGER = "tr-citizen-1", "tr-citizen-2", "tr-citizen-3"
OFFICER: Final = "tr-civil-registry-supervisor"
ANOTHER: Final = "another_birth_of_mother"
OF_THIS_NAME: Final = "child_of_this_name"
OLDER: Final = "told_with_another_day"
_WEEKS: Final = count(1)
_SURNAMES: Final = ("Aksu", "Bulut", "Cevher", "Demir", "Erdem", "Fidan", "Güneş", "Hazar", "Irmak", "Jale")


def born() -> date:
    """A day of this or the last years near to which nobody of these tests was born yet."""
    return date(2026, 11, 20) - timedelta(days=300 * next(_WEEKS))


def told_by(town: Town, who: str, relation: str, day: date, **changes: Any) -> dict[str, Any]:
    """What this resident files of the child of mother and father."""
    request = town.request("TR", "birth_certificate")
    given = f"Ay{_SURNAMES[next(_WEEKS) % 10]}"
    request["child"] |= {"born_on": day.isoformat(), "given_names": given}
    request["medical_certificate"] |= {"issued_on": day.isoformat()}
    named = {
        "applicant": resident(who),
        "relation": relation,
        "mother": resident(MOTHER),
        "father": resident(FATHER),
    }
    return request | named | changes


def filed(town: Town, who: str, request: dict[str, Any]) -> str:
    body = {"country": "TR", "procedure": "birth_certificate", "request": request, "evidence": []}
    answer: httpx2.Response = town.as_(who).post("/v1/cases", body, key=new_key())
    return str(good(answer)["case"])


def told(town: Town, case: str) -> set[str]:
    """Of what is like it; no party reads a word of that."""
    for party in (MOTHER, FATHER, STRANGER):
        text = town.as_(party).get(f"/v1/cases/{case}").text
        for code in (ANOTHER, OF_THIS_NAME, OLDER, "claimed_elsewhere", "entry_exists"):
            assert code not in text
    return {*town.read(case, OFFICER)["warnings"]} & {ANOTHER, OF_THIS_NAME, OLDER}


def obstacles(town: Town, case: str) -> list[str]:
    found: list[str] = town.read(case, OFFICER)["obstacles"]
    return found


def child(request: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**request, "child": {**request["child"], **changes}}


# --- of one mother ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "order", "warned"),
    [
        (1, 1, {ANOTHER}),
        (1, 2, set[str]()),
        (0, 2, set[str]()),
        (40, 1, {ANOTHER}),
        (270, 1, {ANOTHER}),
        (271, 1, set[str]()),
    ],
)
def test_another_birth_of_the_mother_is_told_unless_it_is_the_same_delivery(
    town: Town, days: int, order: int, warned: set[str]
) -> None:
    """Open beside it: each of the two cases says so."""
    day = born()
    first = filed(town, MOTHER, told_by(town, MOTHER, "mother", day))
    assert told(town, first) == set()
    second = child(told_by(town, FATHER, "father", day + timedelta(days=days)), order=order)
    again = filed(town, FATHER, second)
    assert told(town, first) == told(town, again) == warned
    good(town.judge(FATHER, again, "withdrawals"))
    assert told(town, first) == set()
    good(town.judge(MOTHER, first, "withdrawals"))


def test_what_the_register_has_of_the_mother_is_told_too(town: Town) -> None:
    """R02: the father tells a day later of a child that is registered."""
    day = born()
    request = told_by(town, MOTHER, "mother", day)
    town.import_entries("TR", "births", [entered(request)])
    town.settle()
    case = filed(town, FATHER, told_by(town, FATHER, "father", day + timedelta(days=1)))
    assert told(town, case) == {ANOTHER}
    good(town.judge(FATHER, case, "withdrawals"))


def entered(request: dict[str, Any]) -> dict[str, Any]:
    """As the register holds it."""
    parents = {n: {k: v for k, v in request[n].items() if k != "acts_by"} for n in ("mother", "father")}
    members = ("kind", "child", "fatherhood", "medical_certificate", "child_number")
    return {**{name: request[name] for name in members if name in request}, **parents}


# --- of one name ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "warned"), [(0, 2), (3, 2), (-3, 2), (4, 0)])
def test_a_child_of_a_like_name_born_within_three_days_is_told_whoever_bore_it(
    town: Town, days: int, warned: int
) -> None:
    """In both cases. As the same child, told of by somebody else as theirs; written in another way."""
    day = born()
    request = told_by(town, MOTHER, "mother", day)
    first = filed(town, MOTHER, child(request, surname="Çelikkıran", given_names=f"Gülşen {next(_WEEKS)}"))
    name = town.read(first, OFFICER)["request"]["child"]
    others = {"mother": resident(STRANGER), "father": None}
    again = told_by(town, STRANGER, "mother", day + timedelta(days=days), **others)
    written = {"surname": "ÇELİKKIRAN", "given_names": name["given_names"].upper().replace("Ü", "U")}
    second = filed(town, STRANGER, child(again, **written))
    assert [OF_THIS_NAME in told(town, case) for case in (first, second)].count(True) == warned
    good(town.judge(MOTHER, first, "withdrawals"))
    assert told(town, second) == set()
    good(town.judge(STRANGER, second, "withdrawals"))


# --- the same child ---------------------------------------------------------------------------------------------


def test_who_decides_on_a_strangers_birth_sees_the_parents_open_case_and_then_the_entry(town: Town) -> None:
    """The stranger's case does not hold what only its entry would take."""
    day = born()
    theirs = told_by(town, STRANGER, "relative", day)
    stranger = filed(town, STRANGER, theirs)
    assert obstacles(town, stranger) == []
    case = filed(town, MOTHER, told_by(town, MOTHER, "mother", day))
    assert obstacles(town, stranger) == ["claimed_elsewhere"]
    assert told(town, stranger) == set()
    good(town.judge(MOTHER, case, "withdrawals"))
    assert obstacles(town, stranger) == []
    town.import_entries("TR", "births", [entered(told_by(town, MOTHER, "mother", day))])
    town.settle()
    assert obstacles(town, stranger) == ["entry_exists"]
    queue = good(town.as_(OFFICER).get("/v1/queue", limit=100))["items"]
    assert [each["obstacles"] for each in queue if each.get("case") == stranger] in ([], [["entry_exists"]])
    good(town.judge(STRANGER, stranger, "withdrawals"))
    assert obstacles(town, stranger) == []


def test_a_child_who_is_told_again_as_two_years_older_is_said_to_the_officer(town: Town) -> None:
    """By the same parents, under another certificate; of a sister with another name nothing is said."""
    mother, day = "tr-citizen-4", date(2019, 5, 20)
    first = told_by(town, mother, "mother", day, mother=resident(mother))
    filed(town, mother, first)
    older = told_by(town, mother, "mother", day.replace(year=2017), mother=resident(mother))
    sister = told_by(town, mother, "mother", day.replace(year=2021), mother=resident(mother))
    older["child"] |= {name: first["child"][name] for name in ("surname", "given_names", "patronymic")}
    sister["child"] |= {"given_names": "Zümrüt"}
    cases = [filed(town, mother, each) for each in (older, sister)]
    town.settle()
    said = [{*town.read(case, OFFICER)["warnings"]} & {OLDER} for case in cases]
    assert said == [{OLDER}, set()]
