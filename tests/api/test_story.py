"""The history as a story: each event in sentences that name roles, days and the law, and nothing of anybody."""

import re
from typing import Any

import pytest

from api.cases.event_words import told
from api.edge.sentences import english
from domain.awaited import unconfirmed
from domain.case import Case
from domain.case_fold import evolve
from tests.domain import acts
from tests.domain.story import CASE, Act, a_birth, a_sale, given
from tests.town.caller import good
from tests.town.people import Town, person

pytestmark = pytest.mark.countries("KZ", "TR")

SALE = ("KZ", "car_sale")
OFFICER = "kz-vehicle-registration-officer-1"
GUESS = "That day stands on no confirmed law yet."


def story(town: Town, case: str, who: str, language: str = "en") -> list[dict[str, Any]]:
    answer = town.as_(who).send("GET", f"/v1/cases/{case}/history", headers={"Accept-Language": language})
    events: list[dict[str, Any]] = good(answer)["events"]
    return events


def test_a_refused_sale_is_told_from_its_filing_to_the_way_to_appeal(town: Town) -> None:
    case = town.take_to("in_review", *SALE)
    town.assign(case)
    good(town.judge(OFFICER, case, "refusals", {"grounds": ["tax_unpaid"], "reason": "See the letter."}))
    events = story(town, case, "kz-citizen-2")
    said = [(event["stage"], event["sentence"].partition(".")[0]) for event in events]
    assert said == [
        ("filed", "The request was filed by the applicant"),
        ("filed", said[1][1]),
        ("filed", "Consent was given by the buyer"),
        ("in_review", said[3][1]),
        ("in_review", "Consents and fee are complete: the authority's time to decide runs"),
        ("in_review", "An officer has the case, as an officer decided"),
        ("refused", "The request was refused by an officer: The vehicle tax is not paid"),
    ]
    filed, refused = events[0]["sentence"], events[-1]["sentence"]
    assert "From then on the case is filed." in filed
    assert "The law is: Vehicle tax paid, as an older page has it." in refused
    assert "Who has not opened it is taken to have read it on " in refused
    assert "That day stands on no confirmed law yet. From then on the case is refused." in refused
    assert "See the letter." not in refused


@pytest.mark.parametrize("stands", ["filed", "returned"])
def test_an_amendment_is_told_before_the_fee_that_follows_from_it(town: Town, stands: str) -> None:
    """The fee is signed first; a reader hears the cause first, and once where the case is then."""
    case = town.take_to("filed" if stands == "filed" else "in_review", *SALE)
    if stands == "returned":
        town.assign(case)
        town.ask(case)
    shown = town.read(case, "kz-citizen-1")
    request = {**shown["request"], "new_plates": not shown["request"]["new_plates"]}
    said = {"of": shown["request_hash"], "request": request}
    good(town.as_("kz-citizen-1").post(f"/v1/cases/{case}/amendments", said))
    events = story(town, case, "kz-citizen-1")
    (nth,) = (n for n, event in enumerate(events) if event["type"] == "case.RequestAmended.v1")
    amended, fee = events[nth : nth + 2]
    assert fee["type"] == "case.FeeAssessed.v1"
    assert amended["version"] == fee["version"] + 1
    assert ("From then on the case is filed." in amended["sentence"]) == (stands == "returned")
    assert "From then on" not in fee["sentence"]
    assert (amended["stage"], fee["stage"]) == ("filed", "filed")
    assert sorted(event["version"] for event in events) == [*range(1, len(events) + 1)]


def test_it_is_told_to_everybody_who_may_read_it_without_anybodys_data(town: Town) -> None:
    case = town.take_to("completed", *SALE)
    told_to = {
        who: [event["sentence"] for event in story(town, case, who)]
        for who in ("kz-citizen-1", "kz-citizen-2", OFFICER, "kz-auditor")
    }
    assert len({tuple(said) for said in told_to.values()}) == 1
    (all_of_it,) = {" ".join(said) for said in told_to.values()}
    assert "Vehicle register" in all_of_it
    for somebody in (person("kz-citizen-1"), person("kz-citizen-2")):
        assert somebody["surname"] not in all_of_it
        assert somebody["personal_number"]["number"] not in all_of_it


