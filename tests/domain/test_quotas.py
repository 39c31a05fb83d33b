"""Quotas: so many a year; the last place is taken as the first was, and each end of a case frees its own."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, example, settings
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.about import About
from domain.case import Case
from domain.claim import FREE, Claim, evolve
from domain.commands import FileCase, WithdrawCase
from domain.country import Source
from domain.days.deadlines import Term
from domain.decision import Events
from domain.decisions import quotas
from domain.decisions.situation import Situation
from domain.facts import Is
from domain.fees import Fee, FeePart
from domain.lookup_keys import Key, claim_key
from domain.offers import offers
from domain.procedure import Offer
from domain.refusals import Clash
from domain.terms import Quota, QuotaSize, Terms
from tests.domain.acts import (
    APPEALED,
    APPROVED,
    CONSENTED,
    FILED,
    FINAL,
    OFFICER,
    PRESUMED,
    REFUSED,
    SECOND,
    UNPAID,
    acknowledge,
    after,
    amend,
    answer,
    appeal,
    approve,
    ask,
    assign,
    decide_appeal,
    end_appeal_term,
    file,
    lapse,
    later,
    office,
    pay,
    presume,
    propose,
    refuse,
    serve,
    until,
    waive,
    withdraw,
    write_entries,
)
from tests.domain.made_up import made_up
from tests.domain.story import MONDAY, Act, Story, Who, a_sale, as_filed, given, in_the_way, stream_of
from tests.domain.test_claims import recorded
from tests.examples import example_request

LAW = Source("Law of the tests", confirmed=True)
OF_2025 = date(2025, 12, 31)
LABOUR = Quota(
    name="foreign_labour",
    source=LAW,
    classes=lambda request: (request["sector"],),
    when=(Is("territory", ("outside",)),),
)
SIZES: Mapping[tuple[str, ...], tuple[QuotaSize, ...]] = {
    ("foreign_labour", "farming"): (
        QuotaSize(since=date(2025, 1, 1), until=OF_2025, slots=2, source=LAW),
        QuotaSize(since=date(2025, 8, 25), until=OF_2025, slots=3, source=LAW),
        QuotaSize(since=date(2026, 1, 1), until=date(2026, 12, 31), slots=2, source=LAW),
    ),
}
SALE = offers()["KZ", "car_sale"]
TERMS: Terms = replace(SALE.terms[-1], quotas=(LABOUR,))
OFFER: Offer = replace(SALE, terms=(TERMS,), quota_sizes=SIZES)
IN_AUGUST = date(2025, 8, 25)
NOON = time(12)
IN_MARCH = datetime(2026, 3, 3, 9, tzinfo=UTC)
OF_2026 = claim_key("quota", "foreign_labour", "2026", "farming")
FARMING = claim_key("quota", "foreign_labour", "2025", "farming")


def filing(
    claims: Mapping[Key, Claim],
    day: date,
    sector: str = "farming",
    territory: str = "outside",
    offer: Offer = OFFER,
) -> Situation:
    """Somebody asks for a place, at noon of that day."""
    command = file()(a_sale())
    assert isinstance(command, FileCase)
    asked = replace(command, request={"sector": sector, "territory": territory})
    at = datetime.combine(day, NOON, tzinfo=UTC)
    return Situation(asked, at, None, about=About(offer, TERMS, asked.request, at, at), beside=claims)


def take(situation: Situation, case: str) -> tuple[Events, list[str]]:
    return quotas.take(situation, situation.slots, case)


class Year:
    """The claims of a year, as cases come and go."""

    def __init__(self, taken: int = 0) -> None:
        self.claims: dict[Key, Claim] = {FARMING: Claim(taken=taken)}

    def file(
        self, case: str, day: str = "2025-03-03", sector: str = "farming", territory: str = "outside"
    ) -> list[str]:
        """A request comes in; the warnings."""
        asked = partial(filing, day=date.fromisoformat(day), sector=sector, territory=territory)
        claims = {key: self.claims.get(key, FREE) for key in asked({}).slots}
        events, warned = take(asked(claims), case)
        self._fold(events)
        return warned

    def free(self, case: str, story: Story) -> None:
        """What the end of this case frees."""
        case_now = story.now._replace(case=case)
        about = About(OFFER, TERMS, case_now.request, datetime.fromisoformat(case_now.filed_at), story.at)
        situation = Situation(withdrawal(story), story.at, case_now, about=about, beside=self.claims)
        self._fold([*quotas.free(situation, situation.slots)])

    @property
    def taken(self) -> int:
        return self.claims[FARMING].taken

    def _fold(self, events: Events) -> None:
        for key, event in events:
            assert isinstance(key, Key)
            self.claims[key] = evolve(self.claims.get(key, FREE), recorded(event))


def test_a_place_is_taken_until_there_is_none() -> None:
    year = Year()
    assert [year.file("case-1"), year.file("case-2")] == [[], []]
    with pytest.raises(Clash) as refused:
        year.file("case-3")
    assert refused.value.name == "quota_full"
    assert refused.value.values == {"slots": 2}
    assert year.taken == 2


def withdrawal(story: Story) -> WithdrawCase:
    command = withdraw()(story)
    assert isinstance(command, WithdrawCase)
    return command


def test_a_place_that_is_freed_is_for_the_next_one() -> None:
    """The case frees the place of the year in which it was filed, whenever it ends."""
    story = given(a_sale(at=IN_MARCH, sector="farming", territory="outside"), file(), later(days=400))
    year = Year()
    year.file("case-1", "2026-03-03")
    year.file("case-2", "2026-03-03")
    with pytest.raises(Clash):
        year.file("case-3", "2026-03-03")
    year.free("case-1", story)
    assert year.claims[OF_2026].taken == 1
    assert year.file("case-3", "2026-12-31") == []


def test_a_quota_that_is_raised_in_mid_year_has_places_again() -> None:
    """KG, twice in 2025: the new size counts all that were given this year."""
    year = Year(taken=2)
    with pytest.raises(Clash):
        year.file("case-3", "2025-08-24")
    assert year.file("case-3", "2025-08-25") == []
    with pytest.raises(Clash):
        year.file("case-4", "2025-08-25")


def test_a_new_year_begins_anew_and_its_missing_decree_is_a_warning() -> None:
    """A size that nobody knows refuses nobody; the officer sees it."""
    year = Year(taken=3)
    assert year.file("case-5", "2027-01-05") == ["quota_unknown:foreign_labour"]
    assert year.claims[claim_key("quota", "foreign_labour", "2027", "farming")].taken == 1


def test_classes_have_their_own_places_and_who_is_outside_of_the_quota_takes_none() -> None:
    """AZ: none in the liberated territories."""
    year = Year(taken=3)
    assert year.file("case-1", "2025-09-01", sector="sport") == ["quota_unknown:foreign_labour"]
    before = dict(year.claims)
    assert year.file("case-2", "2025-09-01", territory="liberated") == []
    assert year.claims == before


def test_the_last_of_ten_thousand_costs_what_the_first_did() -> None:
    """What is known of a quota is one number, said anew by each event: nothing is searched, nothing grows."""
    first, _ = take(filing({FARMING: FREE}, IN_AUGUST), "case-1")
    size = QuotaSize(since=date(2025, 1, 1), slots=10_000, source=LAW)
    large = replace(OFFER, quota_sizes=dict.fromkeys(SIZES, (size,)))
    last, _ = take(filing({FARMING: Claim(taken=9_999)}, IN_AUGUST, offer=large), "case-10000")
    assert [taken(first), taken(last)] == [1, 10_000]
    assert evolve(FREE, recorded(last[0][1])) == Claim(taken=10_000)  # the newest event is enough
    with pytest.raises(Clash):
        take(filing({FARMING: Claim(taken=10_000)}, IN_AUGUST, offer=large), "case-10001")


def taken(events: Events) -> int:
    ((_, event),) = events
    assert isinstance(event, e.SlotTaken)
    return event.taken


# --- what becomes of a place as its case goes on ------------------------------------------------------------

CARS = Quota(name="cars", source=LAW)
THIRD = office("officer", "officer-3")
PLACES = claim_key("quota", "cars", "2026")
ENTRY_FEE = Fee(parts=(FeePart(name="issue", units=Fraction(1_000_00)),), source=LAW)


def of_year(year: int, slots: int) -> QuotaSize:
    return QuotaSize(since=date(year, 1, 1), until=date(year, 12, 31), slots=slots, source=LAW)


class Town:
    """Several people ask for a car each; the quota has so many places."""

    def __init__(self, patch: pytest.MonkeyPatch, slots: int, cases: int = 2, **law: Any) -> None:
        offer = made_up(patch, quotas=(CARS,), **law)
        sizes: Mapping[tuple[str, ...], tuple[QuotaSize, ...]] = {
            ("cars",): (of_year(2026, slots), of_year(2027, slots + 5))
        }
        self.offer = replace(offer, quota_sizes=sizes)
        patch.setitem(offers(), ("KZ", "made_up"), self.offer)
        self.stories = [self._story(n) for n in range(cases)]

    def _story(self, n: int) -> Story:
        story = Story(self.offer, as_filed(self.offer, example_request(self.offer, n, today=MONDAY.date())))
        story.case_id = f"case-{n + 1}"
        return story

    def __iter__(self) -> Iterator[Story]:
        first = self.stories[0]
        for story in self.stories:
            for shared in ("log", "entries", "claims", "keys", "heads"):
                setattr(story, shared, getattr(first, shared))
            yield story

    def again(self, nth: int = 0) -> Story:
        """The same people ask for the same car anew."""
        story = Story(self.offer, self.stories[nth].request)
        story.case_id = f"case-{len(self.stories) + 1}"
        self.stories.append(story)
        *_, last = iter(self)
        return last

    @property
    def taken(self) -> int:
        return self.stories[0].claims[PLACES].taken


@pytest.fixture
def last_place(monkeypatch: pytest.MonkeyPatch) -> Town:
    """There is one place, and two who ask for it."""
    return Town(monkeypatch, slots=1)


NOT_AS_ASKED: Mapping[str, tuple[Act, ...]] = {"refused": REFUSED, "lapsed": UNPAID}


@pytest.mark.parametrize("end", NOT_AS_ASKED)
def test_a_place_is_kept_as_long_as_somebody_may_appeal(last_place: Town, end: str) -> None:
    one, other = last_place
    given(one, *NOT_AS_ASKED[end], *PRESUMED)
    other.when(file()).then_refused(Clash, "quota_full")
    given(one, after(lambda c: c.appeal_until), end_appeal_term(), end_appeal_term())
    assert last_place.taken == 0
    given(other, file())


@pytest.mark.parametrize("end", NOT_AS_ASKED)
def test_who_was_not_given_what_they_asked_for_files_again_with_the_place_that_they_have(
    last_place: Town, end: str
) -> None:
    """It is counted once: what the old case does from then on frees nothing, and it goes on without one."""
    one, other = last_place
    given(one, *NOT_AS_ASKED[end])
    again = last_place.again()
    again.at = one.at
    again.when(file()).then("ClaimTaken", "SlotFreed", "SlotTaken", "CaseFiled", "FeeAssessed")
    assert (again.the(e.SlotFreed).holder, again.the(e.SlotTaken).holder) == (one.case_id, again.case_id)
    assert last_place.taken == 1
    given(one, serve(), appeal(), decide_appeal())
    assert one.now.claims_lost_at is not None
    other.at = one.at
    other.when(file()).then_refused(Clash, "quota_full")
    given(again, withdraw())
    assert last_place.taken == 0
    given(one, withdraw())
    assert last_place.taken == 0


def test_the_old_case_ends_for_good_and_frees_nothing_that_is_not_its_own(last_place: Town) -> None:
    one, _ = last_place
    given(one, *REFUSED)
    again = last_place.again()
    again.at = one.at
    given(again, file())
    given(one, *FINAL)
    assert last_place.taken == 1
    third = last_place.again()
    given(again, *REFUSED[1:])
    third.at = again.at
    given(third, file())
    given(again, *FINAL)
    assert last_place.taken == 1


def test_a_case_that_goes_on_after_all_takes_its_claim_back_with_the_place_that_went_with_it(
    last_place: Town,
) -> None:
    """Refused, filed again, refused again; then the first refusal is set aside: one place, as before."""
    one, _ = last_place
    given(one, *REFUSED)
    again = last_place.again()
    again.at = one.at
    given(again, *REFUSED)
    one.at = again.at
    given(one, appeal()).when(decide_appeal())
    assert (one.the(e.SlotFreed).holder, one.the(e.SlotTaken).holder) == (again.case_id, one.case_id)
    assert last_place.taken == 1


def test_a_place_goes_over_also_where_there_are_fewer_by_then(monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(monkeypatch, slots=2)
    one, other = town
    given(one, *REFUSED)
    given(other, file())
    monkeypatch.setitem(
        offers(), ("KZ", "made_up"), replace(town.offer, quota_sizes={("cars",): (of_year(2026, 1),)})
    )
    again = town.again()
    again.at = one.at
    given(again, file())
    assert town.taken == 2


def test_who_files_again_in_the_new_year_needs_a_place_of_it_and_frees_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    town = Town(monkeypatch, slots=1)
    one, _ = town
    given(one, until("2026-12-28"), *REFUSED)
    again = town.again()
    again.at = one.at
    given(again, until("2027-01-04"))
    again.when(file()).then("ClaimTaken", "SlotFreed", "SlotTaken", "CaseFiled", "FeeAssessed")
    assert (town.taken, again.claims[claim_key("quota", "cars", "2027")].taken) == (0, 1)
    given(one, *FINAL)
    assert town.taken == 0


def test_who_amends_to_the_car_of_their_refused_case_has_its_place_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The case that goes on has one of its own."""
    town = Town(monkeypatch, slots=2)
    one, other = town
    given(one, *REFUSED)
    other.request = {**one.request, "vehicle": other.request["vehicle"]}
    other.at = one.at
    given(other, file(), amend(vehicle=one.request["vehicle"]))
    assert town.taken == 1
    given(one, *FINAL)
    assert town.taken == 1


