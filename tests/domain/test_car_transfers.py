"""Cars that are given, inherited or passed by a court: who files, who is asked, what passes, what stops it."""

from typing import Any, Final

import pytest

from domain.obstacles import for_parties
from domain.offers import offers
from domain.procedures.car_sale import VEHICLES
from domain.refusals import Clash, Invalid
from tests.domain.acts import (
    OFFICER,
    acknowledge,
    approve,
    assign,
    bring,
    consent,
    file,
    pay,
    propose,
    restrict,
)
from tests.domain.story import Story, as_filed, given, imported, in_the_way, with_entries
from tests.examples import example_content, example_request, person

HEIR, OTHER_HEIR, DEAD, SURVIVOR, GIVER = (person("KZ", n) for n in (701, 702, 703, 704, 705))
PAPERS: Final = {"gift": (), "inheritance": ("inheritance_papers",), "court": ("court_decision",)}


def a_transfer(title: str, owners: list[tuple[dict[str, Any], tuple[int, int]]], **members: Any) -> Story:
    """A car that these people own in these parts stands in the register; nothing is filed yet."""
    offer = offers()["KZ", "car_transfer"]
    request = {**example_request(offer), "title": title, "receiver": HEIR, "new_plates": False, **members}
    story = Story(offer, as_filed(offer, request))
    (first, part), *others = owners
    content = {
        **example_content(VEHICLES.content, "KZ"),
        "owner": first,
        "share": share(part) if others else None,
        "co_owners": [{"owner": owner, "share": share(their)} for owner, their in others],
    }
    content["vehicle"] |= {"vin": request["vehicle"]["vin"], "plate": request["vehicle"]["plate"]}
    imported(story, content)
    return story


def share(part: tuple[int, int]) -> dict[str, int]:
    parts, of = part
    return {"of": of, "parts": parts}


def filed(story: Story) -> Story:
    """With the papers of its title."""
    return given(story, file(evidence=[bring(kind) for kind in PAPERS[story.request["title"]]]))


def decided(story: Story) -> Story:
    """All consents, the fee, two officers."""
    given(filed(story), *(consent(party) for party in story.now.consents_asked), pay(), assign(OFFICER))
    return given(story, propose(), approve())


def owned(story: Story) -> list[tuple[str, tuple[int, int] | None]]:
    """By whose name, in which part."""
    content = story.entry.content
    first = content["share"] and (content["share"]["parts"], content["share"]["of"])
    others = [
        (each["owner"]["surname"], (each["share"]["parts"], each["share"]["of"]))
        for each in content["co_owners"]
    ]
    return [(content["owner"]["surname"], first), *others]


def test_a_gift_waits_for_the_owner_and_two_decide() -> None:
    story = a_transfer("gift", [(GIVER, (1, 1))], owner=GIVER)
    filed(story)
    assert story.now.consents_asked == ["p2"]
    given(story, consent("p2"), pay(), assign(OFFICER))
    story.when(approve(OFFICER)).then_refused(Clash, "not_proposed")
    given(story, propose(), approve(), acknowledge())
    assert story.now.stage == "completed"
    assert owned(story) == [("Example 701", None)]


def test_the_change_is_titled_as_the_car_passes() -> None:
    for title in ("gift", "inheritance", "court"):
        story = decided(a_transfer(title, [(GIVER, (1, 1))], owner=GIVER))
        changed = next(each.event for each in story.log if type(each.event).__name__ == "EntryChanged")
        assert changed.title == title  # type: ignore[union-attr]


def test_the_dead_and_whoever_lost_it_are_not_asked() -> None:
    for title in ("inheritance", "court"):
        assert filed(a_transfer(title, [(DEAD, (1, 1))], owner=DEAD)).now.consents_asked == []


def test_heirs_share_the_part_of_the_dead_and_who_survives_keeps_theirs() -> None:
    owners = [(DEAD, (1, 2)), (SURVIVOR, (1, 2))]
    shares = [share((2, 3)), share((1, 3))]
    story = a_transfer("inheritance", owners, owner=DEAD, co_receivers=[OTHER_HEIR], shares=shares)
    decided(story)
    assert owned(story) == [("Example 701", (1, 3)), ("Example 702", (1, 6)), ("Example 704", (1, 2))]


def test_a_widow_who_owned_half_of_it_owns_all_of_it() -> None:
    story = a_transfer("inheritance", [(DEAD, (1, 2)), (HEIR, (1, 2))], owner=DEAD)
    decided(story)
    assert owned(story) == [("Example 701", None)]


