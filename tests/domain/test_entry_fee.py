"""A fee between the approval and the entry: the payment that covers it writes the registers, or what holds them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import commands as c
from domain import events as e
from domain.claim import FREE, Claim
from domain.days.deadlines import Term
from domain.decision import LEAD, SYSTEM_ACTOR
from domain.facts import Facts
from domain.fees import Fee, FeePart
from domain.lifecycle import fits
from domain.lookup_keys import Key, claim_key
from domain.offers import offers
from domain.procedures.car_sale import VEHICLES
from domain.refusals import Clash, Invalid, NotAllowed, Stale, WrongStage
from domain.register import Effect, End
from domain.terms import Quota as QuotaOf
from domain.terms import QuotaSize
from infra.verification import courses
from projections import work_queue
from tests.domain import acts
from tests.domain.acts import (
    APPEALABLE,
    COMPLETE,
    COMPLETED,
    FINAL,
    PROPOSED,
    REFUSED,
    acknowledge,
    after,
    approve,
    assess,
    end_appeal_term,
    lapse,
    later,
    pay,
    pay_back,
    until,
    waive,
    write_entries,
)
from tests.domain.made_up import LAW, SALE, a_story_of, car, car_of, made_up, registered
from tests.domain.story import Act, Story, folded, given, imported, in_the_way, stream_of, text
from tests.domain.test_lifecycle import must_see
from tests.domain.test_machine import a_verifier_follows
from tests.domain.test_payments import FEE, refunds
from tests.examples import example_entry

ENTRY: Final = 5_000_00
MakeUp = Callable[..., Story]
ARREST: Final[dict[str, Any]] = {"kind": "arrest", "law": "of the tests", "rule": "x", "reference": None}


def entry_fee(amount: int = ENTRY, **more: Any) -> Fee:
    return Fee(parts=(FeePart(name="issue", units=Fraction(amount)),), source=LAW, **more)


@pytest.fixture
def make_up(monkeypatch: pytest.MonkeyPatch) -> MakeUp:
    """A car is registered, and a fee is due before that."""

    def story(effects: Callable[[Facts], tuple[Effect, ...]] = registered, **law: Any) -> Story:
        asked = {"entry_fee": entry_fee(), **law}
        return a_story_of(
            made_up(monkeypatch, effects, times={"pay_entry": Term(30, "calendar_days", LAW)}, **asked)
        )

    return story


APPROVED: Final = (*PROPOSED, later(days=1), approve())


def claim_of(story: Story) -> Key:
    return claim_key("vehicle_sale", story.request["vehicle"]["vin"])


def held_by_nobody_else(story: Story) -> bool:
    return story.claims[claim_of(story)].holder == story.case_id


# --- asked after the approval -------------------------------------------------------------------------------


def test_an_approval_asks_for_the_fee_and_writes_nothing_yet(make_up: MakeUp) -> None:
    story = given(make_up(), *PROPOSED).when(approve()).then("FeeAssessed", "CaseApproved")
    fee = story.the(e.FeeAssessed)
    assert (fee.fee, fee.amount) == ("entry", ENTRY)
    assert fee.due is not None
    assert fee.due["due"] == "2026-12-23"
    assert (story.now.stage, story.now.entries, story.entries) == ("approved", [], {})
    assert story.now.entry_fee is not None
    assert story.now.fee is not None
    assert (story.now.fee["amount"], story.now.entry_fee["amount"]) == (FEE, ENTRY)
    assert fits(story.now) == ("RecordPayment",)
    assert held_by_nobody_else(story)


def test_the_payment_that_covers_it_writes_the_registers_in_its_append(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED).when(pay(payment="payment-2"))
    story.then("EntryCreated", "ClaimSettled", "FeePaid", "EntriesWritten")
    entry = story.entry
    assert (
        story.now.entries
        == story.the(e.EntriesWritten).entries
        == [{"register": "vehicles", "entry": entry.entry}]
    )
    assert story.now.effects == sorted(recorded.hash for recorded in story.last[:2])
    assert story.claims[claim_of(story)] == Claim(stream_of(story.key), is_settled=True)
    assert fits(story.now) == ("RecordReceipt", "RecordObjection", "AnnulResult")
    story.when(acknowledge()).then("ReceiptRecorded", "CaseCompleted")
    assert folded(story.log, story.case_id) == story.now


def test_what_is_written_is_what_was_decided_on_its_day(make_up: MakeUp) -> None:
    """A permit of a year: decided on 24 November, paid in December."""
    story = given(make_up(), *APPROVED, later(days=20), pay(payment="payment-2"))
    assert story.entry.until == "2027-11-24"
    assert story.entry.created_at.startswith("2026-12-14")


def test_parts_wait_for_the_rest(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED).when(pay(1_000_00, "payment-2")).then("FeePaid")
    assert (story.now.stage, story.now.entries) == ("approved", [])
    story.when(pay(ENTRY - 1_000_00, "payment-3"))
    story.then("EntryCreated", "ClaimSettled", "FeePaid", "EntriesWritten")


def test_nothing_is_asked_where_nothing_is_due(make_up: MakeUp) -> None:
    """A fee of nothing is said, and the entry is there at once."""
    story = given(make_up(entry_fee=entry_fee(0)), *PROPOSED).when(approve())
    story.then("EntryCreated", "ClaimSettled", "FeeAssessed", "CaseApproved")
    assert story.now.entries


def test_what_was_too_much_for_the_first_fee_counts_for_the_second_until_it_went_back(
    make_up: MakeUp,
) -> None:
    """Nobody is asked for what the treasury owes them."""
    before = (*acts.CONSENTED, pay(FEE + ENTRY))
    story = given(make_up(), *before, *PROPOSED[len(COMPLETE) :]).when(approve())
    story.then("EntryCreated", "ClaimSettled", "FeeAssessed", "RefundNotDue", "CaseApproved")
    assert (story.now.kept, story.now.to_go_back) == (FEE + ENTRY, 0)
    story = given(make_up(), *before, acts.pay_back(ENTRY), *PROPOSED[len(COMPLETE) :], approve())
    assert (story.now.entries, story.now.kept) == ([], FEE)
    story.when(pay(payment="payment-2")).then("EntryCreated", "ClaimSettled", "FeePaid", "EntriesWritten")


def test_a_registry_that_answers_before_there_is_an_entry_is_not_believed(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED)
    said: dict[str, Any] = {"register": "vehicles", "authority": "kz-vehicle-register", "event": "hash-1"}
    story.when(acknowledge(**said)).then_refused(Clash, "receipt_does_not_match")


# --- too much, wrong, late ----------------------------------------------------------------------------------


def test_too_much_for_the_entry_goes_back(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED).when(pay(ENTRY + 700, "payment-2"))
    story.then("EntryCreated", "ClaimSettled", "FeePaid", "RefundDue", "EntriesWritten")
    assert refunds(story) == [("payment-2", 700, "too_much")]
    story.when(pay(300, "payment-3")).then("FeePaid", "RefundDue")
    assert refunds(story) == [("payment-3", 300, "too_much")]


def test_another_currency_is_no_payment_of_it(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED).when(pay(payment="payment-2", currency="USD"))
    story.then_refused(Invalid, "wrong_currency", "/statement/currency")


def test_the_same_payment_twice_writes_once(make_up: MakeUp) -> None:
    paid: Act = pay(ENTRY, "payment-2", paid_at="2026-11-24T10:00:00Z")
    given(make_up(), *APPROVED, paid).when(paid).then()


def test_who_does_not_pay_for_the_entry_in_time_loses_it(make_up: MakeUp) -> None:
    """The parts come back, the fee for the filing stays; what was claimed is free when nobody can appeal."""
    story = given(make_up(), *APPROVED, pay(1_000_00, "payment-2"))
    story.when(lapse()).then()
    given(story, after(lambda case: case.entry_fee["lapses"] if case.entry_fee else None)).when(lapse())
    story.then("ClaimKept", "CaseLapsed", "RefundDue")
    assert story.the(e.CaseLapsed).reason == "unpaid"
    assert refunds(story) == [("payment-2", 1_000_00, "lapsed")]
    assert (story.now.stage, story.now.kept, story.entries) == ("lapsed", FEE, {})
    assert held_by_nobody_else(story)
    given(story, *APPEALABLE).when(end_appeal_term())
    story.then("ClaimReleased", "AppealTermEnded")
    assert story.claims[claim_of(story)] == FREE
    story.when(pay(ENTRY, "payment-3")).then("FeePaid", "RefundDue")
    assert refunds(story) == [("payment-3", ENTRY, "late")]


def test_who_paid_after_the_day_has_no_entry_though_the_clock_has_not_come(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED, after(lambda case: case.entry_fee["due"] if case.entry_fee else None))
    story.when(pay(payment="payment-2")).then("FeePaid", "RefundDue")
    assert story.the(e.RefundDue).reason == "late"
    assert story.now.entries == []


def test_a_place_of_a_quota_is_free_again_where_the_entry_is_not_paid(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = make_up(quotas=(QuotaOf(name="cars", source=LAW),))
    story.offer = replace(
        story.offer, quota_sizes={("cars",): (QuotaSize(since=story.terms.since, slots=9, source=LAW),)}
    )
    monkeypatch.setitem(offers(), ("KZ", "made_up"), story.offer)
    given(story, *APPROVED, after(lambda case: case.entry_fee["lapses"] if case.entry_fee else None), lapse())
    assert story.claims[claim_key("quota", "cars", "2026")].taken == 1
    given(story, *FINAL)
    assert story.claims[claim_key("quota", "cars", "2026")].taken == 0


@pytest.mark.parametrize(
    ("ways", "left"),
    [((*REFUSED, waive(), *FINAL), 0), ((*REFUSED, *FINAL), 0), ((*COMPLETED, *FINAL), 1)],
)
def test_a_place_is_freed_once_and_never_that_of_what_was_approved(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch, ways: tuple[Act, ...], left: int
) -> None:
    story = make_up(quotas=(QuotaOf(name="cars", source=LAW),), entry_fee=None)
    size = QuotaSize(since=story.terms.since, slots=9, source=LAW)
    story.offer = replace(story.offer, quota_sizes={("cars",): (size,)})
    monkeypatch.setitem(offers(), ("KZ", "made_up"), story.offer)
    given(story, *ways)
    assert story.claims[claim_key("quota", "cars", "2026")].taken == left


def quoted(make_up: MakeUp, patch: pytest.MonkeyPatch, slots: int = 9, **law: Any) -> Story:
    """So many cars a year are registered, by the law of the story."""
    story = make_up(quotas=(QuotaOf(name="cars", source=LAW),), **law)
    size = QuotaSize(since=story.terms.since, slots=slots, source=LAW)
    story.offer = replace(story.offer, quota_sizes={("cars",): (size,)})
    patch.setitem(offers(), ("KZ", "made_up"), story.offer)
    return story


def places(story: Story) -> int:
    return story.claims[claim_key("quota", "cars", "2026")].taken


def test_an_upheld_refusal_frees_its_place_in_the_name_of_who_decided_the_appeal(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That office may sign it: the story asks whether it may."""
    story = given(
        quoted(make_up, monkeypatch), *acts.APPEALED, acts.appeal("p2"), acts.decide_appeal("upheld")
    )
    assert story.last[1].type == "claim.SlotFreed.v1"
    assert places(story) == 0