@pytest.mark.parametrize("end", NOT_AS_ASKED)
def test_who_lets_go_earlier_frees_it_for_the_next_one(last_place: Town, end: str) -> None:
    one, other = last_place
    given(one, *NOT_AS_ASKED[end], waive())
    given(other, file())
    given(one, *FINAL)
    assert last_place.taken == 1


def test_a_place_that_was_kept_stays_with_the_case_that_is_set_aside(last_place: Town) -> None:
    one, _ = last_place
    given(one, *APPEALED).when(decide_appeal())
    assert "SlotTaken" not in one.names
    given(one, assign(SECOND), propose(SECOND), approve(THIRD))
    assert last_place.taken == 1


def test_a_set_aside_takes_again_what_was_let_go(last_place: Town) -> None:
    """And a second refusal frees it a second time, which is once for each time that it was taken."""
    one, _ = last_place
    given(one, *REFUSED, waive(), appeal()).when(decide_appeal())
    assert "SlotTaken" in one.names
    assert (last_place.taken, one.now.claims_lost_at) == (1, None)
    given(one, assign(SECOND), refuse("tax_unpaid", by=SECOND), *FINAL)
    assert last_place.taken == 0


def test_an_upheld_refusal_frees_its_place_in_the_name_of_who_decided_the_appeal(last_place: Town) -> None:
    one, _ = last_place
    given(one, *REFUSED, appeal("p2"), appeal()).when(decide_appeal("upheld"))
    one.then("ClaimReleased", "SlotFreed", "AppealDecided", "AppealTermEnded")
    assert last_place.taken == 0


