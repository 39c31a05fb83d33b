"""What the office of a country's hospitals told of a birth, in one stream for one certificate; and how a request stands
to it.

A notice is no case and no entry: it is there before anybody declares the birth, and proves that somebody was born.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from domain.events import ERASED, BirthNotified, Recorded
from domain.facts import Content, Request
from domain.persons import is_same, key_of, reads_alike

NOTIFIED: Final = "notified"
NOT_NOTIFIED: Final = "not_notified"
DIFFERS: Final = "notice_differs"
# Told to who judges, as it stands when they look; never a reason to refuse by itself, and in no event: parties read
# those, and a stranger would learn from them whom a notice names.
TOLD: Final = (NOTIFIED, NOT_NOTIFIED, DIFFERS)


class BirthNotice(NamedTuple):
    """A notice as its events tell it; JSON values only. ``said``: what the newest statement says; None once erased."""

    notice: str
    country: str
    version: int
    kind: str
    said: Mapping[str, Any] | None
    told_at: str


def evolve(_before: BirthNotice | None, recorded: Recorded) -> BirthNotice:
    """The notice after the event: what is told anew counts whole."""
    event = recorded.event
    if not isinstance(event, BirthNotified):
        raise TypeError(f"a notice does not have {recorded.type}")
    said = None if event.said is ERASED else event.said
    return BirthNotice(
        notice=recorded.stream,
        country=recorded.country,
        version=recorded.seq,
        kind=event.kind,
        said=said,
        told_at=recorded.time,
    )


def proves(request: Request, said: Content) -> bool:
    """Whether it stands for the hospital's paper: a parent files, and the notice names them, or the mother whom they
    name. Of a notice that names another mother, and of one that others ask for, nobody learns that it is there.
    """
    mother = said["mother"]
    is_hers = is_same(mother, request["mother"])
    is_a_parents = any(is_same(request[parent], request["applicant"]) for parent in ("mother", "father"))
    return is_hers and is_a_parents


def differs(request: Request, said: Content) -> tuple[str, ...]:
    """In what the request says something else than the notice that it names, by codes."""
    return tuple(_differs(request, said))


def _differs(request: Request, said: Content) -> Iterator[str]:
    child, born = request["child"], said["child"]
    if not _is_the_mother(request["mother"], said["mother"]):
        yield "mother"
    yield from (member for member in ("born_on", "sex") if child[member] != born[member])
    if (request.get("kind") or "live") != said["kind"]:
        yield "kind"
    declaration = said["declaration"]
    if declaration is not None and not reads_alike(_named(child), _named(declaration)):
        yield "names"


def _named(child: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"surname": child["surname"], "given_names": child["given_names"]}


def _is_the_mother(declared: Mapping[str, Any] | None, told: Mapping[str, Any] | None) -> bool:
    """By the number or the paper where both have one; else by what is said: a hospital may know a name alone."""
    if declared is None or told is None:
        return declared is None and told is None
    if key_of(declared) and key_of(told):
        return is_same(declared, told)
    return reads_alike(declared, told)


STATEMENT: Final = "/statement"  # where what the hospitals signed stands in what was sent
# Where a member of what was declared stands in the statement: the longest that fits.
STATED_AS: Final[Mapping[str, str]] = {
    "applicant": "declaration/hospital",
    "child": "child",
    "child/surname": "declaration/surname",
    "child/given_names": "declaration/given_names",
    "child/patronymic": "declaration/patronymic",
    "child/other_spelling": "declaration/other_spelling",
    "child/order": "order",
    "father": "declaration/father",
    "fatherhood": "declaration/fatherhood",
    "kind": "kind",
    "marriage_ended_on": "declaration/marriage_ended_on",
    "medical_certificate": "",
    "mother": "mother",
}


def stated_as(pointer: str) -> str:
    """Where in the statement that is said which the request has there ("/child/surname"); "" is all of it."""
    path, rest = pointer.removeprefix("/"), ""
    while path and path not in STATED_AS:
        path, _, last = path.rpartition("/")
        rest = f"/{last}{rest}"
    found = STATED_AS.get(path, "")
    return f"/{found}{rest}" if found else rest if path else ""


def declared(said: Content) -> dict[str, Any] | None:
    """The request that the parents declared to the hospital, in the members that every country's form has; None: they
    declared nothing there.
    """
    declaration = said["declaration"]
    if declaration is None:
        return None
    born, certificate = said["child"], ("issuer", "city", "number", "issued_on")
    names = ("surname", "given_names", "patronymic", "other_spelling")
    return {
        "applicant": {**declaration["hospital"], "acts_by": None},
        "relation": "medical_organisation",
        "kind": said["kind"],
        "child": {**{name: declaration[name] for name in names}, **born, "order": said["order"]},
        "mother": said["mother"],
        "father": declaration["father"],
        "fatherhood": declaration["fatherhood"],
        "marriage_ended_on": declaration["marriage_ended_on"],
        "medical_certificate": {name: said[name] for name in certificate},
    }
