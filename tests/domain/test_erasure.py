"""Erasure: whose data falls, when it may; a case reads the same whether its keys went before or after."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.lifecycle import fits
from domain.refusals import Amount, Clash, Erased, Invalid, NotAllowed, Unknown, WrongStage
from tests.domain.acts import (
    APPROVED,
    AUDITOR,
    COMPLETED,
    FILED,
    FINAL,
    IN_HAND,
    OFFICER,
    REFUSED,
    RETURNED,
    UNPAID,
    WITHDRAWN,
    acknowledge,
    amend,
    annul_result,
    answer,
    applicant,
    approve,
    ask,
    assign,
    bring,
    consent,
    erase,
    file,
    later,
    pay,
    pay_back,
    propose,
    refuse,
    revoke,
    withdraw,
)
from tests.domain.story import Act, Story, Who, a_birth, a_sale, folded, forgotten, given
from tests.domain.test_payments import FEE
from tests.examples import person

OVER = FINAL
YEARS_LATER = later(days=5000)
A_LONG_LIFE = (
    *(file(), consent(), revoke(), consent(), pay(), pay(500, "payment-2"), assign()),
    *(ask("Who?"), answer("She.", evidence=(bring("letter"),)), propose(), ask("When?"), answer("Then.")),
    *(propose(), approve(), acknowledge(), pay_back(500, "payment-2")),
)
A_LONG_REFUSAL = (*IN_HAND, ask("Who?"), answer("She."), refuse("tax_unpaid"), *OVER)
A_BIRTH = (file(evidence=[bring("birth_report")]), assign(), ask(), answer(), approve(OFFICER), acknowledge())


# --- whose ------------------------------------------------------------------------------------------------


def test_the_sellers_erasure_does_not_take_the_buyers_data() -> None:
    story = given(a_sale(), *COMPLETED, YEARS_LATER).when(erase("seller")).then("PersonalDataErased")
    request = story.now.request
    assert (request["seller"], request["person_p1"]) == (None, None)
    assert request["buyer"] == story.request["buyer"]
    assert request["vehicle"] == story.request["vehicle"]
    assert story.now.erased == ["seller"]
    assert len(story.the(e.PersonalDataErased).keys) == 1


def test_what_is_about_several_people_falls_last_and_with_everything() -> None:
    story = given(a_sale(), *A_LONG_LIFE, YEARS_LATER).when(erase("case")).then("PersonalDataErased")
    assert story.the(e.PersonalDataErased).whose == ["buyer", "case", "seller"]
    case = story.now
    assert {case.request[name] for name in case.owners if name in case.request} == {None}
    assert case.evidence is None
    assert {(q["question"], q["answer"]) for q in case.questions} == {(None, None)}
    assert case.decided is not None
    assert case.decided["person"] is None
    assert case.request["new_plates"] is True  # public: nobody is known by it


def test_with_a_case_fall_the_keys_of_its_evidence_and_of_what_it_said_before() -> None:
    story = given(a_sale(), file(), amend(new_plates=False), *A_LONG_LIFE[1:], YEARS_LATER)
    evidence = story.now.evidence
    story.when(erase("case"))
    fallen = set(story.the(e.PersonalDataErased).keys)
    assert evidence
    assert {piece["key"] for piece in evidence} < fallen
    said = {key for r in story.log if r.stream == story.case_id for key in r.keys.values()}
    assert said <= fallen


def test_who_names_nobody_means_everybody() -> None:
    story = given(a_sale(), *COMPLETED, YEARS_LATER).when(erase()).then("PersonalDataErased")
    assert story.now.erased == ["buyer", "case", "seller"]
    assert story.now.persons == {}


def test_the_reasons_of_a_refusal_fall_too() -> None:
    story = given(a_sale(), *REFUSED, *OVER, YEARS_LATER, erase())
    assert story.now.decided is not None
    assert (story.now.decided["explanation"], story.now.decided["grounds"]) == (None, ["tax_unpaid"])


def test_a_role_that_nobody_has_is_refused() -> None:
    story = given(a_sale(), *COMPLETED, YEARS_LATER)
    story.when(erase("witness")).then_refused(Invalid, "unknown_role", "/whose")


def test_the_same_erasure_twice_is_ignored() -> None:
    story = given(a_sale(), *COMPLETED, YEARS_LATER, erase("seller"))
    story.when(erase("seller")).then()
    given(story, erase()).when(erase()).then()
    assert story.now.erased == ["buyer", "case", "seller"]


def test_an_erasure_on_another_basis_hears_on_which_it_was_erased() -> None:
    """A basis that stands nowhere in the log must not be answered with yes (rules.md 21)."""
    story = given(a_sale(), *COMPLETED, YEARS_LATER, erase("seller", basis="Retention over."))
    story.when(erase("seller", basis="Retention over.")).then()
    story.when(erase("seller", basis="Judgement of 5 March.")).then_refused(Clash, "erased_already")
    assert story.refusal is not None
    assert story.refusal.values == {"basis": "Retention over."}
    given(story, erase(basis="Judgement of 5 March."))
    story.when(erase(basis="Judgement of 5 March.")).then()
    story.when(erase("seller", basis="Judgement of 5 March.")).then_refused(Clash, "erased_already")
    story.when(erase(basis="Judgement of 6 March.")).then_refused(Clash, "erased_already")


def test_an_erasure_fits_as_long_as_there_is_something_to_erase() -> None:
    story = given(a_sale(), *COMPLETED, YEARS_LATER)
    for act in (erase("seller"), erase("buyer"), erase("case")):
        assert "EraseCase" in fits(story.now, at=story.at)
        given(story, act)
    assert "EraseCase" not in fits(story.now, at=story.at)
    given(story, pay(300, "late"), pay_back(300, "late"))
    assert "EraseCase" in fits(story.now, at=story.at)


def test_the_reasons_of_a_court_after_an_erasure_can_be_erased_too() -> None:
    story = given(a_sale(), *COMPLETED, YEARS_LATER, erase(), annul_result())
    assert "EraseCase" in fits(story.now, at=story.at)
    story.when(erase()).then("PersonalDataErased")
    assert "EraseCase" not in fits(story.now, at=story.at)


def test_what_comes_after_an_erasure_can_be_erased_too() -> None:
    """A late payment brings a statement under a fresh key."""
    story = given(a_sale(), *WITHDRAWN, YEARS_LATER, erase())
    (before,) = (r.event.keys for r in story.log if isinstance(r.event, e.PersonalDataErased))
    given(story, pay(300, "late"), pay_back(300, "late"))
    story.when(erase()).then("PersonalDataErased")
    (fresh,) = story.the(e.PersonalDataErased).keys
    assert fresh not in before


@pytest.mark.parametrize("whose", [(), ("seller",)])
def test_while_money_is_due_back_nobody_is_forgotten(whose: tuple[str, ...]) -> None:
    """It has to be known whose it is; as for the clock. What went back twice of one payment makes up for no other."""
    story = given(a_sale(), *FILED, pay(700), pay(500, "payment-2"), withdraw(), YEARS_LATER)
    story.when(erase(*whose)).then_refused(Clash, "refund_open")
    assert story.refusal is not None
    assert story.refusal.values == {"amount": Amount(1_200, "KZT")}
    given(story, pay_back(700), later(days=1), pay_back(700))
    story.when(erase(*whose)).then_refused(Clash, "refund_open")
    given(story, pay_back(500, "payment-2"))
    story.when(erase(*whose)).then("PersonalDataErased")


# --- when -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", [FILED, IN_HAND, RETURNED, APPROVED])
def test_a_case_that_goes_on_is_not_forgotten(stage: tuple[Act, ...]) -> None:
    given(a_sale(), *stage, YEARS_LATER).when(erase()).then_refused(WrongStage)


@pytest.mark.parametrize("stage", [REFUSED, UNPAID])
def test_not_before_the_appeal_term_has_ended(stage: tuple[Act, ...]) -> None:
    given(a_sale(), *stage, later(days=10)).when(erase()).then_refused(Clash, "appeal_term_open")
    given(a_sale(), *stage, YEARS_LATER).when(erase()).then_refused(Clash, "appeal_term_open")


def test_a_completed_case_can_be_appealed_against_and_is_kept_so_long() -> None:
    given(a_sale(), *COMPLETED, later(days=10)).when(erase()).then_refused(Clash, "appeal_term_open")


@pytest.mark.parametrize("stage", [(*REFUSED, *OVER), WITHDRAWN, (*COMPLETED, later(days=100))])
def test_not_before_the_law_keeps_it_no_longer(stage: tuple[Act, ...]) -> None:
    story = given(a_sale(), *stage).when(erase()).then_refused(Clash, "retention_not_over")
    assert "2027-11-23" in str(story.refusal)
    given(story, YEARS_LATER).when(erase()).then("PersonalDataErased")


@pytest.mark.parametrize("who", [applicant, OFFICER, AUDITOR])
def test_only_the_data_protection_officer_erases(who: Who) -> None:
    given(a_sale(), *COMPLETED, YEARS_LATER).when(erase(by=who)).then_refused(NotAllowed)


# --- afterwards -------------------------------------------------------------------------------------------


def test_after_an_erasure_nothing_more_can_be_done() -> None:
    story = given(a_sale(), *REFUSED, *OVER, YEARS_LATER, erase())
    for act in (assign(), ask(), refuse("tax_unpaid"), approve()):
        story.when(act).then_refused(Erased, "erased")


def test_who_is_forgotten_is_not_known_any_more() -> None:
    """The keyed id of the human fell with the data: the case is no longer theirs to see."""
    story = given(a_sale(), *COMPLETED, YEARS_LATER, erase("seller"))
    story.when(withdraw()).then_refused(Unknown)


def test_money_still_comes_and_goes_after_an_erasure() -> None:
    story = given(a_sale(), *WITHDRAWN, YEARS_LATER, erase())
    story.when(pay(300, "late")).then("FeePaid", "RefundDue")
    story.when(pay_back(300, "late")).then("RefundPaid")


def test_money_in_time_that_is_told_after_an_erasure_goes_back() -> None:
    """The case is not revived: its people and its car are not known any more."""
    story = given(a_sale(), *UNPAID, *OVER, YEARS_LATER, erase())
    story.when(pay(3_000_000, paid_at="2026-12-07T18:59:00Z")).then("FeePaid", "RefundDue")
    assert story.now.stage == "lapsed"


def test_an_erased_case_keeps_its_public_record() -> None:
    story = given(a_sale(), *A_LONG_LIFE, YEARS_LATER)
    before = story.now
    after_it = given(story, erase()).now
    for name in ("stage", "terms", "fee", "payments", "refunds", "parties", "decision_due", "entries"):
        assert getattr(before, name) == getattr(after_it, name)
    assert after_it.timeline[:-1] == before.timeline


# --- the fold ---------------------------------------------------------------------------------------------


def _with_keys_gone(story: Story) -> list[e.Recorded]:
    gone = [key for r in story.log if isinstance(r.event, e.PersonalDataErased) for key in r.event.keys]
    return [forgotten(recorded, gone) for recorded in story.log]


LIVES: dict[str, tuple[Callable[[], Story], Sequence[Act]]] = {
    "sold": (a_sale, A_LONG_LIFE),
    "refused": (a_sale, A_LONG_REFUSAL),
    "withdrawn": (a_sale, (*IN_HAND, ask(), withdraw(), pay_back(FEE))),
    "restated": (a_sale, (*FILED, amend(buyer=person("KZ", 77)), withdraw())),
    "lapsed": (a_sale, (*UNPAID, *OVER)),
    "born": (a_birth, A_BIRTH),
}


def _told(life: str) -> Story:
    begin, acts = LIVES[life]
    return given(begin(), *acts, YEARS_LATER)


@for_all(st.sampled_from(sorted(LIVES)), st.lists(st.sets(st.sampled_from("01234")), max_size=3))
def test_a_case_reads_the_same_whether_its_keys_went_before_or_after(
    life: str, erasures: list[set[str]]
) -> None:
    """A rebuild after an erasure equals the live read model; ERASED may stand anywhere."""
    story = _told(life)
    roles = sorted({*story.now.parties.values(), "case"})
    for erasure in erasures:
        whose = [roles[int(n)] for n in erasure if int(n) < len(roles)]
        given(story, erase(*whose))
    assert folded(_with_keys_gone(story), story.case_id) == story.now


@pytest.mark.parametrize("life", sorted(LIVES))
def test_an_event_whose_key_is_gone_folds_also_before_the_erasure_is_reached(life: str) -> None:
    story = given(_told(life), erase())
    erased = _with_keys_gone(story)
    for length in range(1, len(erased) + 1):
        folded(erased[:length], story.case_id)
