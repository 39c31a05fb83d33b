"""A birth is registered once, and the certificate follows from the entry; a late birth is always taken."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from domain.events import Personal
from domain.forms import CountryCode, Day, Form, Line, Name, Person, Public, Sex, Value
from domain.procedure import Key, Party, Procedure, Register, Request, claim_key, entry_key


class MedicalCertificate(Value):
    """The hospital's certificate of the birth."""

    issuer: Line
    number: Annotated[str, Field(pattern=r"^[0-9A-Z-]{3,30}$")]
    issued_on: Day


class Place(Value):
    """Where the child was born."""

    country: CountryCode
    city: Line
    facility: Line | None = None


class Child(Value):
    """The child; ``order`` is the order in the delivery, 1 for a single birth."""

    surname: Name
    given_names: Name
    sex: Sex
    born_on: Day
    born_at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None  # local time
    place: Place
    order: Annotated[int, Field(ge=1, le=12)] = 1


class BirthForm(Form):
    """What every country asks about a birth. Nobody is asked to invent a mother or a father: null is an answer."""

    applicant: Annotated[Person, Personal("applicant")]
    relation: Annotated[Literal["mother", "father", "relative", "guardian"], Public()]
    child: Annotated[Child, Personal("child")]
    mother: Annotated[Person | None, Personal("mother")]
    mother_unknown_because: Annotated[Line | None, Personal("case")] = None
    father: Annotated[Person | None, Personal("father")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("child")]


class BirthEntry(Form):
    """The content of a birth entry."""

    child: Annotated[Child, Personal("entry")]
    mother: Annotated[Person | None, Personal("entry")]
    father: Annotated[Person | None, Personal("entry")]
    medical_certificate: Annotated[MedicalCertificate | None, Personal("entry")]


def _identity(request: Request) -> tuple[str, ...]:
    """One birth, one key: the certificate and the order in the delivery; told by mouth, the mother, day and order."""
    child, certificate = request["child"], request["medical_certificate"]
    order = str(child["order"])
    if certificate is not None:
        return ("medical_certificate", certificate["issuer"], certificate["number"], order)
    if request["mother"] is not None:
        number = request["mother"]["personal_number"]
        return ("oral_statement", number["country"], number["number"], child["born_on"], order)
    return ("mother_unknown", child["surname"], child["given_names"], child["born_on"], order)


def _claims(request: Request) -> tuple[Key, ...]:
    return (claim_key("birth", *_identity(request)),)


def _entry(request: Request) -> Key:
    return entry_key("births", *_identity(request))


def _registered(request: Request, _content: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: request[name] for name in ("child", "mother", "father", "medical_certificate")}


def _warnings(request: Request) -> tuple[str, ...]:
    said = []
    if request["mother"] is None:
        said.append(
            "mother_unknown" if request["mother_unknown_because"] else "mother_missing_without_reason"
        )
    if request["medical_certificate"] is None:
        said.append("told_by_mouth")
    return tuple(said)


PROCEDURE = Procedure(
    name="birth_certificate",
    title={"en": "Birth registration and certificate", "tr": "Doğum tescili ve belgesi"},
    form=BirthForm,
    parties=(
        Party(role="applicant", member="applicant", is_applicant=True),
        Party(role="mother", member="mother"),
        Party(role="father", member="father"),
        Party(role="child", member="child"),
    ),
    register=Register(
        name="births",
        title={"en": "Birth register"},
        content=BirthEntry,
        content_version=1,
        key=_entry,
        claims=_claims,
    ),
    claims=_claims,
    entry=_entry,
    effect=_registered,
    change="registration",
    creates=True,
    settles=True,
    warnings=_warnings,
)
