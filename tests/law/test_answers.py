"""What a row of a table may ask of the law: each answer once, of a law that is made up where no released one has it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, Final

import pytest

from domain.countries import country_of
from domain.days.deadlines import Term
from domain.facts import Is, Late
from domain.fees import Fee, FeePart
from domain.offers import offers
from domain.procedure import Offer
from domain.terms import Exemption, FilingLimit, FourEyes, Requirement, Restriction
from tests.domain.made_up import LAW, SALE, made_up
from tests.examples import person
from tests.law import NOT_ASKED, Row
from tests.law.answers import answers, changed, moment

MADE_IN: Final = ("vehicle", "plate")  # a line of text in which these rows write a day
FEE: Final = Fee(
    parts=(
        FeePart(name="certificate", units=Fraction(5, 4), unit="MCI"),
        FeePart(name="plates", units=Fraction(14, 5), unit="MCI", when=(Is("new_plates"),)),
    ),
    rounding="part_to_major",
    unit_day="payment",
    source=LAW,
)
TIMES: Final = {
    "pay": Term(10, "working_days", LAW),
    "consent": Term(5, "working_days", LAW),
    "decide": Term(3, "working_days", LAW),
    "extend": Term(15, "calendar_days", LAW),
    "served": Term(7, "calendar_days", LAW, is_moved=False),
    "appeal": Term(3, "months", LAW),
}


def a_law(patch: pytest.MonkeyPatch, **law: Any) -> Offer:
    """Cars are sold in Kazakhstan since 2026, by a law of the tests: the released one may change."""
    return made_up(
        patch,
        SALE.procedure.effects,
        procedure={"checks": SALE.procedure.checks},
        **{
            "since": date(2026, 1, 1),
            "until": None,
            "fee": FEE,
            "times": TIMES,
            "evidence": (),
            "filing_limits": (),
            "checks": (),
            "restrictions": tuple(
                Restriction(kind=kind, authority="kz-police", source=LAW) for kind in ("arrest", "lien")
            ),
            **law,
        },
    )


@pytest.fixture
def sale(monkeypatch: pytest.MonkeyPatch) -> Offer:
    return a_law(monkeypatch)


def row(filed: str = "2026-02-12 10:00", **members: Any) -> Row:
    return Row(given="a case", filed=filed, counted="by hand", law="of the tests", **members)


def holds(offer: Offer, asked: Row) -> None:
    assert answers(offer, asked) == asked.expected


# --- how a row is written ---------------------------------------------------------------------------------


def test_a_moment_is_by_the_clock_of_the_authority_unless_it_says_utc() -> None:
    turkiye = country_of("TR")
    assert moment("2026-02-12 10:00", turkiye) == datetime(2026, 2, 12, 7, tzinfo=UTC)
    assert moment("2026-02-12 23:59:59", turkiye) == datetime(2026, 2, 12, 20, 59, 59, tzinfo=UTC)
    assert moment("2026-02-12 10:00 UTC", turkiye) == datetime(2026, 2, 12, 10, tzinfo=UTC)
    assert moment("2026-02-12", turkiye) == datetime(2026, 2, 12, 9, tzinfo=UTC)


def test_facts_change_what_they_name_by_paths_or_nested() -> None:
    request = {"child": {"born_on": "2026-02-09", "sex": "female"}, "parts": [{"share": 1}], "father": None}
    facts = {"child.born_on": "2026-01-01", "parts.0.share": 2, "father": {"surname": "Example"}}
    assert changed(request, facts) == {
        "child": {"born_on": "2026-01-01", "sex": "female"},
        "parts": [{"share": 2}],
        "father": {"surname": "Example"},
    }
    assert changed(request, {"child": {"born_on": "2026-01-01"}})["child"]["sex"] == "female"
    assert request["father"] is None


# --- midnight and the filing --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "procedure", "filed", "day"),
    [
        ("TR", "birth_certificate", "2026-03-01 20:59:59 UTC", "2026-03-01"),
        ("TR", "birth_certificate", "2026-03-01 21:00 UTC", "2026-03-02"),
        ("KZ", "car_sale", "2026-03-01 18:59:59 UTC", "2026-03-01"),
        ("KZ", "car_sale", "2026-03-01 19:00 UTC", "2026-03-02"),
    ],
)
def test_a_day_begins_at_midnight_of_the_authority(
    country: str, procedure: str, filed: str, day: str
) -> None:
    holds(offers()[country, procedure], row(filed, legal_day=day))


def test_a_filing_before_the_first_day_of_the_law_is_refused(sale: Offer) -> None:
    holds(sale, row("2025-12-31 23:59:59", refused="not_offered"))
    holds(sale, row("2026-01-01 00:00", terms="2026-01-01"))


def test_a_refusal_that_no_row_expects_is_an_answer_all_the_same(sale: Offer) -> None:
    found = answers(sale, row(in_register=None, fee="17,516 KZT"))
    assert found == {"fee": "17,516 KZT", "refused": "not_the_owner"}


def test_what_the_form_refuses_has_its_code(sale: Offer) -> None:
    holds(sale, row(facts={"vehicle.vin": "xta210990y2766389"}, refused="vin_not_normal"))
    holds(sale, row(facts={"new_plates": "yes"}, refused="bool_type"))


def test_who_sells_what_is_another_s_is_refused(sale: Offer) -> None:
    holds(sale, row(in_register={"owner": person("KZ", 77)}, refused="not_the_owner"))


def test_warnings_are_expected_to_be_there_or_not(sale: Offer) -> None:
    holds(sale, row(facts={"price.amount": 0}, warnings=("price_of_nothing",)))
    holds(sale, row(no_warnings=("price_of_nothing",)))
    found = answers(sale, row(warnings=("price_of_nothing",)))["warnings"]
    assert found
    assert "price_of_nothing" not in found
    asked = row(facts={"price.amount": 0}, no_warnings=("price_of_nothing", "plate_differs"))
    assert answers(sale, asked)["no_warnings"] == ("plate_differs",)


def test_what_is_restricted_stands_in_the_way(sale: Offer) -> None:
    holds(sale, row(restricted=("arrest", "lien"), obstacles=("restricted:arrest", "restricted:lien")))
    holds(sale, row(obstacles=()))


# --- money ------------------------------------------------------------------------------------------------


def test_a_fee_is_that_of_the_day_that_counts(sale: Offer) -> None:
    by_filing = replace(sale.terms[-1], fee=replace(FEE, unit_day="filing"))
    asked = {"filed": "2026-12-30 10:00", "paid": "2027-01-05 10:00"}
    holds(sale, row(**asked, fee="17,516 KZT, provisional"))
    holds(replace(sale, terms=(by_filing,)), row(**asked, fee="17,516 KZT"))


def test_a_part_that_is_not_asked_says_so(sale: Offer) -> None:
    without = {"new_plates": False}
    holds(sale, row(facts=without, fee="5,406 KZT", parts={"certificate": "5,406 KZT", "plates": NOT_ASKED}))


def test_smaller_money_is_written_with_its_point(sale: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Fee(parts=(FeePart(name="issue", units=Fraction(1_489_36)),), source=LAW)
    times = {**TIMES, "pay_entry": Term(30, "calendar_days", LAW), "pay": None}
    offer = a_law(monkeypatch, entry_fee=entry, times=times)
    holds(offer, row(entry_fee="1,489.36 KZT", parts={"issue": "1,489.36 KZT"}, pay_by=NOT_ASKED))
    holds(sale, row(entry_fee=NOT_ASKED))


# --- limits, evidence, exemptions ---------------------------------------------------------------------------


def test_a_limit_is_kept_until_the_last_second_of_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = FilingLimit(
        code="notice", from_member=MADE_IN, term=Term(30, "calendar_days"), effect="officer", source=LAW
    )
    offer = a_law(monkeypatch, filing_limits=(limit,))
    since = {"vehicle.plate": "2026-01-01"}
    in_time = {"notice": "2026-02-02, raw 2026-01-31, in time"}
    holds(offer, row("2026-02-02 23:59:59", facts=since, limits=in_time, no_warnings=("late:officer",)))
    late = {"notice": "2026-02-02, late"}
    holds(offer, row("2026-02-03 00:00", facts=since, limits=late, warnings=("late:officer",)))


def test_a_limit_that_runs_backwards_opens_and_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = FilingLimit(
        code="extension",
        from_member=MADE_IN,
        opens=Term(60, "calendar_days"),
        closes=Term(30, "calendar_days"),
        effect="ground",
        source=LAW,
        when=(Is("new_plates"),),
    )
    offer = a_law(monkeypatch, filing_limits=(limit,))
    ends = {"vehicle.plate": "2026-06-30"}
    holds(
        offer, row("2026-05-31", facts=ends, limits={"extension": "from 2026-05-01 to 2026-05-31, in time"})
    )
    holds(offer, row("2026-06-01", facts=ends, limits={"extension": "from 2026-05-01 to 2026-05-31, late"}))
    holds(offer, row("2026-04-30", facts=ends, limits={"extension": "from 2026-05-01 to 2026-05-31, early"}))
    holds(offer, row("2026-04-30", facts={**ends, "new_plates": False}, limits={"extension": NOT_ASKED}))


def test_what_is_asked_follows_from_the_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    plates = (Is("new_plates"),)
    late = FilingLimit(
        code="purchase", from_member=MADE_IN, term=Term(10, "working_days"), effect="evidence", source=LAW
    )
    offer = a_law(
        monkeypatch,
        filing_limits=(late,),
        evidence=(
            Requirement("contract", LAW, when=plates),
            Requirement("why", LAW, when=(Late("purchase"),)),
        ),
        exemptions=(Exemption("present", LAW, plates),),
        four_eyes=FourEyes(are_asked=True, source=LAW, when=plates),
    )
    bought = {"vehicle.plate": "2026-03-16"}
    in_time = row(
        "2026-04-02 10:00", facts=bought, evidence=("contract",), exempt=("present",), four_eyes=True
    )
    holds(offer, replace(in_time, limits={"purchase": "2026-04-02, in time"}))
    kept = {**bought, "new_plates": False}
    holds(offer, row("2026-04-03 10:00", facts=kept, evidence=("why",), exempt=(), four_eyes=False))
    holds(offer, replace(in_time, brought=(), refused="evidence_missing"))


# --- days -------------------------------------------------------------------------------------------------


def test_the_times_of_a_case_run_from_what_happened(sale: Offer) -> None:
    holds(sale, row(pay_by="2026-02-26", consent_by="2026-02-19"))
    holds(sale, row(complete="2026-07-02 15:00", due="2026-07-08", extended="2026-07-23"))
    holds(sale, row(complete="2026-07-01", stops=(("2026-07-02", "2026-07-03"),), due="2026-07-09"))
    holds(sale, row(decided="2026-11-23 10:00", presumed_served="2026-11-30"))
    holds(sale, row(served="2026-11-30 10:00", appeal="2027-03-01, raw 2027-02-28, provisional"))
    holds(sale, row(served="2026-11-30 10:00", appeal="2027-03-01, provisional"))
    holds(sale, row(decided="2026-11-23 10:00", appeal="2027-03-01, raw 2027-02-28, provisional"))
    with pytest.raises(ValueError, match="when it was served"):
        answers(sale, row(appeal="2027-03-01"))


def test_minutes_end_at_a_time_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = a_law(monkeypatch, times={**TIMES, "decide": Term(30, "minutes", LAW), "extend": None})
    holds(offer, row(due="2026-02-12 10:30", extended=NOT_ASKED))


def test_any_term_of_the_law_is_found_by_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A presumption or a validity is not moved off a day off."""
    inspected = Requirement(
        "inspection",
        LAW,
        is_required=False,
        not_older_than=Term(30, "calendar_days", is_moved=False),
        dated_by=MADE_IN,
    )
    offer = a_law(monkeypatch, evidence=(inspected,))
    looked_at = row("2026-04-01", facts={"vehicle.plate": "2026-03-06"})
    last_days = {"evidence.inspection.not_older_than": ("2026-03-06", "2026-04-05")}
    holds(offer, replace(looked_at, last_days=last_days))
    holds(offer, replace(looked_at, last_days={"times.pay": ("2026-03-16", "2026-04-02")}))
    monkeypatch.setattr(
        "domain.law.kz.car_sale.PRESUMED", Term(300, "calendar_days", is_moved=False), raising=False
    )
    holds(SALE, row(last_days={"PRESUMED": ("2026-03-01", "2026-12-26")}))
    with pytest.raises(TypeError, match="is no term"):
        answers(offer, replace(looked_at, last_days={"times": ("2026-03-06", "2026-04-05")}))


def test_a_wrong_row_is_found_out(sale: Offer) -> None:
    asked = row(fee="18,598 KZT", appeal="2027-02-28", served="2026-11-30", limits={}, terms="2026-01-02")
    found = answers(sale, asked)
    wrong = {name for name, value in asked.expected.items() if found[name] != value}
    assert wrong == {"fee", "appeal", "terms"}
