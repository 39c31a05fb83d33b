"""What the treasury is told: what is due back of which payment, from when on, until it went back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.development import treasury
from tests.town.caller import good, new_key, problem
from tests.town.people import Town

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
TREASURY = "kz-treasury"
SELLER, OFFICER = "kz-citizen-1", "kz-vehicle-registration-officer-1"


def due(town: Town, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = good(town.as_(TREASURY).get("/v1/refunds", country="KZ", **params))["items"]
    return items


def stated(town: Town, case: str, amount: int, reference: str, *, is_refund: bool = False) -> dict[str, Any]:
    statement = town.statement(town.read(case), amount, reference=reference, is_refund=is_refund)
    what = "refunds" if is_refund else "payments"
    return good(town.as_(TREASURY).post(f"/v1/cases/{case}/{what}", {"statement": statement}))


def test_the_treasury_finds_what_is_due_back_until_it_went(new_town: Town) -> None:
    case, reference = new_town.file(*SALE), new_key()
    fee = new_town.read(case)["fee"]["amount"]
    answer = stated(new_town, case, fee + 500, reference)
    (open_one,) = answer["refunds_due"]
    assert (open_one["payment"], open_one["amount"], open_one["reason"]) == (
        answer["payment"],
        500,
        "too_much",
    )
    assert due(new_town) == [{"case": case, "procedure": "car_sale", **open_one}]
    assert stated(new_town, case, 500, reference, is_refund=True)["refunds_due"] == []
    assert due(new_town) == []
    new_town.withdraw(case)
    (all_of_it,) = due(new_town)
    assert (all_of_it["amount"], all_of_it["reason"]) == (fee, "withdrawn")


def test_the_oldest_comes_first_page_by_page(new_town: Town) -> None:
    cases = []
    for _ in range(3):
        case = new_town.take_to("in_review", *SALE)
        new_town.withdraw(case)
        cases.append(case)
    seen, path = [], "/v1/refunds?country=KZ&limit=1"
    while path:
        answer = new_town.as_(TREASURY).send("GET", path)
        seen += [item["case"] for item in good(answer)["items"]]
        path = answer.links.get("next", {}).get("url") or ""
    assert seen == cases


def test_what_went_back_twice_is_found(new_town: Town) -> None:
    case, reference = new_town.file(*SALE), new_key()
    fee = new_town.read(case)["fee"]["amount"]
    stated(new_town, case, fee + 500, reference)
    stated(new_town, case, 500, reference, is_refund=True)
    new_town.travel(minutes=1)
    stated(new_town, case, 500, reference, is_refund=True)
    (row,) = due(new_town)
    assert (row["case"], row["amount"], row["overpaid"]) == (case, 0, 500)


def lapsed(town: Town) -> tuple[str, Callable[..., dict[str, Any]]]:
    """A case that lapsed for want of money, and how the treasury says that some was paid before."""
    case = town.file(*SALE)
    town.consent(case)
    paid_at = town.now()
    town.travel(days=30)
    town.tick()
    assert town.read(case)["stage"] == "lapsed"

    def told(amount: int) -> dict[str, Any]:
        what = ("KZ", case, amount, "KZT", new_key(), paid_at)
        statement = treasury.treasury(town.keyring("KZ"), *what)
        return good(town.as_(TREASURY).post(f"/v1/cases/{case}/payments", {"statement": statement}))

    return case, told


def test_what_was_paid_in_time_in_two_parts_revives_and_does_not_go_back(new_town: Town) -> None:
    case, told = lapsed(new_town)
    fee = new_town.read(case)["fee"]["amount"]
    (part,) = told(1_000)["refunds_due"]
    assert (part["amount"], part["reason"]) == (1_000, "lapsed")
    assert told(fee - 1_000)["refunds_due"] == []
    shown = new_town.read(case)
    assert (shown["stage"], shown["refunds"], due(new_town)) == ("in_review", [], [])


def test_an_officer_sees_what_was_paid_in_time_for_a_car_that_is_asked_for_anew(new_town: Town) -> None:
    """Until it is paid back."""
    town = new_town
    case, told = lapsed(town)
    shown = town.read(case)
    good(
        town.as_(SELLER).post("/v1/cases", {**town.filing(*SALE), "request": shown["request"]}, key=new_key())
    )
    (refund,) = told(shown["fee"]["amount"])["refunds_due"]
    assert (refund["reason"], town.read(case)["stage"]) == ("in_time", "lapsed")
    queue = good(town.as_(OFFICER).get("/v1/queue", waits_for="not_revived"))["items"]
    assert [row["case"] for row in queue] == [case]


def test_a_moment_before_the_filing_is_a_mistake_and_changes_nothing(town: Town) -> None:
    case = town.file(*SALE)
    early = town.now() - timedelta(days=400)
    what = ("KZ", case, town.read(case)["fee"]["amount"], "KZT", new_key(), early)
    statement = treasury.treasury(town.keyring("KZ"), *what)
    answer = town.as_(TREASURY).post(f"/v1/cases/{case}/payments", {"statement": statement})
    assert problem(answer) == (422, "statement_wrong")
    (place,) = answer.json()["errors"]
    assert (place["pointer"], place["code"]) == ("/statement/paid_at", "before_filing")
    assert town.read(case)["paid"] == 0


def test_a_reference_of_two_cases_is_taken_and_said(town: Town) -> None:
    """It may be a mistake of the treasury: it hears of it, from the second one on, and each time that it asks."""
    first, second, reference = town.file(*SALE), town.file(*SALE), new_key()
    fee = town.read(first)["fee"]["amount"]
    assert stated(town, first, fee, reference)["other_cases"] == []
    town.settle()
    said = {"statement": town.statement(town.read(second), fee, reference=reference)}
    for _ in range(2):
        answer = good(town.as_(TREASURY).post(f"/v1/cases/{second}/payments", said))
        assert (answer["other_cases"], town.read(second)["paid"]) == ([first], fee)
    assert {town.read(case)["stage"] for case in (first, second)} == {"filed"}  # it waits for the buyer's yes


@pytest.mark.parametrize(
    "nobody", ["kz-citizen-1", "kz-vehicle-registration-officer-1", "kz-auditor", "tr-treasury"]
)
def test_only_the_treasury_of_the_country_reads_it(town: Town, nobody: str) -> None:
    assert problem(town.as_(nobody).get("/v1/refunds", country="KZ"))[0] in {403, 404}


def test_nothing_personal_stands_there(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.withdraw(case)
    text = town.as_(TREASURY).get("/v1/refunds", country="KZ").text
    assert case in text
    assert town.read(case)["request"]["seller"]["personal_number"]["number"] not in text
