"""A car of several owners, an old one without a VIN, and the spouse whose consent the law asks."""

from typing import Any, Final

import pytest
from pydantic import ValidationError

from domain.events import EntryChanged
from domain.law.kz.car_sale import KazakhCarSaleForm
from domain.procedures.car_sale import VEHICLES
from domain.refusals import Clash
from tests.domain.acts import approve, assign, consent, file, pay, propose
from tests.domain.story import Story, a_sale, as_filed, given, imported
from tests.examples import person

HALF: Final = {"of": 2, "parts": 1}
THIRD: Final = {"of": 3, "parts": 1}
TWO_THIRDS: Final = {"of": 3, "parts": 2}


def acting(who: dict[str, Any]) -> dict[str, Any]:
    return {**who, "acts_by": None}


ANOTHER_OWNER, ANOTHER_BUYER, SPOUSE = (person("KZ", n) for n in (700, 701, 702))


def asking(story: Story, **members: Any) -> Story:
    """The story, with these members of the request, and the register as it is."""
    request = {n: each for n, each in story.request.items() if n in story.offer.form.model_fields}
    story.request = as_filed(story.offer, {**request, **members})
    return story


def of_two_owners(**members: Any) -> Story:
    """The seller has two thirds of the car, another one the rest."""
    story = asking(a_sale(), **members)
    content = story.entry.content
    owned = {**content, "share": TWO_THIRDS, "co_owners": [{"owner": ANOTHER_OWNER, "share": THIRD}]}
    changed = EntryChanged(register="vehicles", content_version=3, title="sale", content=owned)
    story.happened((VEHICLES.key(content), changed))
    return story


def test_two_owners_sell_to_two_buyers_each_of_whom_has_their_share() -> None:
    story = of_two_owners(
        co_sellers=[acting(ANOTHER_OWNER)], co_buyers=[acting(ANOTHER_BUYER)], shares=[THIRD, TWO_THIRDS]
    )
    given(story, file())
    assert story.now.parties == {"p1": "seller", "p2": "buyer", "p3": "co_seller", "p4": "co_buyer"}
    assert story.now.consents_asked == ["p2", "p3", "p4"]
    given(story, *(consent(party) for party in ("p2", "p3", "p4")), pay(), assign(), propose(), approve())
    owned = story.entry.content
    assert owned["owner"]["personal_number"] == story.request["buyer"]["personal_number"]
    assert owned["share"] == THIRD
    assert owned["co_owners"] == [{"owner": ANOTHER_BUYER, "share": TWO_THIRDS}]


def test_where_nothing_is_said_the_buyers_have_equal_shares() -> None:
    story = given(a_sale(co_buyers=[acting(ANOTHER_BUYER)]), file(), consent("p2"), consent("p3"), pay())
    given(story, assign(), propose(), approve())
    assert story.entry.content["share"] == HALF
    assert story.entry.content["co_owners"] == [{"owner": ANOTHER_BUYER, "share": HALF}]


def test_one_of_two_owners_sells_nothing_alone_nor_with_a_stranger() -> None:
    of_two_owners().when(file()).then_refused(Clash, "not_the_owner")
    stranger = acting(person("KZ", 703))
    of_two_owners(co_sellers=[stranger]).when(file()).then_refused(Clash, "not_the_owner")


def test_a_spouse_is_asked_for_their_consent() -> None:
    story = given(a_sale(spouses=[acting(SPOUSE)]), file())
    assert story.now.consents_asked == ["p2", "p3"]
    given(story, consent("p2"), pay())
    assert story.now.stage == "filed"
    given(story, consent("p3"))
    assert story.now.stage == "in_review"


def test_an_old_car_is_known_by_its_make_and_the_number_of_its_chassis() -> None:
    vehicle = {"vin": None, "chassis": "1234567", "make": "ГАЗ", "plate": None}
    car = a_sale()
    known = {**car.entry.content["vehicle"], **vehicle}
    imported(car, {**car.entry.content, "vehicle": known})
    story = given(asking(car, vehicle=vehicle), file())
    assert [key.parts for key in story.claims] == [("vehicle_sale_by_chassis", "газ", "1234567")]
    assert "known_by_chassis" in story.now.warnings
    given(story, consent("p2"), pay(), assign(), propose(), approve())
    assert story.key.parts == ("vehicles", "chassis", "газ", "1234567")
    assert story.entry.content["owner"]["personal_number"] == story.request["buyer"]["personal_number"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"vehicle": {"plate": "1"}}, "vin_or_chassis"),
        (
            {"vehicle": {"vin": "XTA210990Y2766389", "chassis": "1234567", "make": "ГАЗ"}},
            "vin_or_chassis",
        ),
        ({"vehicle": {"chassis": "1234567"}}, "chassis_without_make"),
        ({"vehicle": {"chassis": "abc4567", "make": "ГАЗ"}}, "chassis_not_normal"),
        ({"co_buyers": [acting(ANOTHER_BUYER)], "shares": [HALF, THIRD]}, "shares_not_one"),
        ({"co_buyers": [], "shares": [HALF, HALF]}, "shares_of_others"),
        ({"co_buyers": [acting(ANOTHER_BUYER)], "shares": [THIRD, THIRD, THIRD]}, "shares_of_others"),
    ],
)
def test_what_a_sale_cannot_be_is_refused_in_words(changes: dict[str, Any], code: str) -> None:
    request = {n: each for n, each in a_sale().request.items() if n in KazakhCarSaleForm.model_fields}
    with pytest.raises(ValidationError, match=code):
        KazakhCarSaleForm.model_validate(request | changes)
