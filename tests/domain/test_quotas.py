"""Quotas: so many a year; the last place is taken as the first was, and each end of a case frees its own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial

import pytest

from domain import events as e
from domain.claim import FREE, Claim, evolve
from domain.commands import FileCase, WithdrawCase
from domain.country import Source
from domain.decision import Events
from domain.decisions import quotas
from domain.decisions.situation import Situation
from domain.facts import Is
from domain.lifecycle import About
from domain.offers import offers
from domain.procedure import Key, Offer, Quota, QuotaSize, Terms, claim_key
from domain.refusals import Clash
from tests.domain.acts import file, later, withdraw
from tests.domain.story import Story, a_sale, given
from tests.domain.test_claims import recorded

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
        self._fold(quotas.free(situation, situation.slots))

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