def test_where_the_last_place_is_another_s_by_then_the_case_cannot_be_approved_as_it_is(
    last_place: Town,
) -> None:
    """As where its car is another's: it waits in review, flagged; the place that is free again is its own."""
    one, other = last_place
    given(one, *REFUSED, waive(), appeal())
    given(other, file())
    one.when(decide_appeal()).then("ClaimTaken", "AppealDecided", "DecisionTermStarted")
    assert (one.now.stage, one.now.claims_lost_at is None) == ("in_review", False)
    assert in_the_way(one) == ["claims_lost:quota"]
    given(one, assign(SECOND), propose(SECOND)).when(approve(THIRD)).then_refused(Clash, "quota_full")
    given(other, withdraw())
    assert in_the_way(one) == []
    given(one, approve(THIRD))
    assert last_place.taken == 1


def test_a_case_without_a_place_has_none_to_free(last_place: Town) -> None:
    one, other = last_place
    given(one, *REFUSED, waive(), appeal())
    given(other, file())
    given(one, decide_appeal(), assign(SECOND), refuse("tax_unpaid", by=SECOND), *FINAL)
    assert last_place.taken == 1


def test_where_the_car_is_another_s_no_place_is_taken_until_it_is_free(last_place: Town) -> None:
    """A place that cannot lead to an entry is nobody's."""
    one, _ = last_place
    given(one, *REFUSED, waive(), appeal())
    key = next(key for key in one.claims if key != PLACES)
    one.happened((key, e.ClaimTaken(kind=key.kind, holder="case-9")))
    given(one, decide_appeal())
    assert last_place.taken == 0
    one.happened((key, e.ClaimReleased(kind=key.kind, holder="case-9")))
    given(one, assign(SECOND), propose(SECOND), approve(THIRD))
    assert last_place.taken == 1


