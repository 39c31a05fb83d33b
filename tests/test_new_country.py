"""A new country is one folder and its words, and nothing else is touched.

In a copy of the tree stands Examplia, as docs/how-to/add-a-country.md writes it down, with the births of Türkiye's law.
The free tests pass there, and a case of it is filed with people made up by its folder, and completed over HTTP.
"""

import json
import re
from pathlib import Path

import pytest

from tests.copies import ROOT, checked, copied, refused, run

PAGE = ROOT / "docs" / "how-to" / "add-a-country.md"
TERMS = ROOT / "domain" / "law" / "tr" / "birth_certificate.py"
OFFICES = (
    "xx-civil-registry",
    "xx-birth-register",
    "xx-population-directorate",
    "xx-health-directorate",
    "xx-district-governor",
    "xx-court",
)  # that its terms name

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree with the country's folder and its catalogue, and nothing else changed."""
    folder = tmp_path_factory.mktemp("new-country") / "tamga"
    copied(folder)
    (folder / "domain/law/xx").mkdir()
    block = re.compile(r"^```(?:python|po)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for place, text in block.findall(PAGE.read_text("utf-8")):
        (folder / place).write_text(text, "utf-8")
    with (folder / "api/messages/en/xx.po").open("a", encoding="utf-8") as words:
        words.writelines(f'\nmsgctxt "office"\nmsgid "{office}"\nmsgstr "an office"\n' for office in OFFICES)
    facts = folder / "domain/law/xx/__init__.py"  # the law that it borrows counts in a unit
    borrowed = 'units=__import__("domain.law.tr", fromlist=["COUNTRY"]).COUNTRY.units,'
    facts.write_text(facts.read_text("utf-8").replace("units={},", borrowed), "utf-8")
    terms = TERMS.read_text("utf-8").replace('"tr-', '"xx-')
    (folder / "domain/law/xx/birth_certificate.py").write_text(terms, "utf-8")
    run(folder, "-m", "api.messages")
    return folder


def test_the_free_tests_hold_for_it(copy: Path) -> None:
    """Its facts, its law, its offices, its people."""
    said = checked(
        copy,
        "tests/domain/test_countries.py",
        "tests/domain/test_every_country.py",
        "tests/domain/test_every_procedure.py",
        "tests/infra/development/test_development.py",
        "tests/test_examples.py",
        "tests/test_messages.py",
    )
    assert "[XX]" in said
    assert "[XX-birth_certificate]" in said


def test_a_case_of_it_is_completed_over_http(copy: Path) -> None:
    """Filed by one of its citizens, decided by its officers, applied and receipted by its registry."""
    assert checked(copy, "tests/api/test_completed.py", "-k", "XX").count("PASSED") == 1


def test_its_people_have_numbers_of_its_own(copy: Path) -> None:
    people = {p["id"]: p for p in json.loads(run(copy, "tamga.py", "people", "--json"))}
    assert people["xx-civil-registry-officer-1"]["roles"] == ["officer"]
    assert people["xx-citizen-1"]["name"] == "Ada Example"
    assert re.fullmatch("[0-9]{9}", people["xx-citizen-1"]["personal_number"])


def test_a_partition_that_another_country_has_is_refused(copy: Path) -> None:
    """Two logs in one partition would be one order of two histories."""
    place = copy / "domain/law/xx/__init__.py"
    good = place.read_text("utf-8")
    place.write_text(good.replace("partition=5", "partition=3"), "utf-8")
    try:
        assert "XX has the partition 3, which is TR's" in refused(copy, "tamga.py", "people")
    finally:
        place.write_text(good, "utf-8")
