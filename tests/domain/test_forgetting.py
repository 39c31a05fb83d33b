"""What the clock forgets by itself: what confirmed law keeps no longer, when nothing else is waited for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from domain import events as e
from domain.countries import country_of, legal_day
from domain.country import TO_BE_CONFIRMED
from domain.days.deadlines import Term, Unit, compute, is_past
from domain.offers import offers
from domain.refusals import NotAllowed
from domain.retention import Kept, case_kept_since, case_waits_for, classes_of, entry_kept_since
from domain.terms import Forever, Terms
from tests.domain.acts import (
    APPEALED,
    COMPLETE,
    DATA_PROTECTION,
    FILED,
    FINAL,
    IN_HAND,
    REFUSED,
    RETURNED,
    UNPAID,
    WITHDRAWN,
    acknowledge,
    appeal,
    approve,
    decide_appeal,
    ended,
    erase,
    forget,
    forget_entry,
    later,
    lift,
    office,
    pay,
    pay_back,
    propose,
    restrict,
    withdraw,
)
from tests.domain.made_up import LAW, a_story_of, made_up, not_offered
from tests.domain.story import MONDAY, Act, Story, a_birth, a_sale, given

A_YEAR = Term(1, "years", LAW)
YEARS_LATER = later(days=800)
COMPLETED = (*IN_HAND, propose(), approve(), acknowledge())
ENDS: dict[str, tuple[Act, ...]] = {
    "withdrawn": WITHDRAWN,
    "refused": (*REFUSED, *FINAL),
    "lapsed": (*UNPAID, *FINAL),
    "completed": (*COMPLETED, *FINAL),
}


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> Story:
    """A case of a law that keeps it for a year, and its entry as long: confirmed."""
    return under(monkeypatch, retention=A_YEAR, entry_retention=A_YEAR)


def under(patch: pytest.MonkeyPatch, **law: Any) -> Story:
    """No other procedure writes to the register."""
    offer = made_up(patch, **law)
    not_offered(patch, "KZ", "car_sale", "car_transfer")
    return a_story_of(offer)


# --- cases ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_case_is_forgotten_once_when_the_law_keeps_it_no_longer(story: Story, end: tuple[Act, ...]) -> None:
    given(story, *end, YEARS_LATER).when(forget()).then("PersonalDataErased")
    assert story.now.erased == ["buyer", "case", "seller"]
    assert story.last[0].actor == {"id": "tamga", "role": "system"}
    erased = story.the(e.PersonalDataErased)
    assert erased.whose == ["buyer", "case", "seller"]
    assert erased.basis == "Law of the tests: 1 years"
    story.when(forget()).then()


def test_not_a_day_too_early(story: Story) -> None:
    given(story, *WITHDRAWN)
    story.at = datetime(2027, 11, 23, 18, 59, tzinfo=UTC)  # one minute to midnight in Almaty
    story.when(forget()).then()
    given(story, later(minutes=1)).when(forget()).then("PersonalDataErased")


@pytest.mark.parametrize("way", [FILED, COMPLETE, IN_HAND, RETURNED, (*IN_HAND, propose(), approve())])
def test_a_case_that_goes_on_is_not_forgotten(story: Story, way: tuple[Act, ...]) -> None:
    given(story, *way, YEARS_LATER).when(forget()).then()


@pytest.mark.parametrize("way", [REFUSED, UNPAID, COMPLETED, APPEALED])
def test_while_somebody_can_appeal_nothing_is_forgotten(story: Story, way: tuple[Act, ...]) -> None:
    """Also where the clock that ends the time to appeal has not come by yet, and while an appeal is open."""
    given(story, *way, YEARS_LATER).when(forget()).then()
    assert case_waits_for(story.now) == "appeal"


def test_a_case_that_was_set_aside_begins_anew(story: Story) -> None:
    """Who decides it anew needs it."""
    given(story, *REFUSED, *FINAL[:1], appeal(), decide_appeal("set_aside"), YEARS_LATER)
    story.when(forget()).then()
    assert case_kept_since(story.now) is None


def test_while_money_is_due_back_nothing_is_forgotten(story: Story) -> None:
    given(story, *COMPLETE, withdraw(), YEARS_LATER).when(forget()).then()
    assert case_waits_for(story.now) == "refund"
    paid = story.now.paid
    given(story, pay_back(paid)).when(forget()).then("PersonalDataErased")


def test_what_the_officer_left_is_forgotten(story: Story) -> None:
    given(story, *WITHDRAWN, YEARS_LATER, erase("seller")).when(forget()).then("PersonalDataErased")
    assert story.the(e.PersonalDataErased).whose == ["buyer", "case"]


def test_a_statement_that_comes_after_an_erasure_is_forgotten_when_the_money_is_back(story: Story) -> None:
    given(story, *WITHDRAWN, YEARS_LATER, forget())
    assert case_kept_since(story.now) is None
    given(story, pay(300, "late")).when(forget()).then()
    given(story, pay_back(300, "late")).when(forget()).then("PersonalDataErased")
    assert case_kept_since(story.now) is None


def test_what_the_law_says_unconfirmed_is_left_to_the_officer(monkeypatch: pytest.MonkeyPatch) -> None:
    for retention in (Term(1, "years", TO_BE_CONFIRMED), Forever(LAW)):
        with monkeypatch.context() as patch:
            story = under(patch, retention=retention)
            given(story, *WITHDRAWN, YEARS_LATER).when(forget()).then()


def test_today_no_country_has_confirmed_how_long_it_keeps_a_case() -> None:
    """The laws that are there: nothing is erased by itself."""
    for begin in (a_sale, a_birth):
        given(begin(), *WITHDRAWN, later(days=5000)).when(forget()).then()


@pytest.mark.parametrize("act", [forget(DATA_PROTECTION), forget_entry(DATA_PROTECTION)])
def test_only_the_clock_may(story: Story, act: Act) -> None:
    """Who erases by hand has acts of their own, which say why not yet."""
    given(story, *COMPLETED, *FINAL, YEARS_LATER).when(act).then_refused(NotAllowed, "only_the_clock")


# --- entries ----------------------------------------------------------------------------------------------


def test_an_entry_that_has_ended_is_forgotten_and_one_that_holds_is_not(story: Story) -> None:
    given(story, *COMPLETED, YEARS_LATER).when(forget_entry()).then()
    assert entry_kept_since(story.entry) is None
    ended(story)
    story.when(forget_entry()).then()  # it is kept for a year from there
    given(story, YEARS_LATER).when(forget_entry()).then("PersonalDataErased")
    assert story.entry.is_erased
    assert story.entry.keys == []
    assert story.the(e.PersonalDataErased).whose == ["entry", "owner"]
    story.when(forget_entry()).then()


def test_a_restriction_keeps_it(story: Story) -> None:
    given(story, *COMPLETED, restrict("arrest"))
    ended(story)
    given(story, YEARS_LATER).when(forget_entry()).then()
    given(story, lift(office("restricting_officer", authority="kz-bailiffs")))
    story.when(forget_entry()).then("PersonalDataErased")


@pytest.mark.parametrize("retention", [Forever(LAW), Term(1, "years", TO_BE_CONFIRMED)])
def test_an_entry_is_kept_for_good_or_left_to_the_officer(
    monkeypatch: pytest.MonkeyPatch, retention: Term | Forever
) -> None:
    """Whatever the law says of the case."""
    story = under(monkeypatch, retention=A_YEAR, entry_retention=retention)
    given(story, *COMPLETED)
    ended(story)
    given(story, YEARS_LATER, YEARS_LATER).when(forget_entry()).then()


def test_of_two_procedures_that_write_to_a_register_one_may_keep_it_for_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = names_of_classes()
    assert before.count("vehicles") == 1
    made_up(monkeypatch, entry_retention=Forever(LAW))
    assert sorted(names_of_classes()) == sorted([*(name for name in before if name != "vehicles"), "made_up"])


def names_of_classes() -> list[str]:
    return [kept_alike.name for kept_alike in classes_of("KZ", MONDAY.date())]


def test_another_procedure_of_the_register_may_keep_it_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sale of cars keeps them for ten years, which nobody has confirmed."""
    story = a_story_of(made_up(monkeypatch, retention=A_YEAR, entry_retention=A_YEAR))
    given(story, *COMPLETED)
    ended(story)
    given(story, later(days=4000)).when(forget_entry()).then()


