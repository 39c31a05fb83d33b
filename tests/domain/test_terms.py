"""A row of law: what of it is hashed, what is shown beside it, and what is not settled."""

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from domain.checks import Check
from domain.countries import countries
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term, compute
from domain.facts import Choice, Is, Where, chosen
from domain.fees import Fee, FeePart, Step, Table
from domain.offers import as_json, offers, terms_hash
from domain.terms import (
    AppealBody,
    Exemption,
    Forever,
    FourEyes,
    Ground,
    Quota,
    QuotaSize,
    Requirement,
    Terms,
    Times,
)

LAW = Source("Law of the tests", "law-1", confirmed=True)
SALE = offers()["KZ", "car_sale"]
FREE = Terms(
    since=date(2026, 1, 1),
    source=LAW,
    authority="kz-office",
    registry="kz-register",
    fee=Fee(parts=(), source=LAW),
    times=Times(
        decide=Term(5, "working_days"),
        served=Term(7, "calendar_days"),
        appeal=Term(3, "months"),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
    ),
    four_eyes=FourEyes(are_asked=False, source=LAW),
    grounds=(Ground("wrong", LAW),),
    appeals=AppealBody("kz-appeals", LAW),
    retention=Term(1, "years"),
    entry_retention=Forever(),
)


# --- what is hashed ---------------------------------------------------------------------------------------


def test_a_row_states_what_it_says_and_nothing_else() -> None:
    """No title, no member at its default; a law that has no fee and no consent has no time for them."""
    law = {"law": "Law of the tests", "url_or_key": "law-1", "confirmed": True}
    assert as_json(FREE) == {
        "since": "2026-01-01",
        "source": law,
        "authority": "kz-office",
        "registry": "kz-register",
        "fee": {"parts": [], "source": law},
        "times": {
            "decide": {"count": 5, "unit": "working_days"},
            "served": {"count": 7, "unit": "calendar_days"},
            "appeal": {"count": 3, "unit": "months"},
            "answer": {
                "count": 10,
                "unit": "working_days",
                "source": {"law": "to be confirmed", "confirmed": False},
            },
        },
        "four_eyes": {"are_asked": False, "source": law},
        "grounds": [{"code": "wrong", "source": law}],
        "appeals": {"authority": "kz-appeals", "source": law},
        "retention": {"count": 1, "unit": "years"},
        "entry_retention": {},
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TermsOfTomorrow(Terms):
    """The shape with two members more, which no row of today has."""

    speed: str | None = None
    steps: tuple[str, ...] = ()


def in_the_shape_of_tomorrow(terms: Terms, **more: Any) -> TermsOfTomorrow:
    return TermsOfTomorrow(**{name: getattr(terms, name) for name in Terms.__dataclass_fields__}, **more)


def test_a_member_that_is_added_leaves_the_hash_of_earlier_rows() -> None:
    for offer in offers().values():
        for terms in offer.terms:
            assert terms_hash(in_the_shape_of_tomorrow(terms)) == terms_hash(terms)
    assert terms_hash(in_the_shape_of_tomorrow(FREE, steps=("one",))) != terms_hash(FREE)


def test_what_only_a_function_can_say_is_known_by_its_code() -> None:
    old = Where("old", lambda facts: facts.day.year > 1990)
    check = Check(code="ratio", holds=lambda _: True)
    terms = replace(
        FREE,
        checks=(check,),
        exemptions=(Exemption("old_ones", LAW, (old,)),),
        quotas=(Quota(name="places", source=LAW, classes=lambda request: (request["sector"],)),),
    )
    stated = as_json(terms)
    assert stated["checks"] == [{"code": "ratio"}]
    assert stated["exemptions"][0]["when"] == [{"code": "old"}]
    assert stated["quotas"] == [{"name": "places", "source": as_json(LAW)}]
    assert terms_hash(terms) != terms_hash(replace(terms, checks=(replace(check, code="other"),)))


def test_the_number_one_is_not_the_word_yes() -> None:
    """They are equal to Python, and yes is the default."""
    assert as_json(Is("twins")) == {"member": "twins"}
    assert as_json(Is("twins", (1,))) == {"member": "twins", "values": [1]}


# --- what is not settled ------------------------------------------------------------------------------------


def test_what_is_unconfirmed_follows_from_the_sources() -> None:
    assert FREE.unconfirmed == ("times.answer",)
    doubted = replace(FREE, four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED))
    assert doubted.unconfirmed == ("times.answer", "four_eyes")
    guessed = replace(FREE, since_source=TO_BE_CONFIRMED, retention=Term(1, "years", TO_BE_CONFIRMED))
    assert guessed.unconfirmed == ("since", "times.answer", "retention")


def test_a_member_is_as_sure_as_its_weakest_part() -> None:
    parts = (
        FeePart(name="certificate", units=Fraction(5, 4), unit="MCI"),
        FeePart(name="registration", units=Fraction(1, 4), unit="MCI", source=TO_BE_CONFIRMED),
    )
    assert "fee" in replace(FREE, fee=Fee(parts=parts, source=LAW)).unconfirmed
    assert "fee" not in replace(FREE, fee=Fee(parts=parts[:1], source=LAW)).unconfirmed
    by_tier = Choice("tier", {"a": Term(5, "working_days"), "b": Term(9, "working_days", TO_BE_CONFIRMED)})
    assert "times.decide" in replace(FREE, times=replace(FREE.times, decide=by_tier)).unconfirmed


