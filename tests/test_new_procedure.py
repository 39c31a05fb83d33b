"""A new procedure is its own file, a file of terms per country and its catalogue, and nothing else is touched.

In a copy of the tree a visa for digital nomads is added, for two countries. The free tests pass there, and a case of it
goes to completion over HTTP: its register, officers, seals and registry follow from these files.
"""

import json
from pathlib import Path

import pytest

from tests.catalogues import catalogue_of
from tests.copies import checked, copied, run

NEW = "digital_nomad_visa"

PROCEDURE = '''
"""Somebody who works at home anywhere asks to live here for a while; the income comes from abroad."""

from typing import Annotated

from pydantic import Field

from domain.events import Personal
from domain.facts import Facts, Request
from domain.forms import CountryCode, Day, Form, Line, Money, Person, Value
from domain.key_kinds import KeyKind, country, hard, in_form
from domain.lookup_keys import Key, claim_key, entry_key
from domain.procedure import Party, Procedure
from domain.register import Create, Effect, Register


class Passport(Value):
    """The paper that the visa is put into."""

    country: CountryCode
    number: Annotated[str, Field(pattern=r"^[0-9A-Z]{5,12}$")]
    expires_on: Day


class NomadForm(Form):
    """What every country asks."""

    applicant: Annotated[Person, Personal("applicant")]
    passport: Annotated[Passport, Personal("applicant")]
    occupation: Annotated[Line, Personal("applicant")]
    monthly_income: Annotated[Money, Personal("applicant")]


class NomadEntry(Form):
    """The content of an entry."""

    holder: Annotated[Person, Personal("entry")]
    passport: Annotated[Passport, Personal("entry")]


def _key(request: Request) -> Key:
    passport = request["passport"]
    return entry_key("digital-nomads", "passport", passport["country"], passport["number"])


def _claims(request: Request) -> tuple[Key, ...]:
    passport = request["passport"]
    return (claim_key("digital_nomad_visa", passport["country"], passport["number"]),)


NOMADS = Register(
    name="digital-nomads",
    content=NomadEntry,
    content_version=1,
    key=_key,
    kinds=(KeyKind("passport", (country("country"), hard("number", in_form("[0-9A-Z]{5,12}")))),),
)


def _effects(facts: Facts) -> tuple[Effect, ...]:
    request = facts.request
    content = {"holder": request["applicant"], "passport": request["passport"]}
    return (Create(register=NOMADS, key=_key(request), title="admission", content=content),)


PROCEDURE = Procedure(
    name="digital_nomad_visa",
    form=NomadForm,
    parties=(Party(role="applicant", member="applicant", is_applicant=True),),
    registers=(NOMADS,),
    claims=_claims,
    effects=_effects,
)
'''

KAZAKHSTAN = '''
"""Kazakhstan: the Neo Nomad visa, B12-1, for a year."""

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from domain.country import Source
from domain.days.deadlines import Term
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Choice, Facts, Is, Where
from domain.fees import Fee, FeePart
from domain.forms import Day, Public
from domain.checks import Check
from domain.terms import AppealBody, Exemption, FilingLimit, FourEyes, Ground, Quota, QuotaSize, Requirement
from domain.terms import Terms, Times
from domain.procedures.digital_nomad_visa import NomadForm


class KazakhNomadForm(NomadForm):
    """Who comes for a year is insured for it; who pays more waits less."""

    is_insured: Annotated[bool, Personal("applicant")]
    insured_on: Annotated[Day, Personal("applicant")]
    speed: Annotated[Literal["ordinary", "fast"], Public()]


FORM = KazakhNomadForm
FORM_VERSION = 1

_VISA = Source("Neo Nomad visa, category B12-1", "nomad-kz", confirmed=False)


def _may_stay_anyway(facts: Facts) -> bool:
    return facts.request["passport"]["country"] in ("KG", "RU")


def _earns_enough(facts: Facts) -> bool:
    return bool(facts.request["monthly_income"]["amount"] >= 3_000_00)


TERMS = (
    Terms(
        since=date(2026, 1, 1),
        source=_VISA,
        authority="kz-migration",
        registry="kz-migration-register",
        fee=Fee(
            parts=(
                FeePart(
                    name="visa", units=Choice("speed", {"ordinary": Fraction(7), "fast": Fraction(14)}), unit="MCI"
                ),
                FeePart(name="courier", units=Fraction(1, 2), unit="MCI", when=(Is("speed", ("fast",)),)),
            ),
            source=TO_BE_CONFIRMED,
        ),
        times=Times(
            pay=Term(10, "working_days", TO_BE_CONFIRMED),
            answer=Term(10, "working_days", TO_BE_CONFIRMED),
            decide=Choice(
                "speed",
                {
                    "ordinary": Term(5, "working_days", TO_BE_CONFIRMED, after_answer="starts_anew"),
                    "fast": Term(1, "working_days", TO_BE_CONFIRMED),
                },
            ),
            served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
            appeal=Term(3, "months", TO_BE_CONFIRMED),
        ),
        appeals=AppealBody("kz-interior-ministry", TO_BE_CONFIRMED),
        four_eyes=FourEyes(are_asked=True, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("income_too_low", _VISA),
        ),
        evidence=(
            Requirement("income_statements", _VISA),
            Requirement("criminal_record", _VISA),
            Requirement(
                "insurance",
                _VISA,
                when=(Is("speed", ("fast",)),),
                not_older_than=Term(30, "calendar_days", is_moved=False),
                dated_by=("insured_on",),
            ),
        ),
        filing_limits=(
            FilingLimit(
                code="passport_ends",
                from_member=("passport", "expires_on"),
                closes=Term(3, "months"),
                effect="officer",
                source=_VISA,
            ),
        ),
        exemptions=(
            Exemption(
                "free_to_stay",
                _VISA,
                (Where("citizen_of_the_union", _may_stay_anyway),),
            ),
        ),
        checks=(
            Check(
                code="income_to_look_at",
                holds=_earns_enough,
                moments=("filing",),
                effect="warn",
                source=_VISA,
            ),
        ),
        quotas=(Quota(name="nomads", source=_VISA),),
        retention=Term(1, "years", TO_BE_CONFIRMED),
        entry_retention=Term(10, "years", TO_BE_CONFIRMED),
    ),
)

QUOTA_SIZES = {("nomads",): (QuotaSize(since=date(2026, 1, 1), until=date(2026, 12, 31), slots=500, source=_VISA),)}
'''

