"""A made-up law with several people in one role: a company with up to fifty founders, some of them companies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any, Final, cast

from pydantic import Field

from domain.events import Personal
from domain.facts import Facts, Request
from domain.forms import Form, Line, Person, PersonOrCompany, RepresentedPersonOrCompany
from domain.lookup_keys import Key, claim_key, entry_key
from domain.offers import offers
from domain.persons import itself
from domain.procedure import Offer, Party, Procedure
from domain.procedures import procedures, registers
from domain.register import Create, Effect, Register
from domain.terms import FourEyes
from infra.development import development
from tests.examples import person, unnumbered

NAME: Final = "founding_of_the_tests"


class FoundingForm(Form):
    """Somebody files for the founders, or as one of them; a child by a parent, a company by its head."""

    applicant: Annotated[RepresentedPersonOrCompany, Personal("applicant")]
    founders: Annotated[
        list[RepresentedPersonOrCompany], Field(min_length=1, max_length=50), Personal("founder")
    ]
    witnesses: Annotated[list[Person], Field(max_length=5), Personal("witness")]
    name: Annotated[Line, Personal("case")]


class CompanyEntry(Form):
    """The content of an entry."""

    name: Annotated[Line, Personal("entry")]
    founders: Annotated[list[PersonOrCompany], Personal("entry")]


def _entry(request: Request) -> Key:
    return entry_key("companies-of-the-tests", "name", request["name"])


def _claims(request: Request) -> tuple[Key, ...]:
    return (claim_key("name_of_the_tests", request["name"]),)


COMPANIES: Final = Register(
    name="companies-of-the-tests",
    content=CompanyEntry,
    content_version=1,
    key=_entry,
    claims=_claims,
)


def _effects(facts: Facts) -> tuple[Effect, ...]:
    request = facts.request
    founded = Create(
        register=COMPANIES,
        key=_entry(request),
        title="registration",
        content={"name": request["name"], "founders": [itself(each) for each in request["founders"]]},
        settles=_claims(request),
    )
    return (founded,)


FOUNDING: Final = Procedure(
    name=NAME,
    form=FoundingForm,
    parties=(
        Party(role="founder", member="founders", consents=True, many=True, acts_by=("head", "mandate")),
        Party(role="applicant", member="applicant", is_applicant=True, acts_by=("head", "parent", "mandate")),
        Party(role="witness", member="witnesses", consents=True, many=True),
    ),
    registers=(COMPANIES,),
    claims=_claims,
    effects=_effects,
)


@contextmanager
def founding_is_offered(procedure: Procedure = FOUNDING) -> Iterator[Offer]:
    """Kazakhstan offers it, as long as a test runs, on the terms and at the office of its car sales."""
    development.residents()  # who is in office, and is found once, has nothing to do with a law that is made up
    sale = offers()["KZ", "car_sale"]
    terms = replace(
        sale.terms[-1],
        checks=(),
        evidence=(),
        fee=replace(sale.terms[-1].fee, parts=()),
        four_eyes=FourEyes(are_asked=False, source=sale.terms[-1].source),
    )
    offer = Offer(country="KZ", procedure=procedure, form=procedure.form, form_version=1, terms=(terms,))
    tables: list[tuple[dict[Any, Any], Any, Any]] = [
        (cast("dict[Any, Any]", offers()), ("KZ", NAME), offer),
        (cast("dict[Any, Any]", procedures()), NAME, procedure),
        (cast("dict[Any, Any]", registers()), procedure.registers[0].name, procedure.registers[0]),
    ]
    for table, key, value in tables:
        table[key] = value
    try:
        yield offer
    finally:
        for table, key, _ in tables:
            del table[key]


def a_company(n: int = 0, head: dict[str, Any] | None = None, as_: str = "head") -> dict[str, Any]:
    """The n-th company, as a form names it; person 900 is its head, unless said otherwise."""
    acts_by = {"as": as_, "person": head or person("KZ", 900)}
    return {"country": "KZ", "number": f"{n:012d}", "name": f"Example {n} LLP", "acts_by": acts_by}


def a_founding(
    founders: int, *, first: int = 1, witnesses: int = 0, name: str = "Тамға ЖШС"
) -> dict[str, Any]:
    """A request: person 0 files; the founders are persons ``first`` and so on, then the witnesses."""
    return {
        "applicant": person("KZ", 0),
        "founders": [person("KZ", first + n) for n in range(founders)],
        "witnesses": [person("KZ", first + founders + n) for n in range(witnesses)],
        "name": name,
    }


FIRST_COMPANY: Final = 43  # the 44th founder and those behind are companies
FOREIGNER: Final = unnumbered(77)


def fifty_founders(applicant: dict[str, Any], people: list[dict[str, Any]]) -> dict[str, Any]:
    """A request of fifty founders, of whom the last seven are companies; ``people`` are 43 founders and four heads.

    The first head has two companies; the head of the third is the first founder; that of the seventh has no number.
    """
    founders, heads = people[:FIRST_COMPANY], people[FIRST_COMPANY:]
    of_companies = (heads[0], heads[0], founders[0], *heads[1:4], FOREIGNER)
    companies = [a_company(n, head) for n, head in enumerate(of_companies, start=1)]
    return {
        "applicant": applicant,
        "founders": [*founders, *companies],
        "witnesses": [],
        "name": "Елу құрылтайшы ЖШС",
    }
