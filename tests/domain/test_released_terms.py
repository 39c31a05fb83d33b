"""A row of law that was released is never edited: its hash stands in signed filings, and here."""

import json
from pathlib import Path

from domain.offers import offers, terms_hash

RELEASED = Path(__file__).with_name("released_terms.json")


def test_no_released_row_was_edited_and_each_row_has_its_line() -> None:
    """A new law is a new row. When it is released, it gets a line; so does whatever stands here no more."""
    released = json.loads(RELEASED.read_text("utf-8"))
    here = {
        f"{country} {procedure} {terms.since}": terms_hash(terms)
        for (country, procedure), offer in offers().items()
        for terms in offer.terms
    }
    gone = {row: stated for row, stated in released.items() if row not in here}
    edited = {row: here[row] for row in released.keys() & here.keys() if released[row] != here[row]}
    new = {row: stated for row, stated in here.items() if row not in released}
    assert gone == {}, "a case that was filed under it cannot be read without it"
    assert edited == {}, "append a row with its first day instead"
    assert new == {}, f"add these lines to {RELEASED.name}"
