"""The checks have numbers, and each is found in the code by its own."""

import re
from pathlib import Path

import pytest

from infra import verification
from infra.verification.findings import CHECKS

FOLDER = Path(verification.__file__).parent
CODE = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.py") if path.name != "__init__.py")


LISTED = [
    (int(number), name)
    for number, name in re.findall(r"^ ?(\d+)\. (\w+) ", verification.__doc__ or "", re.MULTILINE)
]


def test_the_list_of_the_checks_is_in_the_order_of_their_numbers() -> None:
    """A number may be free; none is given twice."""
    numbers = [number for number, _ in LISTED]
    assert [name for _, name in LISTED] == list(CHECKS)
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(("number", "name"), LISTED, ids=CHECKS)
def test_every_check_is_found_by_its_number(number: int, name: str) -> None:
    assert re.search(rf"\b{number}[a-d]?\. {name}\b", CODE)
