"""The pages for jurists say what the law and the tables say now; and a signature is of what was signed."""

from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from domain.offers import offers
from tests.law import Signed
from tests.law.pages import DOCS, mark_of, page, pages, written
from tests.law.tables import tables

BIRTHS: Final = offers()["TR", "birth_certificate"]
TABLE: Final = tables()["TR", "birth_certificate"]


@pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(DOCS).as_posix())
def test_a_page_says_what_the_law_and_its_table_say(path: Path) -> None:
    assert path.exists(), "please run make law"
    assert path.read_text("utf-8") == pages()[path], "please run make law"


def test_no_page_is_left_over() -> None:
    assert written() == pages().keys(), "please run make law"


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
