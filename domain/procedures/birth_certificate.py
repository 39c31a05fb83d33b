"""A birth is registered once, and the certificate follows from the entry; a late birth is always taken."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from domain.countries import countries
from domain.events import Personal
from domain.facts import Content, Facts, Request
from domain.forms import (
    AnyPerson,
    CountryCode,
    Day,
    DocumentKind,
    Form,
    Line,
    Named,
    Person,
    PersonalNumber,
    Public,
    Sex,
    Value,
)
from domain.key_kinds import (
    KeyKind,
    country,
    day,
    hard,
    in_form,
    number_of_a_document,
    number_of_a_person,
    spelt,
)
from domain.names import normal_form, plainly
from domain.parentage import child_of, claim_of
from domain.persons import is_same, key_of, name_of, parent_warnings
from domain.procedure import Create, Effect, Key, Party, Procedure, Register, claim_key, entry_key
from domain.refusals import WrongValue

CERTIFICATE_NUMBER: Final = "[0-9A-Z-]{3,30}"


class MedicalCertificate(Value):
    """The hospital's certificate of the birth."""

    issuer: Line
    number: Annotated[str, Field(pattern=rf"^{CERTIFICATE_NUMBER}$")]
    issued_on: Day


class Place(Value):
    """Where the child was born."""

    country: CountryCode
    city: Line
    facility: Line | None = None


class Child(Named):
    """The child; ``order`` is the order in the delivery, 1 for a single birth."""

    sex: Sex
    born_on: Day
    born_at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None  # local time
    place: Place
    order: Annotated[int, Field(ge=1, le=12)] = 1


class BirthForm(Form):
    """What every country asks about a birth. Nobody has to invent a mother or a father: null is an answer."""

    applicant: Annotated[Person, Personal("applicant")]
    relation: Annotated[Literal["mother", "father", "relative", "guardian"], Public()]
    child: Annotated[Child, Personal("child")]
    mother: Annotated[AnyPerson | None, Personal("mother")]
    mother_unknown_because: Annotated[Line | None, Personal("case")] = None
    father: Annotated[AnyPerson | None, Personal("father")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("child")]
    child_number: Annotated[PersonalNumber | None, Personal("child"), Field(examples=[None])] = None


class FirstBirthEntry(Form):
    """The first content of a birth entry: nobody could be found by their own birth."""

    child: Annotated[Child, Personal("entry")]
    mother: Annotated[AnyPerson | None, Personal("entry")]
    father: Annotated[AnyPerson | None, Personal("entry")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("entry")]


class BirthEntry(Form):
    """The content of a birth entry; ``child_number`` is null as long as nobody told the register."""

    child: Annotated[Child, Personal("entry")]
    mother: Annotated[AnyPerson | None, Personal("entry")]
    father: Annotated[AnyPerson | None, Personal("entry")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("entry")]
    child_number: Annotated[PersonalNumber | None, Personal("entry"), Field(examples=[None])] = None


def _certificate(request: Request) -> tuple[str, ...] | None:
    """The hospital, the certificate's number, the order in the delivery (rules.md 26); or None: by mouth."""
    child, certificate = request["child"], request["medical_certificate"]
    if certificate is None:
        return None
    # How a hospital is written follows the language of the country where it stands.
    there = countries().get(child["place"]["country"])
    issuer = normal_form(certificate["issuer"], there.spelling if there else plainly)
    return ("medical_certificate", issuer, certificate["number"], str(child["order"]))


def _delivery(request: Request) -> tuple[str, ...]:
    """The mother, the day and the order; where no number or document tells who she is, names do.

    One name is the same name in either member.
    """
    child, mother = request["child"], request["mother"]
    born = (child["born_on"], str(child["order"]))
    match key_of(mother):
        case ("person", _, *number):
            return ("delivery", *map(str, number), *born)
        case ("document", _, *document):
            return ("delivery_by_document", *map(str, document), *born)
    there = countries().get(child["place"]["country"])
    spelling = there.spelling if there else plainly
    names = (normal_form(name, spelling) for name in name_of(child).values())
    if mother is None:
        return ("mother_unknown", *names, *born)
    return ("mother_by_name", normal_form(" ".join(name_of(mother).values()), spelling), *names, *born)