# --- what the law says ------------------------------------------------------------------------------------


def all_terms() -> list[Terms]:
    return [terms for offer in offers().values() for terms in offer.terms]


@pytest.mark.parametrize("terms", all_terms(), ids=lambda terms: f"{terms.authority}-{terms.since}")
def test_every_retention_is_one_that_the_clock_can_look_back_by(terms: Terms) -> None:
    """In days, months or years: nobody keeps a case for so many working days."""
    for retention in (terms.retention, terms.entry_retention):
        assert isinstance(retention, Forever) or retention.unit in ("calendar_days", "months", "years")


def test_what_is_kept_by_the_same_law_is_one_class_and_what_is_kept_for_good_is_none() -> None:
    day = date(2026, 11, 30)
    found = {
        country: list(dict.fromkeys(kept_alike[:2] for kept_alike in classes_of(country, day)))
        for country in ("KZ", "TR")
    }
    cases = {c: [("case", p) for code, p in sorted(offers()) if code == c] for c in ("KZ", "TR")}
    assert found == {
        "KZ": [*cases["KZ"], ("entry", "births"), ("entry", "vehicles")],
        "TR": cases["TR"],  # births and cars are kept for good
    }


UNITS: list[Unit] = ["calendar_days", "months", "years"]


@for_all(
    st.sampled_from(["KZ", "TR"]),
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from(UNITS), st.booleans()), min_size=1, max_size=3),
    st.integers(0, 40 * 365 * 24).map(
        lambda hours: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ),
)
def test_looking_back_finds_exactly_what_is_over(
    code: str, lengths: list[tuple[int, Unit, bool]], at: datetime
) -> None:
    """The day found is over, and the day after it is not, however the term's end moves over days off."""
    country = country_of(code)
    terms = tuple(Term(count, unit, LAW, is_moved=is_moved) for count, unit, is_moved in lengths)
    kept = Kept(terms, (LAW.law,) * len(terms), is_confirmed=True)
    day = legal_day(kept.over_since(at, country), country)
    assert all(is_past(compute(term, day, country), at) for term in terms)
    assert not all(is_past(compute(term, day + timedelta(days=1), country), at) for term in terms)


def test_of_several_laws_that_keep_an_entry_the_longest_counts() -> None:
    kept = Kept((Term(1, "years"), Term(3, "months")), ("One law", "Another law"), is_confirmed=True)
    assert kept.until("2026-11-23T09:00:00.000000Z", country_of("KZ"))["due"] == "2027-11-23"
    assert kept.basis == "One law: 1 years; Another law: 3 months"
