"""The pages for jurists say what the law and the tables say now; and a signature is of what was signed."""

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final

import pytest

from domain.country import TO_BE_CONFIRMED
from domain.days.deadlines import Term
from domain.facts import Choice, Is, Late, Reach, Where
from domain.fees import Fee, FeePart, Step
from domain.fees import Table as Steps
from domain.offers import offers
from domain.procedure import Offer
from domain.terms import (
    AfterRefusal,
    Exemption,
    FilingLimit,
    FourEyes,
    Investigation,
    Numbering,
    Quota,
    Requirement,
    Restriction,
)
from tests.domain.made_up import LAW, made_up
from tests.law import Row, Signed
from tests.law.pages import DOCS, keys_named, mark_of, mark_of_confirmed, page, pages, read_at, written
from tests.law.tables import Table, tables

BIRTHS: Final = offers()["TR", "birth_certificate"]
TABLE: Final = tables()["TR", "birth_certificate"]


PAGES: Final = pages()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_a_page_says_what_the_law_and_its_table_say(path: Path) -> None:
    assert path.exists(), "please run make law"
    assert path.read_text("utf-8") == PAGES[path], "please run make law"


def test_no_page_is_left_over() -> None:
    assert written() == PAGES.keys(), "please run make law"


@pytest.mark.parametrize(("country", "procedure"), sorted(offers()))
def test_every_key_that_a_page_names_can_be_looked_up(country: str, procedure: str) -> None:
    named = keys_named(offers()[country, procedure], tables()[country, procedure])
    assert named.keys() - read_at().keys() == set(), (
        "please say where these are read, in tests/law/sources.toml"
    )


def test_no_place_to_read_is_said_of_what_no_page_names() -> None:
    named = {key for offer in offers() for key in keys_named(offers()[offer], tables()[offer])}
    assert read_at().keys() - named == set()


def test_a_page_that_nobody_signed_says_so() -> None:
    assert "Not yet signed." in page(BIRTHS, TABLE._replace(signed=()))


def test_a_page_is_signed_as_long_as_law_and_examples_stay() -> None:
    """What we call a thing may be mended; a row that is changed, or added, is signed by nobody yet."""
    signed = TABLE._replace(signed=(Signed("Ada Example", "Bar", "2026-12-01", mark_of(BIRTHS, TABLE)),))
    assert "- Ada Example, Bar, 2026-12-01: all of it.\n" in page(BIRTHS, signed)
    other = signed._replace(rows=(replace(TABLE.rows[0], fee="1 TRY"), *TABLE.rows[1:]))
    assert "the page has changed since" in page(BIRTHS, other)
    fewer = signed._replace(rows=TABLE.rows[1:])
    assert "the page has changed since" in page(BIRTHS, fewer)


