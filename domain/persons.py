"""Who the people in a form are: what recognises them, how others see their names, what an officer is told.

People are here as JSON values (``forms.Person``, ``forms.AnyPerson``, a child), None where nobody is named; so
are companies (``forms.Company``), which can be parties beside them.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal, TypeGuard

from domain.countries import countries
from domain.country import Majority
from domain.names import document_number, likeness

Person = Mapping[str, Any]

# Told to the officer as code:role ("one_name:buyer"); never a reason to refuse by itself.
WARNINGS: Final = (
    "one_name",
    "known_by_name_only",
    "cannot_sign_in",
    "birth_day_unknown",
    "acts_by_paper",
    "register_says_otherwise",
    "parent_too_young",
    "not_of_age",
    "is_a_minor",
    "born_long_ago",
    "name_differs",
)

# The members by which a person, or a company, is seen to be named somewhere.
_PERSON: Final = frozenset({"surname", "given_names", "personal_number"})
_COMPANY: Final = frozenset({"name", "country", "number"})
_NUMBER: Final = frozenset({"country", "number"})  # of a person whose name stands elsewhere

# No law: a parent who was younger at the birth is a mistake in some day, or needs an officer's look.
PARENT_YEARS = 10
# Nor is this: hardly anybody grew older than that.
OLDEST_YEARS = 120


def key_of(person: Person | None) -> tuple[str | int, ...] | None:
    """What the keyed id of this human or company is derived from (formats.md, derived ids); None: known by name
    only.

    By the number, or by the document where there is none: two kinds of ids, which never meet. A human who
    got a number later is somebody else by then: only an officer can say that they are one.
    """
    if person is None:
        return None
    if "name" in person:
        return ("company", 1, person["country"], person["number"])
    if number := person.get("personal_number"):
        return ("person", 1, number["country"], number["number"])
    if document := person.get("document"):
        return ("document", 1, document["kind"], document["country"], document_number(document["number"]))
    return None


def is_company(party: Person | None) -> TypeGuard[Person]:
    """Whether a company is named there, and no human."""
    return party is not None and "name" in party


def representative_of(party: Person | None) -> Person | None:
    """Who acts for this party (``forms.ActsBy``), None for nobody but itself."""
    return party.get("acts_by") if party else None


def acts_by_mandate(party: Person | None) -> bool:
    """Whether somebody acts for this party by a mandate."""
    representative = representative_of(party)
    return representative is not None and representative["as"] == "mandate"


def itself(party: Person) -> dict[str, Any]:
    """The party without whoever acts for it, as a register holds it."""
    return {name: value for name, value in party.items() if name != "acts_by"}


def people_in(content: Any) -> Iterator[Person]:
    """Everybody, humans and companies, whom this content of an entry names, at whatever depth; JSON values."""
    if isinstance(content, dict):
        if content.keys() >= _PERSON or content.keys() >= _COMPANY:
            yield content
        elif content.keys() == _NUMBER:
            yield {"personal_number": content}
        inner: Iterable[Any] = content.values()
    else:
        inner = content if isinstance(content, list | tuple) else ()
    for value in inner:
        if isinstance(value, dict | list | tuple):  # most are texts
            yield from people_in(value)


def keys_in(content: Any) -> Iterator[tuple[str | int, ...]]:
    """What each of them is recognised by, of those who can be."""
    return (key for person in people_in(content) if (key := key_of(person)))


def whose(content: Any) -> list[Any]:
    """Who is where in it: two who change places are others there, and whoever has no number is who they are called."""
    return [key_of(person) or person for person in people_in(content)]


def is_same(one: Person | None, other: Person | None) -> bool:
    """Whether both are known to be one human, or one company; two people known by name only never are."""
    key = key_of(one)
    return key is not None and key == key_of(other)


def name_of(person: Person) -> dict[str, str]:
    """The name as others see it: of one name only, that part alone; of a company its name."""
    if is_company(person):
        return {"name": person["name"]}
    return {part: person[part] for part in ("surname", "given_names") if person[part] is not None}


def days_of(born_on: str | None) -> tuple[date, date] | None:
    """The first and the last day that a ``forms.DayOrPart`` may mean; None where nothing is known."""
    if born_on is None:
        return None
    year, month, day = (*map(int, born_on.split("-")), 0, 0)[:3]
    ends = month or 12
    return date(year, month or 1, day or 1), date(year, ends, day or monthrange(year, ends)[1])


def reads_alike(one: Person, other: Person) -> bool:
    """Whether two descriptions of one human or company may both be right: names that are alike, in whatever script, and
    birth days that do not contradict each other.
    """
    if all(one.get(part) == other.get(part) for part in ("name", "surname", "given_names", "born_on")):
        return True  # as most are
    names = [" ".join(name_of(each).values()) for each in (one, other)]
    born = [each.get("born_on") or "" for each in (one, other)]
    length = min(map(len, born))
    return born[0][:length] == born[1][:length] and are_alike(*names)


def are_alike(one: str, other: str) -> bool:
    """Whether two names may be one, in whatever script and spelling."""
    return one == other or not likeness(one).isdisjoint(likeness(other))


def warnings(
    role: str, person: Person | None, *, acts: bool, shown: Literal["yes", "no", "otherwise"] = "no"
) -> Iterator[str]:
    """Codes for the officer about one person of a case, with the role ("one_name:buyer"); never a refusal.

    ``acts``: they file or consent, so somebody judges whether they are of age, and they have to sign in, or who acts
    for them has to. ``shown``: whether a register says of who acts for them that they may; or says otherwise.
    """
    if person is None:
        return
    representative = representative_of(person)
    if representative is not None:
        yield from _of_the_representative(role, representative, shown)
        acts = False
    if is_company(person):
        return
    if person["surname"] is None or person["given_names"] is None:
        yield f"one_name:{role}"
    if "personal_number" not in person:
        return  # a child, who has none yet
    if key_of(person) is None:
        yield f"known_by_name_only:{role}"
    if acts and _has_no_number_of_a_member(person):
        yield f"cannot_sign_in:{role}"
    if acts and (person["born_on"] is None or len(person["born_on"]) < len("1980-05-17")):
        yield f"birth_day_unknown:{role}"


def _of_the_representative(role: str, representative: Person, shown: str) -> Iterator[str]:
    if shown != "yes":
        yield f"acts_by_paper:{role}"
    if shown == "otherwise":
        yield f"register_says_otherwise:{role}"
    if _has_no_number_of_a_member(representative["person"]):
        yield f"cannot_sign_in:{role}"


def _has_no_number_of_a_member(person: Person) -> bool:
    number = person["personal_number"]
    return number is None or number["country"] not in countries()


def age_warnings(  # noqa: PLR0913 - who, when, by which law, and why it is looked at
    role: str, person: Person | None, day: date, majority: Majority, *, acts: bool, minds_age: bool = False
) -> Iterator[str]:
    """Whether by the birth day that is given somebody is too young to act by themselves on that legal day, a minor
    although they do not, where that counts (``minds_age``), or too old to be true; never a refusal.
    """
    born_on = person.get("born_on") if person else None
    if born_on and majority.years < day.year - int(born_on[:4]) <= OLDEST_YEARS:
        return  # whatever day of that year it was
    born = days_of(born_on)
    if born is None:
        return
    acts = acts and representative_of(person) is None
    if (acts or minds_age) and not majority.is_reached(born[0], day):
        yield f"not_of_age:{role}" if acts else f"is_a_minor:{role}"
    if day.year - born[1].year > OLDEST_YEARS:
        yield f"born_long_ago:{role}"


def name_warnings(role: str, company: Person, names: tuple[str, ...]) -> Iterator[str]:
    """Whether the register knows the company with this number under names of which none is like this one."""
    if names and not any(are_alike(company["name"], name) for name in names):
        yield f"name_differs:{role}"


def parent_warnings(role: str, parent: Person | None, child_born_on: str) -> Iterator[str]:
    """Whether the parent was old enough at the birth, as far as that can be told; never a refusal."""
    if parent is None:
        return
    born, child = days_of(parent["born_on"]), date.fromisoformat(child_born_on)
    if born is None or _is_old_enough(born[0], child) != _is_old_enough(born[1], child):
        yield f"birth_day_unknown:{role}"
    elif not _is_old_enough(born[0], child):
        yield f"parent_too_young:{role}"


def _is_old_enough(parent: date, child: date) -> bool:
    return (child.year - parent.year, (child.month, child.day)) >= (PARENT_YEARS, (parent.month, parent.day))