def test_an_amendment_asks_for_the_place_anew(last_place: Town) -> None:
    one, other = last_place
    given(one, *REFUSED, waive(), appeal())
    given(other, file())
    given(one, decide_appeal(), assign(SECOND), ask(by=SECOND))
    one.when(amend(new_plates=False)).then_refused(Clash, "quota_full")
    given(other, withdraw())
    one.when(amend(new_plates=False))
    assert (one.refusal, last_place.taken, one.now.claims_lost_at) == (None, 1, None)


IN_TIME = pay(payment="in-time", paid_at="2026-11-24T09:00:00Z")


def test_who_paid_in_time_has_the_place_again(last_place: Town) -> None:
    """The treasury says so when nobody could appeal any more, and the place was free."""
    one, other = last_place
    given(one, *UNPAID, *FINAL).when(IN_TIME)
    assert {"SlotTaken", "LapseSetAside"} <= set(one.names)
    other.when(file()).then_refused(Clash, "quota_full")
    given(one, withdraw())
    assert last_place.taken == 0


def test_who_paid_in_time_gets_the_money_back_where_the_place_is_gone(last_place: Town) -> None:
    one, other = last_place
    given(one, *UNPAID, waive())
    given(other, file())
    one.when(IN_TIME).then("FeePaid", "RefundDue")
    assert (one.now.stage, last_place.taken) == ("lapsed", 1)