def test_what_is_confirmed_is_signed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signs it says nothing of the guesses: one that is settled otherwise leaves the signature as it is."""
    guess, table = {"decide": Term(3, "working_days", TO_BE_CONFIRMED)}, Table()
    offer = made_up(monkeypatch, times=guess)
    sure = mark_of_confirmed(offer, table)
    signed = Table(signed=(Signed("Ada Example", "Bar", "2026-12-01", sure),))
    assert "- Ada Example, Bar, 2026-12-01: what is confirmed.\n" in page(offer, signed)
    guessed_otherwise = made_up(monkeypatch, times={"decide": Term(5, "working_days", TO_BE_CONFIRMED)})
    assert mark_of_confirmed(guessed_otherwise, table) == sure
    assert mark_of(guessed_otherwise, table) != mark_of(offer, table)
    settled = made_up(monkeypatch, times={"decide": Term(3, "working_days", LAW)})
    assert "the page has changed since" in page(settled, signed)


def test_nothing_that_is_to_be_confirmed_stands_in_the_part_that_is_signed_first() -> None:
    for key, offer in offers().items():
        first, second = page(offer, tables()[key]).split("\n## What is to be confirmed\n")
        assert "to be confirmed** |" not in first.partition("## What is confirmed")[2]
        assert "(to be confirmed)" not in first
        assert "| confirmed |" not in second.partition("\n## Sources")[0]


def test_of_a_later_row_a_page_says_what_it_changes_and_nothing_twice() -> None:
    text = PAGES[DOCS / "kg" / "birth_certificate.md"].partition("\n## Sources")[0]
    later = text.partition("### The law from 2025-10-20 on: what is confirmed\n")[2].partition("\n## ")[0]
    assert "| first day | 2025-10-20 |" in PAGES[DOCS / "kg" / "birth_certificate.md"]
    assert "As from 2020-11-07: " in later
    lines = [line for line in text.splitlines() if line.count(" | ") == 3 and line.startswith("| `")]
    assert [line for line in lines if lines.count(line) > 1] == []


# --- what a law may have --------------------------------------------------------------------------------------


def of_everything(patch: pytest.MonkeyPatch) -> Offer:
    """A law with what no released row asks for yet."""
    engine = Steps(
        by=("vehicle", "engine"),
        steps=(
            Step(up_to=2_000, start=Fraction(), rate=Fraction(5)),
            Step(up_to=None, start=Fraction(100_00)),
        ),
        times=Steps(by=("made_in",), steps=(Step(up_to=4, start=Fraction(4, 5)),), in_years=True),
    )
    abroad = Where("born_abroad", lambda _facts: True)
    two_speeds = Choice("speed", {"fast": Fraction(3), "slow": Fraction(1)})
    times = Choice("speed", {"fast": Term(30, "minutes", LAW), "slow": Term(1, "months", TO_BE_CONFIRMED)})
    return made_up(
        patch,
        times={"decide": times},
        until=date(2026, 12, 31),
        fee=Fee(
            parts=(
                FeePart(name="duty", units=engine),
                FeePart(name="speed", units=two_speeds, unit="MCI", until=date(2026, 6, 30)),
                FeePart(name="share", units=Fraction(1, 500), ad_valorem="price", at_least=1_000_00),
                FeePart(name="card", units=Fraction(30_50), when=(Late("purchase"),), source=TO_BE_CONFIRMED),
            ),
            rounding="sum_to_major",
            source=LAW,
        ),
        after_refusal=AfterRefusal(gives_back=True, source=LAW),
        evidence=(
            Requirement(
                "inspection",
                LAW,
                not_older_than=Term(30, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
                dated_by=("inspected_on",),
                when=(Is("new_plates", (False,)),),
            ),
        ),
        filing_limits=(
            FilingLimit(
                code="extension",
                from_member=("permit", "until"),
                opens=Term(60, "calendar_days"),
                closes=Term(1, "months"),
                effect="ground",
                source=LAW,
                when=(abroad,),
            ),
        ),
        exemptions=(Exemption("present", LAW, (Is("new_plates"),), may_be_approved=True),),
        restrictions=(
            Restriction(kind="export_only", authority="kz-police", source=LAW, reach=Reach(only=("export",))),
        ),
        four_eyes=FourEyes(are_asked=True, source=LAW, when=(abroad,)),
        quotas=(Quota(name="cars", source=LAW),),
        investigations=(Investigation("background", LAW),),
        numbers={"vehicles": Numbering(prefix="P-", digits=3, source=LAW)},
        bars_kin=LAW,
    )


@pytest.mark.parametrize(
    "line",
    [
        "### The law from 2026-01-01 to 2026-12-31: what is confirmed\n",
        "### The law from 2026-01-01 to 2026-12-31: what is to be confirmed\n",
        "| `duty` | by `vehicle.engine`: to 2,000: 0 KZT and 0.05 KZT for each one above the step before; ",
        "; above: 100 KZT; times, by years since `made_in`: to 4: 4/5 | Law of the tests | confirmed |\n",
        "| `speed` | by `speed`: `fast` 3 × MCI, `slow` 1 × MCI, known until 2026-06-30 | Law of the tests |",
        "| `share` | 1/500 of the `price`, at least 1,000 KZT | Law of the tests | confirmed |\n",
        "| `card` | 30.50 KZT, where filed after `purchase` | to be confirmed | **to be confirmed** |\n",
        "| how it is counted | the sum rounded to 1 KZT, halves up; the values of the day of filing count | ",
        "| after a refusal | the fee goes back, whatever the ground | Law of the tests | confirmed |\n",
        "| by `speed`: `fast` 30 minutes, `slow` 1 month | Law of the tests | **to be confirmed in part** |\n",
        "| `inspection` | has to be brought, not older than 30 calendar days, not moved off a day off by ",
        " by `inspected_on`, where `new_plates` is false | Law of the tests | **to be confirmed in part** |\n",
        "| `extension` | from 60 calendar days before `permit.until` to 1 month before it, where `born_abroad`; ",
        "`born_abroad`; else it may be refused | Law of the tests | confirmed |\n",
        "| `present` | where `new_plates`; may be approved all the same | Law of the tests | confirmed |\n",
        "; stops only `export` | Law of the tests | confirmed |\n",
        "| four eyes | two persons decide, where `born_abroad` | Law of the tests | confirmed |\n",
        "| quota | `cars`, so many a year | Law of the tests | confirmed |\n",
        "| inquiry | `background` | Law of the tests | confirmed |\n",
        "| who numbers `vehicles` | this house, such as P-2026-017 | Law of the tests | confirmed |\n",
        "| kin of a party | do not judge | Law of the tests | confirmed |\n",
    ],
)
def test_a_page_says_all_that_a_law_may_have(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    assert line in page(of_everything(monkeypatch), TABLE._replace(rows=()))


def test_an_amount_that_nobody_knows_is_no_zero() -> None:
    """What a birth costs at a mission of Kyrgyzstan is not known, and it is not free."""
    birth = page(offers()["KG", "birth_certificate"], tables()["KG", "birth_certificate"])
    assert (
        "| `consular_act` | the amount is not known: an officer says it, where `notified_at` is mission | "
        in birth
    )
    pages_of_all = [page(offer, tables()[key]) for key, offer in offers().items()]
    assert [found for each in pages_of_all for found in re.findall(r"\| 0 [A-Z]{3}, known until", each)] == []


def test_what_the_law_rounds_to_no_whole_unit_is_rounded_to_the_smallest_coin() -> None:
    """1,499 cm³ in Azerbaijan: 22.485 manat of duty, of which 22.49 are asked."""
    sale = page(offers()["AZ", "car_sale"], tables()["AZ", "car_sale"])
    assert "| how it is counted | each part rounded to 0.01 AZN, halves up; " in sale
    assert "not rounded" not in sale


def test_an_expected_answer_is_marked_where_the_law_is_not_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    """As sure as the weakest part of the law that this very case uses."""
    sure = FeePart(name="certificate", units=Fraction(5_000_00), when=(Is("new_plates", (False,)),))
    guess = FeePart(name="plates", units=Fraction(1_000_00), source=TO_BE_CONFIRMED, when=(Is("new_plates"),))
    times = {"decide": Term(3, "working_days", TO_BE_CONFIRMED), "appeal": Term(3, "months", LAW)}
    offer = made_up(monkeypatch, times=times, fee=Fee(parts=(sure, guess), source=LAW))
    row = Row(
        given="a sale",
        filed="2026-02-12",
        served="2026-02-16",
        facts={"new_plates": False},
        in_register=None,
        fee="5,000 KZT",
        due="2026-02-17",
        appeal="2026-05-18",
        counted="by hand",
        law="of the tests",
    )
    said = page(offer, Table((row, replace(row, facts={"new_plates": True}))))
    assert (
        "| fee **5,000 KZT**; decision by **2026-02-17** (to be confirmed); appeal until **2026-05-18** |"
        in said
    )
    assert "| fee **5,000 KZT** (to be confirmed); decision by" in said
