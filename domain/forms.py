"""Value types of which request forms and register contents are written; strict, frozen, with bounds, no law.

Each member of a form or content says whether it is ``Public`` or ``Personal`` and whose.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from domain.countries import countries
from domain.currencies import CURRENCIES
from domain.events import Personal
from domain.names import check, document_number, shows
from domain.refusals import WrongValue

MAX_SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Public:
    """Marks a member as public, in clear in the signed event: codes, amounts, dates of law, countries."""


_TURNS_TEXT: Final = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)  # it reads otherwise then


def normal(text: str) -> str:
    """The text itself; WrongValue when it is not in NFC (what is signed stays so) or holds controls."""
    if not unicodedata.is_normalized("NFC", text):
        raise WrongValue("text_not_composed")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c != "\n" for c in text):
        raise WrongValue("control_character")
    return text


def _said(text: str) -> str:
    """Something that can be read, and in the order in which it stands."""
    if not shows(normal(text)):
        raise WrongValue("missing")
    if any(character in _TURNS_TEXT for character in text):
        raise WrongValue("control_character")
    return text


def _trimmed(text: str) -> str:
    if text.isascii() and text.isprintable() and text[:1] > " " and text[-1] > " ":
        return text  # as most are: all of it is seen
    check(text)  # one line, nothing invisible: it may become part of a key
    if text != text.strip():
        raise WrongValue("space_around")
    if not shows(text):
        raise WrongValue("missing")
    return text


_FIRST_YEAR, _LAST_YEAR = 1800, 3000


def _day(text: str) -> str:
    # A date stays a string: the very characters that the person sent are what is signed.
    _is_in_the_calendar(text)
    return text


def _day_or_part(text: str) -> str:
    _is_in_the_calendar((text + "-01-01")[: len("1980-05-17")])
    return text


def _is_in_the_calendar(text: str) -> None:
    """Of the centuries of which anybody reckons days: before and after them there is no deadline either."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise WrongValue("no_such_day") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise WrongValue("no_such_day")


def _number_of_a_document(text: str) -> str:
    if not document_number(_trimmed(text)):
        raise WrongValue("no_letter_or_digit")
    return text


def _currency(code: str) -> str:
    if code not in CURRENCIES:
        raise WrongValue("unknown_currency")
    return code


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_trimmed)]
Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_trimmed)]
Paragraph = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_said)]
Day = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"}),
    AfterValidator(_day),
]
DayOrPart = Annotated[str, Field(pattern=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"), AfterValidator(_day_or_part)]
"""A day, its month ("1980-05") or its year ("1980"): as much as is known."""
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$"), AfterValidator(_currency)]
MinorUnits = Annotated[int, Field(ge=0, le=MAX_SAFE_INTEGER)]


class Value(BaseModel):
    """A part of a form: unknown members are refused, types are exact, nothing changes after."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PersonalNumber(Value):
    """The number that a country gives a person; its normal form is checked by that country's rule."""

    country: CountryCode
    number: Annotated[str, Field(pattern=r"^[0-9A-Z]{5,20}$")]

    @model_validator(mode="after")
    def _is_normal(self) -> Self:
        known = countries().get(self.country)
        if known is not None and known.person_number.normal_form(self.number) != self.number:
            raise WrongValue("number_not_normal", number=known.person_number.name)
        return self


DocumentKind = Literal[
    "passport",
    "identity_card",
    "residence_permit",
    "refugee_document",
    "stateless_document",
    "birth_certificate",
    "other",
]


class Document(Value):
    """A paper that says who a person is, for those without a number; ``number`` as the paper shows it."""

    kind: DocumentKind
    country: CountryCode  # of the authority that issued it
    number: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_number_of_a_document)]


class Named(Value):
    """Somebody with a name: people with one name only have it in either member, and null in the other."""

    surname: Name | None
    given_names: Name | None

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.surname is None and self.given_names is None:
            raise WrongValue("no_name")
        return self