def test_an_approval_that_lapsed_and_is_set_aside_waits_for_a_place_before_its_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The money for the entry is kept, and an officer tries again when a place is free."""
    times = {"pay_entry": Term(30, "calendar_days", LAW)}
    town = Town(monkeypatch, slots=1, entry_fee=ENTRY_FEE, times=times)
    one, other = town
    lapses = after(lambda c: c.entry_fee["lapses"] if c.entry_fee else None)
    given(one, *APPROVED, lapses, lapse(), waive(), appeal())
    other.at = MONDAY
    given(other, file())
    given(one, decide_appeal()).when(pay(payment="payment-2")).then("FeePaid", "EntriesHeld")
    assert one.the(e.EntriesHeld).code == "quota_full"
    given(other, withdraw())
    given(one, write_entries(THIRD))
    assert (bool(one.now.entries), town.taken) == (True, 1)


def test_the_decrees_of_the_year_of_filing_speak_of_its_places(last_place: Town) -> None:
    """2027 has five places more; the one place of 2026 is another's all the same."""
    one, other = last_place
    given(one, *REFUSED, waive(), appeal())
    given(other, file())
    given(one, until("2027-01-20"), decide_appeal())
    assert one.now.claims_lost_at is not None
    given(other, until("2027-01-21"), withdraw())
    given(one, assign(SECOND), propose(SECOND), approve(THIRD))
    assert one.claims.keys() >= {PLACES}
    assert claim_key("quota", "cars", "2027") not in one.claims
    assert last_place.taken == 1


def _by_somebody(*acts: Callable[[Who], Act]) -> tuple[Act, ...]:
    """Whoever of the officers may: who judged before what was set aside may not."""
    return tuple(act(who) for who in (OFFICER, SECOND, THIRD) for act in acts)


