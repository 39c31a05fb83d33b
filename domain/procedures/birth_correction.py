"""A birth entry is to read anew, and whoever asks for it files; an office mends its own error otherwise."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from domain.checks import Check
from domain.events import As, Personal
from domain.facts import Content, Facts, Is, Request
from domain.forms import (
    AnyPerson,
    Day,
    Form,
    Line,
    Name,
    Paragraph,
    Public,
    RepresentedKnownPersonOrCompany,
    Sex,
    Value,
)
from domain.lookup_keys import Key
from domain.persons import are_alike, is_same, itself, name_of
from domain.procedure import Party, Procedure
from domain.procedures.birth_certificate import (
    BIRTHS,
    BirthEntry,
    EnteredChild,
    Kind,
    OtherSpelling,
    Place,
    asked_by,
    asked_of,
    birth_key,
    delivery_claim,
    named_birth,
    the_birth,
)
from domain.refusals import WrongValue
from domain.register import Change, Effect

Because = Literal["mistake", "copying_error", "acknowledgement", "adoption", "court"]
OfTheChild = Literal["surname", "given_names", "patronymic", "other_spelling", "born_at"]
_OF_THE_CHILD: Final = (
    "surname",
    "given_names",
    "patronymic",
    "other_spelling",
    "sex",
    "born_on",
    "born_at",
    "place",
)
_OF_THE_ENTRY: Final = ("mother_nationality", "father_nationality")


class Anew(Value):
    """How the entry is to read; null: as it reads now. What is to be struck out stands in ``struck``."""

    surname: Name | None = None
    given_names: Name | None = None
    patronymic: Name | None = None
    other_spelling: OtherSpelling | None = None
    sex: Sex | None = None
    born_on: Annotated[Day | None, Field(examples=[None])] = None
    born_at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] | None = None
    place: Place | None = None
    mother: Annotated[AnyPerson | None, Field(examples=[None])] = None
    father: AnyPerson | None = None
    mother_nationality: Line | None = None
    father_nationality: Line | None = None


class BirthCorrectionForm(Form):
    """What every country asks. The entry is named by what it said first: the child, and the mother, null where it has
    none.

    ``because``: of what the correction is: a mistake, one of copying, or what a court, an adoption, an
    acknowledgement changed. ``why``: what is wrong, in the applicant's words.
    """

    applicant: Annotated[RepresentedKnownPersonOrCompany, Personal("applicant")]
    relation: Annotated[
        Literal["mother", "father", "self", "guardian", "relative", "authority", "other"], Public()
    ]
    kind: Annotated[Kind, Public()] = "live"
    child: Annotated[EnteredChild, Personal("child")]
    mother: Annotated[AnyPerson | None, Personal("mother")]
    because: Annotated[Because, Public()]
    anew: Annotated[Anew, Personal("child")]
    struck: Annotated[list[OfTheChild], Field(max_length=5), Personal("child")] = Field(
        default_factory=list, examples=[[]]
    )
    why: Annotated[Paragraph, Personal("case")]

    @model_validator(mode="after")
    def _something_is_corrected(self) -> Self:
        asked = {name for name, value in self.anew if value is not None}
        if not asked and not self.struck:
            raise WrongValue("nothing_amended")
        if asked & {*self.struck}:
            raise WrongValue("struck_and_written")
        return self


BY_MISTAKE: Final = Is("because", ("mistake", "copying_error"))
BY_COURT: Final = Is("because", ("court",))


def corrected(entry: Content, request: Request) -> dict[str, Any]:
    """The whole content as it is to read."""
    anew, struck = request["anew"], request.get("struck") or ()
    told = {name: value for name in _OF_THE_CHILD if (value := anew[name]) is not None}
    child = {**entry["child"], **told, **dict.fromkeys(struck)}
    parents = {
        parent: itself(anew[parent]) if anew[parent] else entry[parent] for parent in ("mother", "father")
    }
    nationalities = {name: anew[name] or entry.get(name) for name in _OF_THE_ENTRY}
    kept = {name: entry.get(name) for name in BirthEntry.model_fields}
    return {
        **kept,
        "kind": entry.get("kind") or "live",
        "child": child,
        **parents,
        **nationalities,
    }


def _claims(request: Request) -> tuple[Key, ...]:
    """The mother asks for one change of an entry at a time; nobody else keeps her out. What the entry is found by from
    then on is taken when it is written.
    """
    birth, applicant = named_birth(request), request["applicant"]
    return asked_of(birth) if is_same(birth["mother"], applicant) else asked_by(applicant, birth)


def _entered_anew(birth: Content, request: Request) -> Iterator[tuple[Key, Key]]:
    """By which mother and day the entry is there once, until now and then, where that is another one."""
    anew = request["anew"]
    day = anew["born_on"] or birth["child"]["born_on"]
    names = {name: anew[name] or birth["child"][name] for name in ("surname", "given_names")}
    mother = anew["mother"] or birth["mother"]
    then = {**birth, "child": {**birth["child"], **names, "born_on": day}, "mother": mother}
    if delivery_claim(then) != delivery_claim(birth):
        yield delivery_claim(birth), delivery_claim(then)


def _effects(facts: Facts) -> tuple[Effect, ...]:
    request = facts.request
    birth = named_birth(request)
    return (
        Change(
            register=BIRTHS,
            key=birth_key(birth),
            title="correction",
            content=lambda entry: corrected(entry, request),
            settles=tuple(now for _, now in _entered_anew(birth, request)),
            frees=tuple(before for before, _ in _entered_anew(birth, request)),
        ),
    )


def _is_still_that_birth(facts: Facts) -> bool:
    """What proves the birth stays, where the mother or the day is another; else it would be another birth."""
    entry = facts.entries["birth"]
    if entry is None:
        return True
    return BIRTHS.is_of_same(entry.content, corrected(entry.content, facts.request))


def _changes_something(facts: Facts) -> bool:
    entry = facts.entries["birth"]
    if entry is None:
        return True
    now = {name: entry.content.get(name) for name in BirthEntry.model_fields}
    return corrected(entry.content, facts.request) != {**now, "kind": now["kind"] or "live"}


def _is_in_the_entry(facts: Facts) -> bool:
    """Whether the applicant is the mother, the father, or the child whose number the entry knows."""
    entry, applicant = facts.entries["birth"], facts.request["applicant"]
    if entry is None:
        return True
    content = entry.content
    born = {"personal_number": content.get("child_number")}
    return any(is_same(applicant, each) for each in (content["mother"], content["father"], born))


def child_is_named_as_entered(facts: Facts) -> bool:
    """Whether the child's name may be the one in the entry, in whatever script."""
    entry = facts.entries["birth"]
    if entry is None:
        return True
    names = (" ".join(name_of(child).values()) for child in (facts.request["child"], entry.content["child"]))
    return are_alike(*names)