def _keys(request: Request) -> list[tuple[str, ...]]:
    """Both: a birth that is filed with its certificate is not told by mouth a second time."""
    certificate, known_mother = _certificate(request), key_of(request["mother"]) is not None
    keys = [certificate] if certificate else []
    if known_mother or not certificate:
        keys.append(_delivery(request))
    return keys


def _claims(request: Request) -> tuple[Key, ...]:
    """Of a delivery there is one entry, and of whose number is known, too."""
    return (*(claim_key("birth", *key) for key in _keys(request)), *claim_of(request))


def _entry(request: Request) -> Key:
    return entry_key("births", *_keys(request)[0])


def _found_by(content: Content) -> tuple[Key, ...]:
    keys = (entry_key("births", *key) for key in _keys(content))
    child = child_of(content)
    return (*keys, *((entry_key("births", "child", child),) if child else ()))


def _document_kind(text: str) -> str:
    known = get_args(DocumentKind)
    if text not in known:
        raise WrongValue("not_in_list", known=known)
    return text


def _effects(facts: Facts) -> tuple[Effect, ...]:
    request = facts.request
    registered = Create(
        register=BIRTHS,
        key=_entry(request),
        title="registration",
        content={
            **{name: request[name] for name in ("child", "mother", "father", "medical_certificate")},
            "child_number": request.get("child_number"),
        },
        settles=_claims(request),
    )
    return (registered,)


def _warnings(request: Request) -> tuple[str, ...]:
    said = []
    if request["mother"] is None:
        known = request["mother_unknown_because"]
        said.append("mother_unknown" if known else "mother_missing_without_reason")
    if request["medical_certificate"] is None:
        said.append("told_by_mouth")
    relation = request["relation"]
    if relation in ("mother", "father") and not is_same(request[relation], request["applicant"]):
        said.append("applicant_is_not_that_parent")
    if is_same(request["mother"], request["father"]):
        said.append("mother_and_father_are_one")
    for parent in ("mother", "father"):
        said.extend(parent_warnings(parent, request[parent], request["child"]["born_on"]))
    return tuple(said)


_ORDER = hard("order", in_form("[1-9]|1[0-2]"))
_CHILD = (spelt("child_name"), spelt("child_other_name", is_optional=True), day("born_on"), _ORDER)
BIRTHS = Register(
    name="births",
    content=BirthEntry,
    content_version=2,
    former={1: FirstBirthEntry},
    key=_entry,
    claims=_claims,
    kinds=(
        KeyKind(
            "medical_certificate", (spelt("issuer"), hard("number", in_form(CERTIFICATE_NUMBER)), _ORDER)
        ),
        KeyKind(
            "delivery", (country("country"), number_of_a_person("mother_number"), day("born_on"), _ORDER)
        ),
        KeyKind(
            "delivery_by_document",
            (
                hard("document_kind", _document_kind),
                country("country"),
                number_of_a_document("document_number"),
                day("born_on"),
                _ORDER,
            ),
        ),
        KeyKind("mother_by_name", (spelt("mother_name"), *_CHILD)),
        KeyKind("mother_unknown", _CHILD),
        KeyKind("child", (country("country"), number_of_a_person("child_number")), is_of_human=True),
    ),
    found_by=_found_by,
)
PROCEDURE = Procedure(
    name="birth_certificate",
    form=BirthForm,
    parties=(
        Party(role="applicant", member="applicant", is_applicant=True),
        Party(role="mother", member="mother"),
        Party(role="father", member="father"),
        Party(role="child", member="child"),
    ),
    registers=(BIRTHS,),
    claims=_claims,
    effects=_effects,
    warnings=_warnings,
    warned=(
        "mother_unknown",
        "mother_missing_without_reason",
        "told_by_mouth",
        "applicant_is_not_that_parent",
        "mother_and_father_are_one",
    ),
)
