"""Every row of every country holds by the law that is there, and every procedure has its table."""

import json
from pathlib import Path
from typing import Final

import pytest

from domain.offers import offers
from tests.law import Row
from tests.law.answers import answers
from tests.law.tables import tables

ROWS: Final = [(*key, row) for key, table in tables().items() for row in table.rows]
RELEASED: Final = Path(__file__).parents[1] / "domain" / "released_terms.json"
ENOUGH: Final = 10  # rows in a table

# Whose table is not written, or is too short yet. A table that comes leaves this list; nothing comes to it.
# Of these the sources say less than ten things that can be counted.
STILL_MISSING: Final[set[tuple[str, str]]] = {
    ("AZ", "birth_correction"),
    ("AZ", "paternity_acknowledgement"),
    ("KG", "paternity_acknowledgement"),
    ("TR", "birth_correction"),
    ("TR", "paternity_acknowledgement"),
}


@pytest.mark.parametrize(
    ("country", "procedure", "row"),
    ROWS,
    ids=[f"{country}-{procedure}-{row.given}" for country, procedure, row in ROWS],
)
def test_the_law_answers_as_it_was_counted_by_hand(country: str, procedure: str, row: Row) -> None:
    assert answers(offers()[country, procedure], row) == row.expected, row.counted


def test_every_row_expects_something_and_says_how_it_was_counted() -> None:
    for country, procedure, row in ROWS:
        where = f"{country} {procedure}: {row.given}"
        assert row.expected, where
        assert row.given.strip(), where
        assert row.counted.strip(), where
        assert row.law.strip(), where


def test_no_two_rows_of_a_table_are_of_the_same_case() -> None:
    for key, table in tables().items():
        told = [row.given for row in table.rows]
        assert len(told) == len(set(told)), key


def test_every_procedure_that_is_offered_has_a_table() -> None:
    released = {tuple(line.split(" ")[:2]) for line in json.loads(RELEASED.read_text("utf-8"))}
    assert {key for key in released if len(tables()[key].rows) < ENOUGH} == STILL_MISSING
