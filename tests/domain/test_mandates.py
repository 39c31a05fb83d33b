"""A mandate lets somebody act for another, as far and as long as it says; ended, it lets nobody do anything."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import settings
from hypothesis import strategies as st

from domain import events as e
from domain.commands import Command, PartyCommand, StatedCapacity
from domain.lifecycle import fits
from domain.parties import Capacity
from domain.refusals import Clash, Invalid, NotAllowed, Stale, Unknown
from tests.domain.acts import (
    IN_HAND,
    REPRESENTATIVE,
    answer,
    appeal,
    applicant,
    as_human,
    ask,
    asked_by,
    assign,
    consent,
    end_mandate,
    file,
    give_mandate,
    later,
    office,
    party,
    pay,
    propose,
    refuse,
    revoke,
    stranger,
    take_back,
    withdraw,
)
from tests.domain.story import Act, Story, a_birth, a_sale, given, human_of
from tests.domain.test_lifecycle import EVERY, OF_CASES, name_of
from tests.examples import person

BY = as_human(REPRESENTATIVE)
KEY = ("person", 1, "KZ", REPRESENTATIVE["personal_number"]["number"])
TODAY = date(2026, 11, 23)
AS_MANDATE = StatedCapacity("mandate")
_REVOKE = ("revoke_consents",)


def by_mandate(act: Act) -> Act:
    """The representative does it."""
    return asked_by(BY, act)


def of_the_buyer(story: Story, **more: Any) -> Act:
    """A mandate of the buyer."""
    buyer = story.request["buyer"]
    return give_mandate(of=buyer, by=party("buyer"), **more)


# --- given and ended --------------------------------------------------------------------------------------


def test_a_mandate_is_given_signed_by_its_keeper_and_says_who_whom_and_how_far() -> None:
    story = a_sale().when(give_mandate(procedures=("car_sale",), further=("withdraw",)))
    story.then("MandateGiven")
    assert story.last[0].authority == "kz-mandate-register"
    assert story.last[0].actor == {"id": "p1", "role": "principal"}
    (mandate,) = story.mandates.values()
    assert (mandate.since, mandate.until) == ("2026-11-23", "2027-11-23")
    assert mandate.procedures == ["car_sale"]
    assert mandate.further == ["withdraw"]
    assert story.last[0].owners.keys() == {
        *("principal", "principal_person", "representative", "representative_person", "acting")
    }


def test_the_same_mandate_again_is_that_mandate_and_another_one_waits_for_its_end() -> None:
    story = given(a_sale(), give_mandate())
    story.when(give_mandate()).then()
    story.when(give_mandate(since=TODAY)).then()
    story.when(give_mandate(procedures=("car_sale",))).then_refused(Clash, "mandate_exists")
    given(story, end_mandate())
    story.when(give_mandate(procedures=("car_sale",))).then("MandateGiven")
    assert len(story.mandates) == 1
    assert next(iter(story.mandates.values())).ended_at is None


def test_a_mandate_whose_last_day_is_over_is_followed_by_another_one() -> None:
    story = given(a_sale(), give_mandate(until=TODAY), later(days=1))
    story.when(give_mandate()).then("MandateGiven")


@pytest.mark.parametrize("by", [applicant, BY], ids=["principal", "representative"])
def test_either_of_the_two_ends_it_and_once(by: Any) -> None:
    story = given(a_sale(), give_mandate()).when(end_mandate(by))
    story.then("MandateEnded")
    assert story.last[0].actor["role"] == ("representative" if by is BY else "principal")
    story.when(end_mandate()).then()
    story.when(end_mandate(BY)).then()


def test_who_saw_the_mandate_before_does_not_end_the_next_one() -> None:
    story = given(a_sale(), give_mandate())
    before = story.the(e.MandateGiven)
    given(story, end_mandate(seen=1)).when(end_mandate(seen=1)).then()
    story.when(give_mandate(procedures=("car_sale",))).then("MandateGiven")
    assert story.the(e.MandateGiven) != before
    story.when(end_mandate(seen=1)).then_refused(Stale)
    story.when(end_mandate(seen=3)).then("MandateEnded")


def test_nobody_else_hears_that_there_is_one() -> None:
    story = given(a_sale(), give_mandate())
    story.when(end_mandate(stranger)).then_refused(Unknown)
    story.when(end_mandate(party("buyer"))).then_refused(Unknown)
    a_sale().when(end_mandate()).then_refused(Unknown)


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ({"since": TODAY - timedelta(days=1)}, "day_is_over", "/since"),
        ({"until": TODAY - timedelta(days=1)}, "day_is_over", "/until"),
        (
            {"since": TODAY + timedelta(days=2), "until": TODAY + timedelta(days=1)},
            "ends_before_it_begins",
            "/until",
        ),
        ({"until": date(2029, 11, 24)}, "mandate_too_long", "/until"),
        ({"procedures": ("car_sale", "marriage")}, "unknown_procedure", "/procedures/1"),
        ({"by": stranger}, "principal_is_another", "/principal/personal_number"),
    ],
)
def test_what_is_no_mandate_is_refused_where_it_is_wrong(more: Any, code: str, pointer: str) -> None:
    a_sale().when(give_mandate(**more)).then_refused(Invalid, code, pointer)


def test_three_years_are_as_long_as_it_gets() -> None:
    a_sale().when(give_mandate(until=date(2029, 11, 23))).then("MandateGiven")
    leap: dict[str, Any] = {"since": date(2028, 2, 29), "until": date(2031, 2, 28)}
    a_sale().when(give_mandate(**leap)).then("MandateGiven")


def test_nobody_gives_a_mandate_to_themselves_or_to_who_cannot_sign_in() -> None:
    story = a_sale()
    me = story.request["seller"]
    story.when(give_mandate(me)).then_refused(Invalid, "mandate_to_oneself", "/representative")
    paper = {"kind": "passport", "country": "DE", "number": "C01X00T47"}
    foreigner = {**person("KZ", 951), "personal_number": None, "document": paper}
    refused = story.when(give_mandate(foreigner))
    refused.then_refused(Invalid, "cannot_sign_in", "/representative/personal_number")


# --- what is done by it -----------------------------------------------------------------------------------


def test_who_has_a_mandate_files_for_the_other_and_the_event_says_by_what() -> None:
    story = given(a_sale(), give_mandate()).when(by_mandate(file(acting=AS_MANDATE)))
    story.then("ClaimTaken", "CaseFiled", "FeeAssessed")
    filed = story.the(e.CaseFiled)
    (mandate,) = story.mandates.values()
    assert filed.acting == {"person": human_of(KEY), "paper": None, "proof": mandate.mandate}
    assert story.last[1].actor == {"id": "a1", "role": "applicant", "for": {"party": "p1", "as": "mandate"}}
    assert story.now.acting == {"a1": human_of(KEY)}


def test_that_one_human_acts_for_both_sides_is_said_to_the_officer() -> None:
    """Not that somebody acts: a sale between two who are one in the end is for an officer to judge (rules.md 38)."""
    story = a_sale()
    given(story, give_mandate(), of_the_buyer(story), by_mandate(file(acting=AS_MANDATE)))
    assert "both_sides" not in story.now.all_warnings
    given(story, by_mandate(consent()))
    assert "both_sides" in story.now.all_warnings


def test_that_one_party_acts_for_the_other_is_said_to_the_officer() -> None:
    story = a_sale()
    buyer = story.request["buyer"]
    given(story, give_mandate(buyer), asked_by(as_human(buyer), file(acting=AS_MANDATE)))
    assert "both_sides" in story.now.all_warnings


def test_that_one_human_was_named_for_both_sides_is_said_to_the_officer() -> None:
    head = person("KZ", 952)
    named = {"country": "KZ", "name": "Example", "acts_by": {"as": "head", "person": head}}
    companies = [{**named, "number": number} for number in ("000000000007", "000000000008")]
    story = a_sale(seller=companies[0], buyer=companies[1])
    human = story.request["representative_p1"]["person"]
    given(story, asked_by(as_human(head), file()))
    assert human == story.request["representative_p2"]["person"]
    assert "both_sides" in story.now.all_warnings


def test_a_day_that_is_over_is_said_before_that_there_is_a_mandate() -> None:
    story = given(a_sale(), give_mandate())
    over = give_mandate(until=TODAY - timedelta(days=1))
    story.when(over).then_refused(Invalid, "day_is_over", "/until")


def test_without_a_mandate_nobody_files_for_another() -> None:
    a_sale().when(by_mandate(file())).then_refused(Invalid, "not_the_applicant")
    story = given(a_sale(), give_mandate(), end_mandate())
    story.when(by_mandate(file())).then_refused(Invalid, "not_the_applicant")
    stated = StatedCapacity("mandate", mandate=next(iter(story.mandates.values())).mandate)
    refused = story.when(by_mandate(file(acting=stated)))
    refused.then_refused(Invalid, "mandate_does_not_hold", "/acting/mandate")


def test_another_mandate_than_the_one_that_is_named_does_nothing() -> None:
    story = given(a_sale(), give_mandate())
    stated = StatedCapacity("mandate", mandate="mandate/between/a/b")
    refused = story.when(by_mandate(file(acting=stated)))
    refused.then_refused(Invalid, "mandate_does_not_hold", "/acting/mandate")


def test_an_ended_mandate_does_nothing_one_second_later() -> None:
    story = a_sale()
    given(story, of_the_buyer(story), file())
    given(story, end_mandate(of=story.request["buyer"], by=party("buyer")), later(seconds=1))
    story.when(by_mandate(consent())).then_refused(Unknown)


def test_a_mandate_ends_with_its_last_day_where_the_case_is() -> None:
    """Midnight in Almaty is 19:00 UTC."""
    story = a_sale()
    given(story, of_the_buyer(story, until=TODAY), file(), later(hours=9, minutes=59, seconds=59))
    given(story, by_mandate(consent()))
    late = a_sale()
    given(late, of_the_buyer(late, until=TODAY), file(), later(hours=10))
    late.when(by_mandate(consent())).then_refused(Unknown)


def test_a_mandate_that_begins_tomorrow_does_nothing_today() -> None:
    story = a_sale()
    given(story, of_the_buyer(story, since=TODAY + timedelta(days=1)), file())
    story.when(by_mandate(consent())).then_refused(Unknown)
    given(story, later(days=1), by_mandate(consent()))


def test_a_mandate_for_car_sales_does_not_withdraw_a_birth() -> None:
    birth = given(a_birth(), file())
    only_sales = give_mandate(procedures=("birth_certificate",), further=("withdraw",))
    given(birth, only_sales)
    (key,) = birth.mandates
    birth.mandates[key] = birth.mandates[key]._replace(procedures=["car_sale"])  # as if it were offered there
    birth.when(by_mandate(withdraw())).then_refused(Unknown)
    birth.mandates[key] = birth.mandates[key]._replace(procedures=["birth_certificate"])
    given(birth, by_mandate(withdraw()))


@pytest.mark.parametrize("further", [(), ("withdraw", "revoke_consents")])
def test_a_buyer_with_the_sellers_mandate_does_not_use_up_the_sellers_appeal(further: Any) -> None:
    """Nor takes back what the seller lodged: who is on the other side is let by name alone."""
    story = given(a_sale(), *IN_HAND, refuse("tax_unpaid"))
    mine = story.request["buyer"]
    given(story, give_mandate(mine, further=further))
    buyer = party("p2")
    for_the_seller = asked_by(buyer, appeal("p1", acting=AS_MANDATE))
    story.when(for_the_seller).then_refused(NotAllowed, "mandate_does_not_reach")
    given(story, asked_by(buyer, appeal("p2")), appeal("p1"))
    story.when(asked_by(buyer, take_back("p1", acting=AS_MANDATE)))
    story.then_refused(NotAllowed, "mandate_does_not_reach")
    given(story, take_back("p1"), end_mandate(to=mine), give_mandate(mine, further=("appeal",)))
    given(story, for_the_seller, asked_by(buyer, take_back("p1", acting=AS_MANDATE)))


def test_what_a_buyer_may_not_appeal_by_mandate_does_not_fit() -> None:
    story = given(a_sale(), *IN_HAND, refuse("tax_unpaid"), asked_by(party("p2"), appeal("p2")))
    own, for_seller = Capacity("p2"), Capacity("p1", "mandate", "m", ())
    assert "LodgeAppeal" not in fits(story.now, ["p1", "p2"], mine=[own, for_seller])
    assert "TakeBackAppeal" in fits(story.now, ["p1", "p2"], mine=[own, for_seller])  # their own
    assert "LodgeAppeal" in fits(
        story.now, ["p1", "p2"], mine=[own, for_seller._replace(further=("appeal",))]
    )


def test_whoever_is_no_party_appeals_by_a_mandate_that_says_nothing_of_it() -> None:
    story = given(a_sale(), give_mandate(), *IN_HAND, refuse("tax_unpaid"))
    given(story, by_mandate(appeal("p1", acting=AS_MANDATE)))


def test_withdrawing_and_revoking_take_a_mandate_that_says_so() -> None:
    story = a_sale()
    given(story, give_mandate(), file())
    story.when(by_mandate(withdraw())).then_refused(NotAllowed, "mandate_does_not_reach")
    given(story, end_mandate(), give_mandate(further=("withdraw",)), by_mandate(withdraw()))

    other = a_sale()
    given(other, of_the_buyer(other), file(), by_mandate(consent()))
    other.when(by_mandate(revoke())).then_refused(NotAllowed, "mandate_does_not_reach")
    given(other, end_mandate(of=other.request["buyer"], by=party("buyer")))
    given(other, of_the_buyer(other, further=("revoke_consents",)), by_mandate(revoke()))
    assert other.now.consents == {}


def test_what_a_mandate_keeps_back_does_not_fit() -> None:
    """Neither of them is told what they would be refused."""
    story = a_sale()
    given(
        story,
        give_mandate(),
        of_the_buyer(story, further=("revoke_consents",)),
        file(),
        by_mandate(consent()),
    )
    seller, buyer = (Capacity(p, "mandate", "m", further) for p, further in (("p1", ()), ("p2", _REVOKE)))
    assert "WithdrawCase" in fits(story.now, ["p1"], mine=[Capacity("p1")])
    assert "WithdrawCase" not in fits(story.now, ["p1"], mine=[seller])
    assert "RevokeConsent" in fits(story.now, ["p2"], mine=[buyer])
    assert "RevokeConsent" not in fits(story.now, ["p2"], mine=[buyer._replace(further=())])
    given(story, pay(), assign(), refuse("tax_unpaid"))
    assert "WaiveClaim" not in fits(story.now, ["p1"], mine=[seller])
    assert "WaiveClaim" in fits(story.now, ["p1"], mine=[seller._replace(further=("withdraw",))])


def test_a_party_who_has_a_mandate_of_the_other_need_not_say_that_they_act_by_it() -> None:
    """What they cannot do as a party, they do by the mandate; what they can, they do as themselves."""
    story = a_sale()
    of_seller = give_mandate(to=story.request["buyer"], further=("withdraw",))
    given(story, of_seller, asked_by(party("p2"), file()))
    assert story.log[-1].actor["for"] == {"party": "p1", "as": "mandate"}
    given(story, consent(), pay(), assign(), ask(), answer(by=party("p2")))
    assert story.the(e.InformationProvided).acting is not None
    given(story, refuse("tax_unpaid"), appeal("p2"))
    assert [each["party"] for each in story.now.appeals] == ["p2"]

    other = a_sale()
    given(other, of_the_buyer(other, to=other.request["seller"]), file())
    given(other, asked_by(party("p1"), consent()))
    assert other.now.consents.keys() == {"p2"}
    given(other, asked_by(party("p1"), withdraw()))
    assert other.log[-1].actor == {"id": "p1", "role": "applicant"}


def test_of_two_mandates_in_a_case_the_representative_says_which() -> None:
    """They sell and buy for others: the officer sees it in the timeline."""
    story = a_sale()
    given(story, give_mandate(), of_the_buyer(story), by_mandate(file()), by_mandate(consent()))
    assert [
        step.get("for") for step in story.now.timeline if step["what"] in {"CaseFiled", "ConsentGiven"}
    ] == [
        {"party": "p1", "as": "mandate"},
        {"party": "p2", "as": "mandate"},
    ]
    assert set(story.now.acting) == {"a1"}


@settings(max_examples=200)
@forall(
    begins=st.integers(0, 4),
    lasts=st.integers(0, 4),
    ended=st.none() | st.integers(0, 6),
    acts=st.integers(0, 9),
    procedures=st.sampled_from([[], ["car_sale"], ["birth_certificate"], ["birth_certificate", "car_sale"]]),
)
def test_one_acts_by_a_mandate_exactly_as_far_and_as_long_as_it_says(
    begins: int, lasts: int, ended: int | None, acts: int, procedures: list[str]
) -> None:
    """Whatever its days, its procedures and its end: by the legal day of the act."""
    story = a_sale()
    since, until = TODAY + timedelta(days=begins), TODAY + timedelta(days=begins + lasts)
    given(story, file(), of_the_buyer(story, since=since, until=until))
    (key,) = story.mandates
    story.mandates[key] = story.mandates[key]._replace(procedures=procedures)
    is_ended = ended is not None and ended <= acts
    if is_ended:
        end = end_mandate(of=story.request["buyer"], by=party("buyer"))
        given(story, later(days=ended or 0), end, later(days=acts - (ended or 0)))
    else:
        given(story, later(days=acts))
    story.when(by_mandate(consent()))
    holds = begins <= acts <= begins + lasts and not is_ended
    assert (story.refusal is None) == (holds and (not procedures or "car_sale" in procedures))


# --- who judges -------------------------------------------------------------------------------------------


def test_an_officer_who_has_a_mandate_of_a_party_is_kept_out_whatever_it_is_for() -> None:
    officer = office("officer", "officer-1", person=human_of(KEY))
    story = a_sale()
    given(story, *IN_HAND)
    given(story, of_the_buyer(story, since=TODAY + timedelta(days=30)))
    story.when(propose(officer)).then_refused(NotAllowed, "party_to_this_case")
    story.when(assign(officer)).then_refused(NotAllowed, "party_to_this_case")
    story.when(assign(to=officer)).then_refused(NotAllowed, "officer_is_party")
    given(story, end_mandate(of=story.request["buyer"], by=party("buyer")), propose(officer))


JUDGED = [
    row.command
    for row in OF_CASES
    if not issubclass(row.command, PartyCommand)
    and (row.is_judgement or (row.may and row.may.bars_who_took_part))
]


@pytest.mark.parametrize("kind", JUDGED, ids=name_of)
def test_who_has_a_mandate_of_a_party_judges_nothing_at_all(kind: type[Command]) -> None:
    """Also where a row is added."""
    officer = office("officer", "officer-1", person=human_of(KEY))
    story = a_sale()
    given(story, *IN_HAND, of_the_buyer(story))
    story.when(asked_by(officer, EVERY[kind])).then_refused(NotAllowed, "party_to_this_case")


def test_an_officer_who_acted_for_a_party_is_kept_out_also_when_the_mandate_is_over() -> None:
    officer = office("officer", "officer-1", person=human_of(KEY))
    story = a_sale()
    given(story, give_mandate(), by_mandate(file()), end_mandate())
    given(story, *IN_HAND[1:])
    story.when(propose(officer)).then_refused(NotAllowed, "party_to_this_case")
