"""What a row of a table may ask of the law: each answer once, of a law that is made up where no released one has it."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final

import pytest

from domain.countries import country_of
from domain.days.deadlines import Term
from domain.facts import Is, Late
from domain.fees import Fee, FeePart
from domain.offers import offers
from domain.procedure import Exemption, FilingLimit, FourEyes, Offer, Requirement
from tests.domain.made_up import LAW, SALE, made_up
from tests.examples import person
from tests.law import NOT_ASKED, Row
from tests.law.answers import answers, changed, moment

BIRTHS: Final = offers()["TR", "birth_certificate"]
MADE_IN = ("vehicle", "plate")  # a line of text in which these rows write a day


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


def test_a_filing_before_the_first_day_of_the_law_is_refused() -> None:
    holds(SALE, row("2025-12-31 23:59:59", refused="not_offered"))
    holds(SALE, row("2026-01-01 00:00", terms="2026-01-01"))


def test_a_refusal_that_no_row_expects_is_an_answer_all_the_same() -> None:
    found = answers(SALE, row(in_register=None, fee="18,597 KZT"))
    assert found == {"fee": "18,597 KZT", "refused": "not_the_owner"}


def test_what_the_form_refuses_has_its_code() -> None:
    holds(SALE, row(facts={"vehicle.vin": "xta210990y2766389"}, refused="vin_not_normal"))
    holds(SALE, row(facts={"new_plates": "yes"}, refused="bool_type"))


def test_who_sells_what_is_another_s_is_refused() -> None:
    holds(SALE, row(in_register={"owner": person("KZ", 77)}, refused="not_the_owner"))


def test_warnings_are_expected_to_be_there_or_not() -> None:
    holds(SALE, row(facts={"price.amount": 0}, warnings=("price_of_nothing",)))
    holds(SALE, row(no_warnings=("price_of_nothing",)))
    found = answers(SALE, row(warnings=("price_of_nothing",)))["warnings"]
    assert found
    assert "price_of_nothing" not in found
    asked = row(facts={"price.amount": 0}, no_warnings=("price_of_nothing", "plate_differs"))
    assert answers(SALE, asked)["no_warnings"] == ("plate_differs",)


def test_what_is_restricted_stands_in_the_way() -> None:
    holds(SALE, row(restricted=("arrest", "lien"), obstacles=("restricted:arrest", "restricted:lien")))
    holds(SALE, row(obstacles=()))


# --- money ------------------------------------------------------------------------------------------------


def test_a_fee_is_that_of_the_day_that_counts() -> None:
    by_filing = replace(SALE.terms[-1], fee=replace(SALE.terms[-1].fee, unit_day="filing"))
    asked = {"filed": "2026-12-30 10:00", "paid": "2027-01-05 10:00"}
    holds(SALE, row(**asked, fee="18,597 KZT, provisional"))
    holds(replace(SALE, terms=(by_filing,)), row(**asked, fee="18,597 KZT"))


def test_a_part_that_is_not_asked_says_so() -> None:
    without = {"new_plates": False}
    holds(SALE, row(facts=without, fee="6,487 KZT", parts={"certificate": "5,406 KZT", "plates": NOT_ASKED}))


def test_smaller_money_is_written_with_its_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Fee(parts=(FeePart(name="issue", units=Fraction(1_489_36)),), source=LAW)
    times = {"pay_entry": Term(30, "calendar_days", LAW)}
    offer = made_up(monkeypatch, entry_fee=entry, times=times)
    holds(offer, row(entry_fee="1,489.36 KZT", parts={"issue": "1,489.36 KZT"}))
    holds(SALE, row(entry_fee=NOT_ASKED))


# --- limits, evidence, exemptions ---------------------------------------------------------------------------


def test_a_limit_is_kept_until_the_last_second_of_its_last_day() -> None:
    born = {"child.born_on": "2026-01-01"}
    holds(
        BIRTHS,
        row(
            "2026-02-02 23:59:59", facts=born, limits={"notification": "2026-02-02, raw 2026-01-31, in time"}
        ),
    )
    holds(BIRTHS, row("2026-02-03 00:00", facts=born, limits={"notification": "2026-02-02, late"}))


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
    offer = made_up(monkeypatch, filing_limits=(limit,))
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
    offer = made_up(
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


def test_the_times_of_a_case_run_from_what_happened() -> None:
    holds(SALE, row(pay_by="2026-02-26", consent_by="2026-02-26"))
    holds(SALE, row(complete="2026-07-02 15:00", due="2026-07-08", extended="2026-07-22"))
    holds(SALE, row(complete="2026-07-01", stops=(("2026-07-02", "2026-07-03"),), due="2026-07-09"))
    holds(SALE, row(decided="2026-11-23 10:00", presumed_served="2026-11-30"))
    holds(SALE, row(served="2026-11-30 10:00", appeal="2027-03-01, raw 2027-02-28, provisional"))
    holds(SALE, row(served="2026-11-30 10:00", appeal="2027-03-01, provisional"))
    holds(SALE, row(decided="2026-11-23 10:00", appeal="2027-03-01, raw 2027-02-28, provisional"))
    with pytest.raises(ValueError, match="when it was served"):
        answers(SALE, row(appeal="2027-03-01"))
    holds(BIRTHS, row(pay_by=NOT_ASKED, consent_by=NOT_ASKED))


def test_minutes_end_at_a_time_of_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    offer = made_up(monkeypatch, times={"decide": Term(30, "minutes", LAW), "extend": None})
    holds(offer, row(in_register=None, due="2026-02-12 10:30", extended=NOT_ASKED))


def test_any_term_of_the_law_is_found_by_where_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """A presumption or a validity is not moved off a day off."""
    inspected = Requirement(
        "inspection",
        LAW,
        is_required=False,
        not_older_than=Term(30, "calendar_days", is_moved=False),
        dated_by=MADE_IN,
    )
    offer = made_up(monkeypatch, evidence=(inspected,), times={"pay": Term(10, "working_days", LAW)})
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


def test_a_wrong_row_is_found_out() -> None:
    asked = row(fee="18,598 KZT", appeal="2027-02-28", served="2026-11-30", limits={}, terms="2026-01-02")
    found = answers(SALE, asked)
    wrong = {name for name, value in asked.expected.items() if found[name] != value}
    assert wrong == {"fee", "appeal", "terms"}
