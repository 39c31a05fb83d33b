"""Limits with conditions and backwards, exemptions, evidence that is asked and grows old: said, never refused."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.countries import countries
from domain.country import Source
from domain.days.deadlines import Term
from domain.facts import Facts, Is, Late, Where, applies
from domain.limits import exempt, facts_of, requirements, standing, warnings
from domain.offers import offers
from domain.terms import Exemption, FilingLimit, FourEyes, Requirement, Terms

KG = countries()["KG"]
KZ = countries()["KZ"]
TR = countries()["TR"]
LAW = Source("Law of the tests", confirmed=True)
ROW = offers()["TR", "birth_certificate"].terms[-1]


def noon(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+00:00").astimezone(UTC)


def on(day: str, **request: Any) -> Facts:
    return Facts(request, date.fromisoformat(day))


# --- conditions -------------------------------------------------------------------------------------------


def test_a_condition_is_a_value_of_a_member_and_nothing_else() -> None:
    """One is not true, and who was not asked has said nothing."""
    assert Is("new_plates").holds(on("2026-03-01", new_plates=True))
    assert not Is("new_plates").holds(on("2026-03-01", new_plates=1))
    assert not Is("new_plates").holds(on("2026-03-01"))
    kin = Is("buyer_is", ("spouse", "child"))
    assert kin.holds(on("2026-03-01", buyer_is="child"))
    assert not kin.holds(on("2026-03-01", buyer_is="stranger"))
    assert Is("is_kin", (False,)).holds(on("2026-03-01", is_kin=False))


def test_all_conditions_have_to_hold_and_none_is_always() -> None:
    facts = on("2026-03-01", is_kin=True)._replace(late=frozenset({"notification"}))
    assert applies((), facts)
    assert applies((Is("is_kin"), Late("notification")), facts)
    assert not applies((Is("is_kin"), Late("other")), facts)
    assert applies((Late("other", "notification"),), facts)


# --- limits with a condition ------------------------------------------------------------------------------


def born_abroad(facts: Facts) -> bool:
    return bool(facts.request["child"]["place"]["country"] != "TR")


AT_HOME = FilingLimit(
    code="notification",
    term=Term(30, "calendar_days"),
    from_member=("child", "born_on"),
    effect="evidence",
    source=LAW,
    when=(Where("born_here", lambda facts: not born_abroad(facts)),),
)
ABROAD = replace(
    AT_HOME,
    code="notification_abroad",
    term=Term(60, "calendar_days"),
    when=(Where("born_abroad", born_abroad),),
)
BIRTHS = replace(ROW, filing_limits=(AT_HOME, ABROAD), evidence=(), presumptions=(), exemptions=())


@pytest.mark.parametrize(
    ("born_on", "country", "filed_on", "late"),
    [
        ("2026-01-01", "TR", "2026-02-02", set()),  # raw 31 January, a Saturday
        ("2026-01-01", "TR", "2026-02-03", {"notification"}),
        ("2026-02-18", "TR", "2026-03-23", set()),  # raw 20 March; the feast lasts to the 22nd
        ("2026-02-18", "TR", "2026-03-24", {"notification"}),
        ("2026-04-28", "TR", "2026-06-01", set()),
        ("2026-03-24", "TR", "2026-04-24", set()),
        ("2026-03-28", "DE", "2026-06-01", set()),  # raw 27 May, abroad sixty days
        ("2026-03-28", "DE", "2026-06-02", {"notification_abroad"}),
    ],
)
def test_who_is_born_abroad_has_another_time(
    born_on: str, country: str, filed_on: str, late: set[str]
) -> None:
    request = {"child": {"born_on": born_on, "place": {"country": country}}}
    facts = facts_of(BIRTHS, request, noon(filed_on), TR)
    assert facts.late == late
    said = list(warnings(BIRTHS, facts, noon(filed_on), TR))
    assert said == ["late:evidence"] * len(late)


def test_what_was_late_at_filing_is_late_on_the_day_of_payment_and_not_because_of_it() -> None:
    request = {"child": {"born_on": "2026-01-01", "place": {"country": "TR"}}}
    in_time = facts_of(BIRTHS, request, noon("2026-02-02"), TR, date(2026, 5, 1))
    assert (in_time.late, in_time.day) == (frozenset(), date(2026, 5, 1))


def test_a_limit_without_its_day_is_kept() -> None:
    unknown = {"child": {"born_on": None, "place": {"country": "TR"}}}
    assert facts_of(BIRTHS, unknown, noon("2026-02-03"), TR).late == frozenset()


def test_two_limits_that_were_missed_are_said_once() -> None:
    """AZ: missions name one month and three; what follows from either is the same."""
    terms = replace(BIRTHS, filing_limits=(AT_HOME, replace(AT_HOME, code="by_others")), presumptions=())
    late = {"child": {"born_on": "2026-01-01", "place": {"country": "TR"}}}
    facts = facts_of(terms, late, noon("2026-02-03"), TR)
    assert facts.late == {"notification", "by_others"}
    found = warnings(replace(terms, evidence=(), exemptions=()), facts, noon("2026-02-03"), TR)
    assert list(found) == ["late:evidence"]


# --- limits that run backwards ------------------------------------------------------------------------------


def extension(opens: int | None, closes: int | None) -> FilingLimit:
    return FilingLimit(
        code="extension",
        from_member=("permit", "until"),
        opens=Term(opens, "calendar_days") if opens else None,
        closes=Term(closes, "calendar_days") if closes else None,
        effect="ground",
        source=LAW,
    )


@pytest.mark.parametrize(
    ("opens", "closes", "until", "filed_on", "found"),
    [
        (60, 30, "2026-08-31", "2026-07-01", "early"),  # KZ
        (60, 30, "2026-08-31", "2026-07-02", "in_time"),
        (60, 30, "2026-08-31", "2026-08-01", "in_time"),  # a Saturday, and not moved to Monday
        (60, 30, "2026-08-31", "2026-08-02", "late"),
        (60, None, "2026-09-30", "2026-07-31", "early"),  # TR
        (60, None, "2026-09-30", "2026-08-01", "in_time"),
        (60, None, "2026-09-30", "2026-09-30", "in_time"),
        (60, None, "2026-09-30", "2026-10-01", "late"),
        (None, 30, "2026-10-15", "2026-01-01", "in_time"),  # AZ
        (None, 30, "2026-10-15", "2026-09-15", "in_time"),
        (None, 30, "2026-10-15", "2026-09-16", "late"),
    ],
)
def test_an_extension_is_asked_in_a_window_before_the_end(
    opens: int | None, closes: int | None, until: str, filed_on: str, found: str
) -> None:
    limit = extension(opens, closes)
    facts = on(filed_on, permit={"until": until})
    assert standing(limit, facts, noon(filed_on), KZ) == found
    said = list(warnings(replace(ROW, filing_limits=(limit,), evidence=()), facts, noon(filed_on), KZ))
    assert said == ([] if found == "in_time" else [f"{found}:ground"])


# --- exemptions -------------------------------------------------------------------------------------------

UNION = Exemption("citizen_of_the_union", LAW, (Is("citizenship", ("AM", "BY", "KZ", "RU")),))


def test_who_needs_no_permit_is_told_and_an_officer_decides() -> None:
    """KG: a citizen of Kazakhstan; the request is taken all the same (rules.md 13)."""
    terms = replace(ROW, exemptions=(UNION,), filing_limits=(), evidence=())
    kazakh, german = on("2026-05-04", citizenship="KZ"), on("2026-05-04", citizenship="DE")
    assert exempt(terms, kazakh) == (UNION,)
    assert list(warnings(terms, kazakh, noon("2026-05-04"), KG)) == ["exempt:citizen_of_the_union"]
    assert exempt(terms, german) == ()


# --- evidence ---------------------------------------------------------------------------------------------


def months_old(facts: Facts) -> int:
    born = date.fromisoformat(facts.request["born_on"])
    return (facts.day.year - born.year) * 12 + facts.day.month - born.month - (facts.day.day < born.day)


HEALTH = Requirement("health_certificate", LAW, when=(Late("notification"),))
CHILD = Requirement(
    "child_is_shown",
    LAW,
    when=(
        Where("over_72_months", lambda f: (months_old(f), f.day.day) > (72, int(f.request["born_on"][-2:]))),
    ),
)
ALWAYS = Requirement("statement", LAW)


def kinds(terms: Terms, facts: Facts) -> list[str]:
    return [requirement.kind for requirement in requirements(terms, facts)]


def test_evidence_is_asked_of_whom_the_law_asks_it() -> None:
    """TR: told on the day on which the child is 72 months old, a declaration is enough; not the day after."""
    terms = replace(ROW, evidence=(ALWAYS, HEALTH, CHILD))
    assert kinds(terms, on("2026-06-10", born_on="2020-06-10")) == ["statement"]
    assert kinds(terms, on("2026-06-11", born_on="2020-06-10")) == ["statement", "child_is_shown"]
    late = on("2026-03-02", born_on="2026-01-20")._replace(late=frozenset({"notification"}))
    assert kinds(terms, late) == ["statement", "health_certificate"]


INSPECTION = Requirement(
    "inspection",
    LAW,
    not_older_than=Term(30, "calendar_days", is_moved=False),
    dated_by=("inspected_on",),
)


@pytest.mark.parametrize(
    ("filed_on", "said"),
    [
        ("2026-03-05", ["evidence_of_tomorrow:inspection"]),
        ("2026-03-06", []),
        ("2026-04-05", []),  # a Sunday: a validity is not moved
        ("2026-04-06", ["evidence_too_old:inspection"]),
    ],
)
def test_an_old_paper_and_one_of_tomorrow_are_said_to_the_officer(filed_on: str, said: list[str]) -> None:
    """KG: an inspection of 6 March is good for 30 days; what is impossible is a warning (rules.md 12)."""
    terms = replace(ROW, evidence=(INSPECTION,), filing_limits=())
    facts = on(filed_on, inspected_on="2026-03-06")
    assert list(warnings(terms, facts, noon(filed_on), KG)) == said


def test_a_paper_without_a_day_is_not_judged_by_its_age() -> None:
    terms = replace(ROW, evidence=(INSPECTION,), filing_limits=())
    assert list(warnings(terms, on("2026-04-06", inspected_on=None), noon("2026-04-06"), KG)) == []


# --- four eyes --------------------------------------------------------------------------------------------


def test_two_persons_decide_where_the_law_asks_it_of_this_request() -> None:
    """AZ companies: one decides about what came electronically, two about paper."""
    on_paper = FourEyes(are_asked=True, source=LAW, when=(Is("road", ("paper",)),))
    assert on_paper.apply_to(on("2026-03-06", road="paper"))
    assert not on_paper.apply_to(on("2026-03-06", road="electronic"))
    assert not FourEyes(are_asked=False, source=LAW).apply_to(on("2026-03-06"))