KYRGYZSTAN = '''
"""Kyrgyzstan: the status of a digital nomad, for 60 days and then for a year."""

from datetime import date

from domain.country import Source
from domain.days.deadlines import Term
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.fees import Fee
from domain.terms import AppealBody, Forever, FourEyes, Ground, Requirement, Terms, Times
from domain.procedures.digital_nomad_visa import NomadForm

FORM = NomadForm
FORM_VERSION = 1

_STATUS = Source("Status of a digital nomad; decided in 7 working days", "nomad-at", confirmed=True)
_LIST = Source("List of the countries whose citizens may ask", "nomad-kg", confirmed=True)

TERMS = (
    Terms(
        since=date(2025, 12, 1),
        source=_STATUS,
        authority="kg-migration",
        registry="kg-migration-register",
        fee=Fee(parts=(), source=TO_BE_CONFIRMED),
        times=Times(
            answer=Term(10, "working_days", TO_BE_CONFIRMED),
            decide=Term(7, "working_days", _STATUS),
            served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
            appeal=Term(3, "months", TO_BE_CONFIRMED),
        ),
        appeals=AppealBody("kg-migration-appeals", TO_BE_CONFIRMED),
        four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("country_not_listed", _LIST),
        ),
        evidence=(
            Requirement("contracts", _LIST),
        ),
        retention=Term(1, "years", TO_BE_CONFIRMED),
        entry_retention=Forever(TO_BE_CONFIRMED),
    ),
)
'''

WORDS = {
    "procedure": {NEW: "Visa for digital nomads"},
    "register": {"digital-nomads": "Register of digital nomads"},
    "member": {
        "applicant": "Applicant",
        "passport": "Passport",
        "passport.country": "Country",
        "passport.number": "Number of the passport",
        "passport.expires_on": "Last day of the passport",
        "occupation": "Occupation",
        "monthly_income": "Income in a month",
        "is_insured": "Insured for the whole stay",
        "insured_on": "Day of the insurance",
        "speed": "How fast it is to be decided",
    },
    "ground": {
        "income_too_low": "The income is not above 3,000 USD a month",
        "country_not_listed": "The country of the passport is not on the list",
    },
    "evidence": {
        "income_statements": "Statements of the income of six months",
        "criminal_record": "A certificate of no criminal record",
        "insurance": "The insurance",
        "contracts": "Contracts or statements of the income",
    },
    "exemption": {"free_to_stay": "Needs no visa"},
    "warning": {"income_to_look_at": "The income seems too low."},
    "office": {
        "kz-migration": "the migration office",
        "kz-migration-register": "the register of permits",
        "kg-migration": "the migration office",
        "kg-migration-register": "the register of permits",
        "kg-migration-appeals": "the office of appeals",
    },
}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree with the three files and the words, and nothing else changed."""
    folder = tmp_path_factory.mktemp("new-procedure") / "tamga"
    copied(folder)
    for place, text in {
        f"domain/procedures/{NEW}.py": PROCEDURE,
        f"domain/law/kz/{NEW}.py": KAZAKHSTAN,
        f"domain/law/kg/{NEW}.py": KYRGYZSTAN,
        f"api/messages/en/{NEW}.po": catalogue_of("en", WORDS),
    }.items():
        (folder / place).write_text(text.lstrip(), "utf-8")
    run(folder, "-m", "api.messages")
    return folder


def test_the_free_tests_hold_for_it(copy: Path) -> None:
    """Every member says whose it is, every number has its source, and an example goes through its whole life."""
    free = (
        "tests/domain/test_every_procedure.py",
        "tests/domain/test_every_country.py",
        "tests/test_messages.py",
    )
    said = checked(copy, *free)
    assert f"KZ-{NEW}" in said
    assert f"KG-{NEW}" in said


def test_a_case_of_it_is_completed_over_http_in_both_countries(copy: Path) -> None:
    """Filed, paid where there is a fee, decided by its officers, applied and receipted by its registries."""
    said = checked(copy, "tests/api/test_completed.py", "-k", "KZ or KG")
    assert said.count("PASSED") == 2


def test_its_people_are_there(copy: Path) -> None:
    people = {p["id"]: p["roles"] for p in json.loads(run(copy, "tamga.py", "people", "--json"))}
    for country in ("kz", "kg"):
        assert people[f"{country}-migration-officer-1"] == ["officer"]
        assert people[f"{country}-migration-register"] == ["registry"]
    assert not [name for name in people if name.startswith("tr-migration")]