def test_the_answer_names_the_language_in_which_it_is_told(town: Town) -> None:
    case = town.take_to("in_review", "TR", "birth_certificate")
    answer = town.as_("tr-citizen-1").send(
        "GET", f"/v1/cases/{case}/history", headers={"Accept-Language": "tr"}
    )
    assert answer.headers["content-language"].split(", ")[0] in {"tr", "en"}
    assert "Accept-Language" in answer.headers["vary"]


WAYS: dict[str, tuple[Act, ...]] = {
    "completed": acts.COMPLETED,
    "refused": acts.REFUSED,
    "answered": (*acts.RETURNED, acts.answer()),
    "withdrawn": (*acts.COMPLETE, acts.withdraw()),
    "lapsed": (*acts.UNPAID, acts.pay(), *acts.FINAL),
    "amended": (*acts.CONSENTED, acts.amend(new_plates=False)),
    "extended": (*acts.IN_HAND, acts.extend()),
    "set aside": (*acts.APPEALED, acts.decide_appeal()),
    "taken back": (*acts.APPEALED, acts.take_back()),
    "waived": (*acts.REFUSED, acts.waive()),
    "revived": (*acts.UNPAID, acts.pay(paid_at="2026-12-01T09:00:00Z")),
    "ran on": (
        *(*acts.CONSENTED, acts.until("2026-12-02"), acts.revoke()),
        *(acts.until("2026-12-10"), acts.lapse(), acts.until("2026-12-28")),
        acts.pay(paid_at="2026-12-01T09:00:00Z"),
    ),
    "revoked": (*acts.COMPLETE, acts.revoke(), acts.decline()),
    "objected": (*acts.APPROVED, acts.object_to()),
    "erased": (*acts.COMPLETED, acts.later(days=5000), acts.erase()),
    "paid back": (*acts.FILED, acts.pay(10**8), acts.withdraw()),
}


def sentences(*way: Act) -> dict[str, str]:
    """Of each kind of event the newest sentence."""
    found: dict[str, str] = {}
    stood: Case | None = None
    for recorded in (each for each in given(a_sale(), *way).log if each.stream == CASE):
        before, stood = stood, evolve(stood, recorded)
        said = told(recorded, before, stood, unconfirmed(stood), english())
        found[type(recorded.event).__name__] = said
    return found


def test_of_money_that_was_late_nobody_is_told_that_the_case_had_ended() -> None:
    said = sentences(*acts.CONSENTED, acts.until("2026-12-09"), acts.pay())
    assert "It came too late" in said["RefundDue"]
    assert "CaseLapsed" not in said


@pytest.mark.parametrize(
    ("outcome", "said", "ended"),
    [("upheld", "the decision stands", "The appeal is over"), ("set_aside", "is set aside", None)],
)
def test_it_is_told_how_an_appeal_was_decided(outcome: str, said: str, ended: str | None) -> None:
    """And no time to appeal is said to have run out that a decision ended: both parties had appealed."""
    found = sentences(*acts.APPEALED, acts.serve("p2"), acts.appeal("p2"), acts.decide_appeal(outcome))
    assert said in found["AppealDecided"]
    assert ended in found.get("AppealTermEnded", "") if ended else "AppealTermEnded" not in found


def test_a_time_to_appeal_that_nobody_used_ran_out() -> None:
    assert sentences(*acts.REFUSED, *acts.FINAL)["AppealTermEnded"].startswith(
        "The time to appeal ran out; what"
    )


def test_days_of_other_offices_on_no_confirmed_law_are_told_so() -> None:
    for way, event in (
        ((*acts.IN_HAND, acts.ask_for_opinion()), "OpinionRequested"),
        (acts.APPEALED, "AppealLodged"),
    ):
        said = sentences(*way)[event]
        assert "The last day that follows from it is" in said
        assert GUESS in said, said