def of_the_birth(code: str, holds: Any) -> Check:
    """A warning at filing of what the entry says otherwise."""
    return Check(code=code, sees=the_birth, holds=holds, moments=("filing",), effect="warn")


def _warnings(request: Request) -> tuple[str, ...]:
    relation: str = request["relation"]
    parent: Mapping[str, Any] | None = request["mother"]
    is_another = relation == "mother" and not is_same(parent, request["applicant"])
    return ("applicant_is_not_that_parent",) if is_another else ()


_ACT: Final[tuple[As, ...]] = ("head", "clerk", "parent", "guardian", "mandate")
PROCEDURE = Procedure(
    name="birth_correction",
    form=BirthCorrectionForm,
    parties=(
        Party(role="applicant", member="applicant", is_applicant=True, acts_by=_ACT),
        Party(role="mother", member="mother"),
        Party(role="child", member="child"),
    ),
    registers=(BIRTHS,),
    claims=_claims,
    effects=_effects,
    checks=(
        Check(code="another_birth", sees=the_birth, holds=_is_still_that_birth, moments=("decision",)),
        of_the_birth("reads_so_already", _changes_something),
        of_the_birth("not_in_the_entry", _is_in_the_entry),
        of_the_birth("child_differs", child_is_named_as_entered),
    ),
    warnings=_warnings,
    warned=("applicant_is_not_that_parent",),
)