STEPS: Mapping[str, tuple[Act, ...]] = {
    "files": FILED,
    "is complete": (*CONSENTED[1:], pay(), pay(payment="payment-2")),
    "is refused": _by_somebody(assign, lambda who: refuse("tax_unpaid", by=who)),
    "is approved": (*_by_somebody(assign, propose), *_by_somebody(approve)),
    "has a receipt": (acknowledge(),),
    "is asked": _by_somebody(assign, lambda who: ask(by=who)),
    "answers": (answer(),),
    "amends": (amend(new_plates=True), amend(new_plates=False)),
    "withdraws": (withdraw(),),
    "waives": (waive(),),
    "appeals": (serve(), appeal()),
    "is set aside": (decide_appeal(),),
    "is upheld": (decide_appeal("upheld"),),
    "has time pass": (later(days=9), lapse(), presume(), end_appeal_term()),
    "has much time pass": (later(days=90), lapse(), presume(), later(days=90), end_appeal_term()),
    "paid in time": (IN_TIME,),
}


# Freed, taken again and freed again: the second refusal once freed what another one had.
TAKEN_AGAIN = [
    (0, step) for step in ("files", "is complete", "is refused", "waives", "appeals", "is set aside")
] + [
    (0, "is refused"),
    (1, "files"),
    (0, "has much time pass"),
]


# Filed anew and let go of; then the old case is set aside, and goes on without a place where another has it.
GONE_OVER = [
    *((0, step) for step in ("files", "is complete", "is refused")),
    *((3, "files"), (0, "appeals"), (3, "withdraws"), (1, "files"), (0, "is set aside"), (1, "withdraws")),
    *((0, "is complete"), (0, "is approved")),
]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@for_all(
    slots=st.integers(1, 2),
    steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(sorted(STEPS))), max_size=30),
    has_entry_fee=st.booleans(),
)
@example(slots=1, steps=TAKEN_AGAIN, has_entry_fee=False)
@example(slots=1, steps=GONE_OVER, has_entry_fee=False)
def test_as_many_places_are_taken_as_cases_hold_and_never_more_than_there_are(
    monkeypatch: pytest.MonkeyPatch,
    slots: int,
    steps: list[tuple[int, str]],
    has_entry_fee: bool,  # noqa: FBT001 - hypothesis names what it gives
) -> None:
    """Whatever happens to them in whatever order."""
    times = {"pay_entry": Term(30, "calendar_days", LAW)}
    law = {"entry_fee": ENTRY_FEE, "times": times} if has_entry_fee else {}
    town = Town(monkeypatch, slots, cases=3, **law)
    town.again()  # by whoever filed the first
    stories = [*town]
    for which, step in steps:
        for act in STEPS[step]:
            _try(act, stories[which])
            for year, size in ((2026, slots), (2027, slots + 5)):
                _places_add_up(stories, claim_key("quota", "cars", str(year)), size)


def _try(act: Act, story: Story) -> None:
    """Some acts name what is not there yet: an entry, a question."""
    try:
        act(story)
    except (AssertionError, IndexError, KeyError, ValueError):
        return
    story.when(act)


def _places_add_up(stories: list[Story], quota: Key, size: int) -> None:
    log = [r.event for r in stories[0].log if r.stream == stream_of(quota)]
    held = Counter(event.holder for event in log if isinstance(event, e.SlotTaken))
    held.subtract(event.holder for event in log if isinstance(event, e.SlotFreed))
    taken = stories[0].claims.get(quota, FREE).taken
    assert set(held.values()) <= {0, 1}
    assert held.total() == taken <= size
    for story in stories:
        if story.case and story.case.filed_at.startswith(quota.parts[2]):
            has_one = _has_a_place(story.case) and not _has_gone_over(story)
            assert held[story.case_id] == (not story.case.has_freed_slots and not _has_gone_over(story))
            assert story.case.claims_lost_at or held[story.case_id] == has_one, story


def _has_gone_over(story: Story) -> bool:
    """Its people have filed anew, and the place went with the car."""
    car = claim_key("vehicle_sale", story.now.request["vehicle"]["vin"])
    may_be_set_aside = story.now.stage in ("refused", "lapsed", "appealed")
    return may_be_set_aside and story.claims[car].holder != story.case_id


def _has_a_place(case: Case) -> bool:
    """What the law says; but for a case that was set aside when all places, or its car, were another's."""
    if (
        case.stage in ("refused", "lapsed", "appealed")
        and case.decided
        and case.decided["kind"] != "approved"
    ):
        return not (case.has_waived or case.is_appeal_term_over)
    return case.stage not in ("withdrawn", "not_needed")