def test_a_place_that_was_let_go_of_is_taken_again_with_a_set_aside_and_freed_once(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = given(quoted(make_up, monkeypatch), *acts.SERVED, waive(), acts.appeal())
    assert places(story) == 0
    given(story, acts.decide_appeal())
    assert (places(story), story.now.has_waived) == (1, False)
    given(story, acts.assign(acts.SECOND), acts.refuse("tax_unpaid", by=acts.SECOND), *FINAL)
    assert places(story) == 0


def test_what_a_set_aside_left_to_others_is_the_cases_own_again_with_its_approval(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes it between the approval and the money, and its place is counted once."""
    story = given(quoted(make_up, monkeypatch), *acts.SERVED, waive(), acts.appeal())
    key = claim_of(story)
    story.happened((key, e.ClaimTaken(kind=key.kind, holder="case-2")))
    given(story, acts.decide_appeal(), acts.assign(acts.SECOND), acts.propose(acts.SECOND))
    story.happened((key, e.ClaimReleased(kind=key.kind, holder="case-2")))
    story.when(approve(acts.office("officer", "officer-3")))
    story.then("ClaimTaken", "SlotTaken", "FeeAssessed", "CaseApproved")
    assert (held_by_nobody_else(story), places(story), in_the_way(story)) == (True, 1, [])
    given(story, pay(payment="payment-2"))
    assert (places(story), len(story.now.entries)) == (1, 1)


@pytest.mark.parametrize(("slots", "stage"), [(1, "lapsed"), (2, "approved")])
def test_who_paid_in_time_goes_on_where_there_is_a_place_still(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch, slots: int, stage: str
) -> None:
    """What the lapsed case let go of, another one has taken meanwhile; where both fit in, each has a place."""
    story = given(quoted(make_up, monkeypatch, slots), *APPROVED)
    in_time = story.at
    given(story, after(lambda case: case.entry_fee["lapses"] if case.entry_fee else None), lapse(), waive())
    taken = e.SlotTaken(kind="quota", holder="case-2", taken=1)
    story.happened((claim_key("quota", "cars", "2026"), taken))
    given(story, pay(ENTRY, "payment-2", paid_at=text(in_time)))
    assert story.now.stage == stage
    assert places(story) == slots


def test_a_request_that_is_restated_next_year_takes_a_place_of_the_year_of_its_filing(
    make_up: MakeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That year is full, whatever the next one has."""
    law = {"quotas": (QuotaOf(name="cars", source=LAW, classes=lambda asked: (str(asked["new_plates"]),)),)}
    story = make_up(**law)
    rows = [(date(2026, 1, 1), date(2026, 12, 31), 1), (date(2027, 1, 1), None, 9)]
    sizes = tuple(QuotaSize(since=since, until=until_, slots=n, source=LAW) for since, until_, n in rows)
    story.offer = replace(story.offer, quota_sizes={("cars", "True"): sizes, ("cars", "False"): sizes})
    monkeypatch.setitem(offers(), ("KZ", "made_up"), story.offer)
    asked = not story.request["new_plates"]
    given(story, *acts.IN_HAND, until("2027-01-04"), acts.ask())
    full = e.SlotTaken(kind="quota", holder="case-2", taken=1)
    story.happened((claim_key("quota", "cars", "2026", str(asked)), full))
    story.when(acts.amend(new_plates=asked)).then_refused(Clash, "quota_full")


def test_what_goes_on_as_it_was_paid_in_time_is_not_what_could_not_go_on(make_up: MakeUp) -> None:
    """It waits for an officer to write it; no money waits to go back."""
    story = given(make_up(), *APPROVED)
    in_time = text(story.at)
    given(story, after(lambda case: case.entry_fee["lapses"] if case.entry_fee else None), lapse())
    given(story, pay(ENTRY, "payment-2", paid_at=in_time))
    (row,) = work_queue.PROJECTION.shown(story.now)
    assert (row["waits_for"], row["flags"]) == (["entries"], ["paid_in_time"])
    assert "paid_in_time" not in work_queue.WAITS_FOR


# --- what stands in the way when the money comes ------------------------------------------------------------


def without_car(facts: Facts) -> tuple[Effect, ...]:
    """The car goes out of its register."""
    return (End(register=VEHICLES, key=car_of(facts), title="export"),)


def arrested(story: Story) -> None:
    story.happened((story.key, e.RestrictionPlaced(restriction="restriction-1", **ARREST)))


def freed(story: Story) -> None:
    story.happened((story.key, e.RestrictionLifted(restriction="restriction-1", kind="arrest", rule="x")))


def test_an_entry_that_is_restricted_meanwhile_is_held_and_the_money_is_taken(make_up: MakeUp) -> None:
    story = make_up(without_car)
    imported(story, example_entry(SALE, story.request))
    given(story, *APPROVED, arrested).when(pay(payment="payment-2")).then("FeePaid", "EntriesHeld")
    assert story.the(e.EntriesHeld).code == "entry_restricted"
    assert (story.now.stage, story.now.entries, story.entry.status) == ("approved", [], "active")
    assert story.now.entries_held is not None
    assert story.now.entries_held["code"] == "entry_restricted"
    assert fits(story.now) == ("WriteEntries",)
    assert held_by_nobody_else(story)


def test_what_is_held_neither_lapses_nor_is_asked_for_again(make_up: MakeUp) -> None:
    story = make_up(without_car)
    imported(story, example_entry(SALE, story.request))
    given(story, *APPROVED, arrested, pay(payment="payment-2"), later(days=400)).when(lapse()).then()
    story.when(pay(300, "payment-3")).then("FeePaid", "RefundDue")
    assert story.entry.status == "active"


def test_an_officer_tries_again_when_nothing_is_in_the_way(make_up: MakeUp) -> None:
    story = make_up(without_car)
    imported(story, example_entry(SALE, story.request))
    given(story, *APPROVED, arrested, pay(payment="payment-2"))
    story.when(write_entries()).then_refused(Clash, "entry_restricted")
    given(story, freed).when(write_entries(acts.applicant)).then_refused(NotAllowed)
    story.when(write_entries(seen=1)).then_refused(Stale)
    story.when(write_entries()).then("EntryEnded", "ClaimReleased", "EntriesWritten")
    assert (story.entry.status, story.now.entries_held) == ("ended", None)
    story.when(write_entries()).then()
    story.when(acknowledge()).then("ReceiptRecorded", "CaseCompleted")


def test_nothing_is_written_that_is_not_paid(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED)
    story.when(write_entries()).then_refused(WrongStage)
    assert isinstance(story.refusal, WrongStage)
    assert "RecordPayment" in story.refusal.fits


def test_what_came_into_the_register_meanwhile_is_not_created_again(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED)
    imported(story, car(Facts(story.request, story.at.date())), VEHICLES)
    story.when(pay(payment="payment-2")).then("FeePaid", "EntriesHeld")
    assert story.the(e.EntriesHeld).code == "entry_exists"


# --- by the value of a unit ---------------------------------------------------------------------------------

MCI: Final = Fee(
    parts=(FeePart(name="issue", units=Fraction(1), unit="MCI"),), unit_day="payment", source=LAW
)
IN_2027: Final = "2027-01-04T10:00:00Z"


IN_DECEMBER = until("2026-12-21")  # the time to pay ends in the next year


def test_the_fee_is_that_of_the_day_of_payment_where_the_law_says_so(make_up: MakeUp) -> None:
    story = given(make_up(entry_fee=MCI), IN_DECEMBER, *APPROVED)
    story.when(pay(4_325_00, "payment-2", paid_at=IN_2027)).then("FeeAssessed", "FeePaid")
    assert story.now.entry_fee is not None
    assert story.now.entry_fee["provisional"]
    assert fits(story.now) == ("RecordPayment", "AssessFee")
    story.when(assess()).then_refused(Clash, "fee_still_provisional")


def test_a_provisional_fee_lapses_for_nobody(make_up: MakeUp) -> None:
    paid = pay(1, "payment-2", paid_at=IN_2027)
    story = given(make_up(entry_fee=MCI), IN_DECEMBER, *APPROVED, paid, later(days=400))
    story.when(lapse()).then()


def provisional(story: Story) -> None:
    """The fee as it was while the law named no value."""
    fee = story.now.entry_fee
    assert fee is not None
    known = {"currency": "KZT", "due": fee["due"], "lapses": fee["lapses"]}
    said = {**known, "amount": 1, "formula": "1 MCI", "provisional": True}
    story.happened((LEAD, e.FeeAssessed(fee="entry", parts=[], unit_day="payment", **said)))  # type: ignore[arg-type]


def came(amount: int) -> Act:
    """Money that was taken while the law named no value."""
    paid: dict[str, Any] = {"payment": "payment-2", "currency": "KZT", "paid_at": "2026-11-24T09:00:00Z"}
    return lambda story: story.happened((LEAD, e.FeePaid(amount=amount, statement="jws", **paid)))


NOT_OVER: Final = "nothing ran out: unpaid"


@pytest.mark.parametrize(
    ("acts_", "found"),
    [
        ((), ""),
        ((pay(1, payment="payment-2"),), ""),
        ((pay(payment="payment-2"),), NOT_OVER),
        ((arrested, pay(payment="payment-2")), NOT_OVER),
        ((provisional,), NOT_OVER),
    ],
    ids=["unpaid", "in part", "written", "held", "provisional"],
)
def test_a_verifier_lets_lapse_only_what_is_not_paid_before_the_entry(
    make_up: MakeUp, acts_: tuple[Act, ...], found: str
) -> None:
    """Check 29."""
    story = make_up(without_car)
    imported(story, example_entry(SALE, story.request))
    followed = a_verifier_follows(given(story, *APPROVED, *acts_))
    lapsed = {"type": "case.CaseLapsed.v1", "data": {"reason": "unpaid"}, "actor": SYSTEM_ACTOR}
    lapsed["time"] = "2030-01-01T00:00:00.000000Z"
    assert courses.wrong(followed, lapsed) == found


def test_when_the_law_names_the_value_the_officers_act_writes_what_is_paid(make_up: MakeUp) -> None:
    story = given(make_up(entry_fee=MCI), *APPROVED, provisional, came(4_325_07))
    story.when(assess()).then("EntryCreated", "ClaimSettled", "FeeAssessed", "RefundDue", "EntriesWritten")
    assert refunds(story) == [("payment-2", 7, "too_much")]


def test_what_was_paid_for_the_filing_says_nothing_of_the_value_for_the_entry(make_up: MakeUp) -> None:
    """Filed and paid in 2026, approved in 2027, whose value nobody has decreed: 2026 does not make it certain."""
    story = given(make_up(entry_fee=MCI), *PROPOSED, until("2027-01-05"), approve())
    assert story.now.entry_fee is not None
    assert story.now.entry_fee["provisional"]
    story.when(assess()).then_refused(Clash, "fee_still_provisional")


# --- what these commands look at ----------------------------------------------------------------------------


def test_what_they_do_not_see_is_a_fault(make_up: MakeUp) -> None:
    story = given(make_up(), *APPROVED)
    must_see(story, asked(pay(payment="payment-2"), story))
    assert not story.situation(asked(pay_back(1), story)).ids
    story = given(make_up(entry_fee=MCI), *APPROVED, provisional, came(4_325_00))
    must_see(story, asked(assess(), story))
    story = make_up(without_car)
    imported(story, example_entry(SALE, story.request))
    given(story, *APPROVED, arrested, pay(payment="payment-2"), freed)
    must_see(story, asked(write_entries(), story))


def asked(act: Act, story: Story) -> c.Command:
    command = act(story)
    assert command is not None
    return command


# --- whatever comes -----------------------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(
    before=st.lists(st.integers(1, 2 * FEE), max_size=4),
    between=st.lists(st.integers(1, FEE), max_size=2),
    afterwards=st.lists(st.integers(1, 2 * ENTRY), max_size=4),
    is_waited_for=st.booleans(),
    late=st.integers(0, ENTRY),
)
def test_no_money_is_lost_around_both_fees(  # noqa: PLR0917 - what may come, and when
    make_up: MakeUp,
    before: list[int],
    between: list[int],
    afterwards: list[int],
    is_waited_for: bool,  # noqa: FBT001
    late: int,
) -> None:
    """For any payments in any order: what came is what is kept and what is due back."""
    story = given(make_up(), *acts.CONSENTED)
    came: list[int] = []

    def comes(*amounts: int) -> None:
        for amount in amounts:
            given(story, pay(amount, f"payment-{len(came)}"))
            came.append(amount)
            assert sum(came) == story.now.paid == story.now.kept + due(story)

    def covered(amount: int) -> int:
        return min(amount, FEE + ENTRY)

    comes(*before)
    if story.now.stage == "filed":
        comes(FEE - sum(came))
    given(story, acts.assign())
    comes(*between)
    given(story, acts.propose(), approve())
    assert story.now.kept == covered(sum(came))
    comes(*afterwards)
    assert bool(story.now.entries) == (sum(came) >= FEE + ENTRY)
    assert story.now.kept == covered(sum(came))
    if is_waited_for:
        given(story, later(days=400), lapse())
        assert story.now.kept == (FEE + ENTRY if story.now.entries else FEE)
    if late:
        kept = story.now.kept
        comes(late)
        is_over = story.now.stage == "lapsed" or kept == FEE + ENTRY
        assert story.now.kept == (kept if is_over else min(kept + late, FEE + ENTRY))


def due(story: Story) -> int:
    return sum(refund["due"] for refund in story.now.refunds.values())