def test_an_objection_says_why_and_an_erasure_whose_data_it_destroyed() -> None:
    objected = sentences(*acts.APPROVED, acts.object_to())["ObjectionRecorded"]
    assert objected.endswith("It names its reason by a code of its own: plate_unknown.")
    known = sentences(*acts.APPROVED, acts.object_to(code="plate_differs"))["ObjectionRecorded"]
    assert known.endswith("Vehicle register. The plate that the seller names is not the one in the register.")
    erased = sentences(*acts.COMPLETED, acts.later(days=5000), acts.erase())["PersonalDataErased"]
    assert "that of the buyer, the case as a whole, and the seller" in erased


def test_a_time_that_stood_still_while_the_case_had_lapsed_is_not_told_as_a_decree() -> None:
    said = sentences(*WAYS["ran on"])["DeadlineRestated"]
    assert said.startswith("While the case had lapsed, the time to consent stood still: it ends later.")
    assert GUESS in said


def test_the_new_day_of_a_lapse_that_was_set_aside_is_said_to_stand_on_no_confirmed_law() -> None:
    over = (*acts.FILED, acts.pay(), acts.after(lambda case: case.consent_until), acts.lapse())
    said = sentences(*over, acts.serve(), acts.appeal(), acts.decide_appeal())["AppealDecided"]
    assert f"{GUESS} From then on the case is filed." in said


def test_money_of_a_sale_that_the_buyer_declined_goes_back_for_that() -> None:
    said = sentences(*acts.FILED, acts.pay(), acts.decline())["RefundDue"]
    assert said.endswith("are due back: A consent was declined.")


def test_a_stage_through_which_an_append_only_passes_is_not_told(new_town: Town) -> None:
    """Paid in time after all, the case is filed for no moment."""
    case = new_town.file(*SALE)
    new_town.consent(case)
    in_time = new_town.statement(new_town.read(case))
    new_town.travel(days=25)
    new_town.tick()
    good(new_town.as_("kz-treasury").post(f"/v1/cases/{case}/payments", {"statement": in_time}))
    after_all = [e for e in story(new_town, case, "kz-citizen-1") if e["stage"] != "lapsed"]
    ends = [
        e["sentence"].rpartition("From then on the case is ")[2]
        for e in after_all
        if "From then" in e["sentence"]
    ]
    assert ends == ["filed.", "in review."]


def test_what_needs_no_register_is_told_kindly() -> None:
    still_born = given(a_birth(kind="still_born"), *acts.FILED, acts.assign(), acts.not_needed("still_born"))
    (ended,) = [each for each in still_born.log if type(each.event).__name__ == "CaseNotNeeded"]
    said = told(ended, None, still_born.now, (), english())
    assert said.startswith(
        "Nothing has to be registered here, as an officer decided, and nothing more is asked"
    )
    assert said.endswith("From then on the case is closed, as nothing has to be registered.")


def test_what_went_back_twice_is_not_told_to_be_due_again() -> None:
    too_much = (*acts.CONSENTED, acts.pay(20_000_00), acts.pay_back(1_403_00))
    assert sentences(*too_much, acts.later(minutes=1), acts.pay_back(1_403_00), acts.withdraw())[
        "RefundDue"
    ].startswith("17,194.00 KZT")


@pytest.mark.parametrize("way", WAYS)
def test_no_sentence_has_a_gap(way: str) -> None:
    """Whatever happened: every value comes with the event, and each sentence begins large and ends with a stop."""
    for begun in (a_sale(), a_birth()) if way in {"completed", "refused", "erased"} else (a_sale(),):
        way_of = WAYS[way] if begun.offer.country == "KZ" else _of_a_birth(way)
        found = given(begun, *way_of)
        stood: Case | None = None
        for recorded in (each for each in found.log if each.stream == CASE):
            before, stood = stood, evolve(stood, recorded)
            said = told(recorded, before, stood, unconfirmed(stood), english())
            assert "{" not in said, said
            assert re.match(r"[A-Z0-9].*\.\Z", said), said


def _of_a_birth(way: str) -> tuple[Act, ...]:
    approved = (*acts.FILED, acts.assign(), acts.approve(acts.OFFICER))
    ways = {"completed": approved, "refused": (*acts.FILED, acts.assign(), acts.refuse("not_proven"))}
    return ways.get(way, acts.FILED)
