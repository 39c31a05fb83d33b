"""A father is entered in a birth that has none: both parents say so, he alone where the law lets him, or a court."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.checks import Check
from domain.events import As, Personal
from domain.facts import Content, Facts, Is, Request, Where
from domain.forms import (
    Form,
    Line,
    Name,
    Public,
    RepresentedKnownPerson,
    RepresentedKnownPersonOrCompany,
    RepresentedPerson,
)
from domain.lookup_keys import Key
from domain.persons import is_same, itself, parent_warnings, representative_of
from domain.procedure import Party, Procedure
from domain.procedures.birth_certificate import (
    BIRTHS,
    BirthEntry,
    EnteredChild,
    Kind,
    asked_by,
    asked_of,
    birth_key,
    named_birth,
    parents,
)
from domain.procedures.birth_correction import child_is_named_as_entered, of_the_birth
from domain.register import Change, Effect

Basis = Literal["joint_application", "fathers_application", "court"]
_OF_A_FATHER: Final = ("marriage", "marriage_ended", "joint_application", "court")


class PaternityForm(Form):
    """What every country asks. The entry is named by what it said first: the child, and the mother, null where it has
    none.

    ``basis``: by what he is the father: both apply, he alone, a decision of a court. ``surname``, ``patronymic``: what
    the child has from then on, null: what it has now.
    """

    applicant: Annotated[RepresentedKnownPersonOrCompany, Personal("applicant")]
    relation: Annotated[Literal["mother", "father", "guardian", "self", "authority", "other"], Public()]
    basis: Annotated[Basis, Public()]
    kind: Annotated[Kind, Public()] = "live"
    child: Annotated[EnteredChild, Personal("child")]
    mother: Annotated[RepresentedPerson | None, Personal("mother")]
    father: Annotated[RepresentedKnownPerson, Personal("father")]
    surname: Annotated[Name | None, Personal("child")] = Field(None, examples=[None])
    patronymic: Annotated[Name | None, Personal("child")] = Field(None, examples=[None])
    father_nationality: Annotated[Line | None, Personal("father")] = Field(None, examples=[None])


JOINTLY: Final = Is("basis", ("joint_application",))
BY_COURT: Final = Is("basis", ("court",))


def come_in_person(facts: Facts) -> bool:
    """Both parents, where they say together who the father is."""
    if facts.request["basis"] != "joint_application":
        return True
    said = (facts.request[name] for name in ("applicant", "mother", "father"))
    return all(representative_of(person) is None for person in said)


def _is_represented(facts: Facts) -> bool:
    people = (facts.request[name] for name in ("applicant", "mother", "father"))
    return any(representative_of(person) is not None for person in people)


REPRESENTED: Final = Where("represented", _is_represented)


def _mother_is_asked(request: Request) -> bool:
    is_hers = is_same(request["mother"], request["applicant"])
    return request["basis"] == "joint_application" and not is_hers


def _father_is_asked(request: Request) -> bool:
    """Unless a court has said it: nobody is made a father by what others file."""
    return request["basis"] != "court" and not is_same(request["father"], request["applicant"])


def _claims(request: Request) -> tuple[Key, ...]:
    """Parents, as the request names them, ask for one change of an entry at a time; the mother stops who is none."""
    birth, applicant = named_birth(request), request["applicant"]
    is_a_parents = any(is_same(request[parent], applicant) for parent in ("mother", "father"))
    return asked_of(birth) if is_a_parents else asked_by(applicant, birth)


def _effects(facts: Facts) -> tuple[Effect, ...]:
    """The entry of the birth has him for a father, and the child the names that follow."""
    request = facts.request

    def acknowledged(entry: Content) -> Content:
        kept = {name: entry.get(name) for name in BirthEntry.model_fields}
        told = {name: request[name] for name in ("surname", "patronymic") if request[name] is not None}
        return {
            **kept,
            "kind": entry.get("kind") or "live",
            "child": {**entry["child"], **told},
            "father": itself(request["father"]),
            "fatherhood": "court" if request["basis"] == "court" else "joint_application",
            "father_nationality": request.get("father_nationality") or entry.get("father_nationality"),
        }

    key = birth_key(named_birth(request))
    return (Change(register=BIRTHS, key=key, title="paternity", content=acknowledged),)


def _stays_the_same_birth(request: Request) -> bool:
    """Where no mother is known, or only her name, the entry is found by the child's: a new surname hides it."""
    birth = named_birth(request)
    names = {"surname": request["surname"] or birth["child"]["surname"]}
    return birth_key({**birth, "child": {**birth["child"], **names}}) == birth_key(birth)


def _has_no_father(facts: Facts) -> bool:
    """Whom the mother named, with no more than her word, gives way; of an old entry nobody knows by what he is one."""
    entry = facts.entries["birth"]
    if entry is None or facts.request["basis"] == "court":
        return True
    is_one = entry.content.get("fatherhood") in _OF_A_FATHER
    is_another = entry.content.get("fatherhood") is None and entry.content["father"] is not None
    return not is_one and not is_another


def _warnings(request: Request) -> tuple[str, ...]:
    said = []
    relation = request["relation"]
    if relation in ("mother", "father") and not is_same(request[relation], request["applicant"]):
        said.append("applicant_is_not_that_parent")
    if is_same(request["mother"], request["father"]):
        said.append("mother_and_father_are_one")
    if not _stays_the_same_birth(request):
        said.append("found_by_the_former_name")
    if request["basis"] == "joint_application" and request["mother"] is None:
        said.append("joint_without_a_mother")
    return (*said, *parent_warnings("father", request["father"], request["child"]["born_on"]))


def by_proxy(source: Any) -> Check:
    """Who judges hears where one of both parents has somebody act for them."""
    return Check(
        code="joint_application_by_proxy",
        holds=come_in_person,
        moments=("filing",),
        effect="warn",
        source=source,
    )


_ACT: Final[tuple[As, ...]] = ("guardian", "mandate")
PROCEDURE = Procedure(
    name="paternity_acknowledgement",
    form=PaternityForm,
    parties=(
        Party(
            role="applicant",
            member="applicant",
            is_applicant=True,
            acts_by=("head", "clerk", "parent", *_ACT),
        ),
        *parents(_mother_is_asked, _father_is_asked),
        Party(role="child", member="child"),
    ),
    registers=(BIRTHS,),
    claims=_claims,
    effects=_effects,
    checks=(
        of_the_birth("has_a_father", _has_no_father),
        of_the_birth("child_differs", child_is_named_as_entered),
    ),
    warnings=_warnings,
    warned=(
        "applicant_is_not_that_parent",
        "mother_and_father_are_one",
        "found_by_the_former_name",
        "joint_without_a_mother",
    ),
)
