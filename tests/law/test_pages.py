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
from tests.law.pages import DOCS, mark_of, page, pages, written
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


def test_a_page_that_nobody_signed_says_so() -> None:
    assert "Not yet signed." in page(BIRTHS, TABLE._replace(signed=()))


def test_a_page_is_signed_as_long_as_law_and_examples_stay() -> None:
    """What we call a thing may be mended; a row that is changed, or added, is signed by nobody yet."""
    signed = TABLE._replace(signed=(Signed("Ada Example", "Bar", "2026-12-01", mark_of(BIRTHS, TABLE)),))
    assert "- Ada Example, Bar, 2026-12-01.\n" in page(BIRTHS, signed)
    other = signed._replace(rows=(replace(TABLE.rows[0], fee="1 TRY"), *TABLE.rows[1:]))
    assert "the page has changed since" in page(BIRTHS, other)
    fewer = signed._replace(rows=TABLE.rows[1:])
    assert "the page has changed since" in page(BIRTHS, fewer)


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
        "## The law from 2026-01-01 to 2026-12-31\n",
        "| `duty` | by `vehicle.engine`: to 2,000: 0 KZT and 0.05 KZT for each one above the step before; ",
        "; above: 100 KZT; times, by years since `made_in`: to 4: 4/5 | Law of the tests | confirmed |\n",
        "| `speed` | by `speed`: `fast` 3 × MCI, `slow` 1 × MCI, known until 2026-06-30 | Law of the tests |",
        "| `share` | 1/500 of the `price`, at least 1,000 KZT | Law of the tests | confirmed |\n",
        "| `card` | 30.50 KZT, where filed after `purchase` | to be confirmed | **to be confirmed** |\n",
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


def test_a_page_says_where_each_source_that_it_names_by_a_key_was_read() -> None:
    for (country, procedure), offer in offers().items():
        text = page(offer, tables()[country, procedure])
        law, _, listed = text.partition("## Where the sources were read")
        keys = set(re.findall(r"\(`([a-z]+-[a-z0-9.-]+)`\)", law))
        assert {key for key, _ in re.findall(r"^\| `(.+)` \| (.+) \|$", listed, re.MULTILINE)} == keys


def test_a_later_row_says_what_it_says_otherwise() -> None:
    """And what it says no more: whoever reads the first row reads nothing twice."""
    first = replace(BIRTHS.terms[-1], until=date(2026, 12, 31))
    later = replace(first, since=date(2027, 1, 1), grounds=first.grounds[1:])
    text = page(replace(BIRTHS, terms=(first, later)), TABLE)
    row = text.partition("## The law from 2027-01-01")[2].partition("## Worked examples")[0]
    said = re.findall(r"^\| (.*?) \| (.*?) \|", row, re.MULTILINE)
    gone = [about for about, says in said if says == "no more"]
    assert [about.split()[0] for about in gone] == [f"`{first.grounds[0].code}`"]
    assert ("first day", "2027-01-01") in said
    assert "to decide, from" not in row