def test_what_has_no_source_of_its_own_stands_on_that_of_the_row() -> None:
    """Of a row that is not settled, nothing is but what has another source."""
    row = replace(FREE, source=TO_BE_CONFIRMED)
    assert row.unconfirmed == (
        "since",
        "until",
        "authority",
        "registry",
        "times.decide",
        "times.served",
        "times.appeal",
        "times.answer",
        "retention",
        "entry_retention",
    )


# --- what a member of the form chooses ------------------------------------------------------------------------

WITHIN: Term | Choice[Term] = Choice(
    "territory",
    {
        "liberated": Choice("tier", {"a": Term(5, "working_days"), "b": Term(10, "working_days")}),
        "outside": Choice("tier", {"a": Term(10, "working_days"), "b": Term(15, "working_days")}),
    },
)


def test_a_code_of_the_form_chooses_the_time_of_the_authority() -> None:
    """AZ: the fee buys the time; KZ: a new permit, an extension, a replacement."""
    assert chosen(WITHIN, {"territory": "liberated", "tier": "b"}).count == 10
    assert chosen(WITHIN, {"territory": "outside", "tier": "b"}).count == 15
    assert chosen(Term(3, "working_days"), {}).count == 3
    assert as_json(replace(FREE, times=replace(FREE.times, decide=WITHIN)))["times"]["decide"]["of"][
        "outside"
    ] == {
        "by": "tier",
        "of": {"a": {"count": 10, "unit": "working_days"}, "b": {"count": 15, "unit": "working_days"}},
    }


def test_a_table_and_a_conditional_paper_can_be_stated() -> None:
    table = Table(by=("vehicle", "engine"), steps=(Step(up_to=None, start=Fraction(0), rate=Fraction(5)),))
    terms = replace(
        FREE,
        fee=Fee(parts=(FeePart(name="engine", units=table),), source=LAW),
        evidence=(Requirement("proof", LAW, when=(Is("is_new"),)),),
    )
    assert as_json(terms)["fee"]["parts"][0]["units"]["steps"] == [{"up_to": None, "start": "0", "rate": "5"}]
    assert as_json(terms)["evidence"][0]["when"] == [{"member": "is_new"}]


# --- how large a quota is -----------------------------------------------------------------------------------


def test_a_quota_is_raised_in_mid_year_by_a_row_more() -> None:
    """KG: 25,000 for 2025, 42,000 as told on 25 August; what nobody has decreed is not known."""
    sizes = (
        QuotaSize(since=date(2025, 1, 1), until=date(2025, 12, 31), slots=25_000, source=LAW),
        QuotaSize(since=date(2025, 8, 25), until=date(2025, 12, 31), slots=42_000, source=LAW),
    )
    offer = replace(SALE, quota_sizes={("foreign_labour",): sizes})
    days = [date(2025, 8, 24), date(2025, 8, 25), date(2026, 1, 1)]
    found = [offer.quota_on(("foreign_labour",), day) for day in days]
    assert [size and size.slots for size in found] == [25_000, 42_000, None]
    assert offer.quota_on(("foreign_labour", "sport"), days[0]) is None


# --- worked examples of times that a code chooses -----------------------------------------------------------

AZ = countries()["AZ"]
KZ = countries()["KZ"]
PERMIT: Term | Choice[Term] = Choice(
    "territory",
    {
        "outside": Choice(
            "tier",
            {
                name: Term(count, "working_days")
                for name, count in (("first", 10), ("second", 15), ("third", 20))
            },
        ),
        "liberated": Choice(
            "tier",
            {
                name: Term(count, "working_days")
                for name, count in (("first", 5), ("second", 10), ("third", 15))
            },
        ),
    },
)


@pytest.mark.parametrize(
    ("territory", "tier", "due"),
    [
        ("outside", "first", "2026-04-08"),
        ("outside", "second", "2026-04-15"),
        ("outside", "third", "2026-04-22"),
        ("liberated", "second", "2026-04-08"),
    ],
)
def test_the_tier_that_is_paid_buys_the_time(territory: str, tier: str, due: str) -> None:
    """AZ, complete on 16 March 2026; 20 to 30 March are all off."""
    term = chosen(PERMIT, {"territory": territory, "tier": tier})
    assert compute(term, date(2026, 3, 16), AZ)["due"] == due


BY_KIND: Term | Choice[Term] = Choice(
    "kind",
    {
        "new": Term(7, "working_days"),
        "extension": Term(3, "working_days"),
        "replacement": Term(5, "working_days"),
    },
)


@pytest.mark.parametrize(
    ("kind", "complete", "due"),
    [("new", date(2026, 3, 16), "2026-03-30"), ("extension", date(2026, 7, 3), "2026-07-09")],
)
def test_the_kind_of_request_has_its_time(kind: str, complete: date, due: str) -> None:
    """KZ work permits: over Nauryz, and over Capital Day."""
    assert compute(chosen(BY_KIND, {"kind": kind}), complete, KZ)["due"] == due


# --- the page ---------------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "terms.md"


@pytest.mark.parametrize(
    ("heading", "shape"), [("The row", Terms), ("Times", Times), ("Parts of a fee", FeePart)]
)
def test_every_member_of_the_law_has_its_line(heading: str, shape: type[Any]) -> None:
    """Whoever checks a hash reads there what a member means."""
    section = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    written = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert written == {member.name for member in fields(shape)}