def test_two_give_what_is_theirs_and_both_consent() -> None:
    owners = [(GIVER, (1, 4)), (SURVIVOR, (3, 4))]
    story = a_transfer("gift", owners, owner=GIVER, co_owners=[SURVIVOR])
    filed(story)
    assert len(story.now.consents_asked) == 2
    given(story, *(consent(party) for party in story.now.consents_asked), pay(), assign(OFFICER))
    given(story, propose(), approve())
    assert owned(story) == [("Example 701", None)]


def test_an_heir_who_leaves_it_to_another_consents() -> None:
    story = filed(a_transfer("inheritance", [(DEAD, (1, 1))], owner=DEAD, other_heirs=[OTHER_HEIR]))
    assert story.now.consents_asked == ["p3"]


def test_what_cannot_be_entered_is_not_approved() -> None:
    owners = [(DEAD, (1, 997)), (SURVIVOR, (996, 997))]
    story = a_transfer("inheritance", owners, owner=DEAD, co_receivers=[OTHER_HEIR])
    given(filed(story), consent("p2"), pay(), assign(OFFICER), propose())
    story.when(approve()).then_refused(Clash, "parts_too_small")


def test_whose_a_car_is_nobody_learns_by_filing() -> None:
    """Who judges hears of it, and nothing of it is approved."""
    story = filed(a_transfer("court", [(GIVER, (1, 1))], owner=DEAD))
    assert "owner_not_registered" in story.now.warnings
    assert in_the_way(story) == ["not_the_owner"]
    given(story, pay(), assign(OFFICER), propose())
    story.when(approve()).then_refused(Clash, "not_the_owner")


def test_the_death_of_the_owner_stops_a_gift_and_no_inheritance() -> None:
    story = a_transfer("gift", [(DEAD, (1, 1))], owner=DEAD)
    given(story, restrict("owner_deceased"))
    given(filed(story), consent("p2"), pay(), assign(OFFICER), propose())
    story.when(approve()).then_refused(Clash, "entry_restricted")
    story = a_transfer("inheritance", [(DEAD, (1, 1))], owner=DEAD)
    given(story, restrict("owner_deceased"))
    assert decided(story).now.stage == "approved"
    assert "death_not_told" not in story.now.warnings


def test_a_gift_claims_what_a_sale_of_the_car_claims() -> None:
    sale, transfer = offers()["KZ", "car_sale"], offers()["KZ", "car_transfer"]
    request = {**example_request(transfer), "title": "gift"}
    sold = {**example_request(sale), "vehicle": request["vehicle"]}
    assert transfer.procedure.claims(request) == sale.procedure.claims(sold)


@pytest.mark.parametrize("title", ["inheritance", "court"])
def test_who_says_to_have_it_by_law_keeps_its_owner_from_nothing(title: str) -> None:
    """Nobody is asked there who could stop it: the car is theirs when it is decided, and until then the owner's."""
    assert filed(a_transfer(title, [(GIVER, (1, 1))], owner=GIVER)).claims == {}


def test_who_does_not_know_whose_a_car_is_hears_nothing_of_it() -> None:
    """Neither that it is restricted, nor that there is none."""

    def heard(owner: dict[str, Any]) -> list[str]:
        story = a_transfer("court", [(GIVER, (1, 1))], owner=owner)
        given(story, restrict("arrest"))
        filed(story)
        return for_parties(in_the_way(story), story.offer.procedure)

    assert heard(DEAD) == []
    assert "restricted" in heard(GIVER)


@pytest.mark.parametrize(
    ("title", "named"), [("gift", "other_heirs"), ("inheritance", "spouses"), ("court", "other_heirs")]
)
def test_nobody_is_named_whom_the_title_does_not_ask(title: str, named: str) -> None:
    offer = offers()["KZ", "car_transfer"]
    request = {**example_request(offer), "title": title, named: [OTHER_HEIR]}
    with pytest.raises(ValueError, match="asked_of_another_title"):
        offer.form.model_validate(request)


def test_nobody_gives_to_themselves() -> None:
    story = a_transfer("gift", [(HEIR, (1, 1))], owner=HEIR)
    story.when(file()).then_refused(Invalid, "same_person")


def test_a_receiver_of_what_was_theirs_is_looked_at() -> None:
    story = a_transfer("court", [(HEIR, (1, 1))], owner=HEIR)
    assert "receives_their_own" in filed(story).now.warnings


def test_an_example_of_every_country_can_be_filed() -> None:
    for (country, procedure), offer in offers().items():
        if procedure == "car_transfer":
            story = with_entries(Story(offer, as_filed(offer, example_request(offer))))
            given(story, file(evidence=[bring(r.kind) for r in story.terms.evidence if r.is_required]))
            assert story.now.country == country