class AnyPerson(Named):
    """A person as a form names them, also a child, or somebody of whom no number and no paper is known.

    Names are never split on spaces, a patronymic is optional everywhere. ``born_on`` is null where nobody
    knows it; ``document`` stands where there is no ``personal_number``, never beside one.
    """

    patronymic: Name | None = None
    born_on: DayOrPart | None
    personal_number: PersonalNumber | None
    document: Document | None = None

    @model_validator(mode="after")
    def _is_known_by_one(self) -> Self:
        if self.personal_number is not None and self.document is not None:
            raise WrongValue("number_and_document")
        return self


class Person(AnyPerson):
    """A person who is known by a personal number, or else by a document: whoever files, sells, owns."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.personal_number is None and self.document is None:
            raise WrongValue("no_number_or_document")
        return self


CompanyNumber = Annotated[str, Field(pattern=r"^[0-9A-Z][0-9A-Z/-]{0,29}$")]


class Company(Value):
    """A company as a party: known by the number under which the country's register has it, as written there."""

    country: CountryCode
    number: CompanyNumber
    name: Line


class ActsBy(Value):
    """Who acts for a party, and as what: as the request says, which an officer accepts by approving."""

    model_config = ConfigDict(serialize_by_alias=True)

    as_: Annotated[Literal["head", "clerk", "parent", "guardian", "mandate"], Field(alias="as")]
    person: Person


class RepresentedPerson(AnyPerson):
    """A person for whom somebody else may act: a child, an adult under guardianship, who gave a mandate."""

    acts_by: ActsBy | None = None


class RepresentedKnownPerson(Person):
    """The same, where the person is known by a number or a document: whoever sells and buys."""

    acts_by: ActsBy | None = None


class RepresentedCompany(Company):
    """A company that files or consents: a human acts for it, who is named where the register of companies does not have
    them as its head.
    """

    acts_by: ActsBy | None = None


def _kind(named: Any) -> str:
    """A company is known by its name, which no human has in one piece: whoever is named wrongly hears of that alone."""
    is_company = "name" in named if isinstance(named, Mapping) else isinstance(named, Company)
    return "<company>" if is_company else "<person>"


PersonOrCompany = Annotated[
    Annotated[Person, Tag("<person>")] | Annotated[Company, Tag("<company>")], Discriminator(_kind)
]
RepresentedPersonOrCompany = Annotated[
    Annotated[RepresentedPerson, Tag("<person>")] | Annotated[RepresentedCompany, Tag("<company>")],
    Discriminator(_kind),
]

RepresentedKnownPersonOrCompany = Annotated[
    Annotated[RepresentedKnownPerson, Tag("<person>")] | Annotated[RepresentedCompany, Tag("<company>")],
    Discriminator(_kind),
]


class Money(Value):
    """Integer minor units beside an ISO 4217 currency."""

    amount: MinorUnits
    currency: Currency


class Form(Value):
    """The content of a request or of an entry: every member is public or personal."""


@cache
def owners_of(form: type[Form]) -> Mapping[str, str]:
    """Personal member -> whose it is, for a form or a content; members that are missing here are public."""
    owners = {}
    for name, field in form.model_fields.items():
        marks = [m for m in field.metadata if isinstance(m, Personal | Public)]
        if len(marks) != 1:
            msg = f"{form.__name__}.{name} must be marked Public or Personal, once"
            raise TypeError(msg)
        if isinstance(marks[0], Personal):
            owners[name] = marks[0].whose
    return owners


@cache
def may_be_acted_for(form: type[Form], member: str) -> bool:
    """Whether the form lets the member (a party, or a list of them) name who acts for it."""
    field = form.model_fields.get(member)  # a former form lacks it
    return field is not None and any("acts_by" in kind.model_fields for kind in _values_in(field.annotation))


def _values_in(hint: Any) -> Iterator[type[Value]]:
    """The value types in a hint, without ``Annotated``, ``list`` and ``|`` around them."""
    if isinstance(hint, type) and issubclass(hint, Value):
        yield hint
    for each in get_args(hint):
        yield from _values_in(each)


def plain(form: Form) -> dict[str, Any]:
    """The form as JSON values; absent optional members are nulls, so that counts tell nothing."""
    return form.model_dump(mode="json")


Sex = Literal["female", "male", "undetermined"]
