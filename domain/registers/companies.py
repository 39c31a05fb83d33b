"""The companies of a country: number, names, who heads each and may act for it, whether it is struck off."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from domain.entry import Entry, Status
from domain.events import Personal
from domain.facts import Content
from domain.forms import CompanyNumber, Day, Form, Line, Person, Public, Value
from domain.persons import key_of
from domain.procedure import Key, Register, entry_key
from domain.refusals import WrongValue


class Head(Value):
    """Who heads a company, and whether they may act for it alone, or only together with another head."""

    person: Person
    may_act: Literal["alone", "jointly"]
    since: Day
    until: Day | None = None  # the last day

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.until is not None and self.until < self.since:
            raise WrongValue("ends_before_it_begins")
        return self


class CompanyEntry(Form):
    """The content of a company's entry; ``names``: as it is called now, and in other languages or shorter."""

    number: Annotated[CompanyNumber, Personal("entry")]
    names: Annotated[list[Line], Field(min_length=1, max_length=10), Personal("entry")]
    heads: Annotated[list[Head], Field(max_length=50), Personal("entry")]
    struck_off_on: Annotated[Day | None, Public()] = None


def company_key(number: str) -> Key:
    """The key of the company with this number of the country's register."""
    return entry_key("companies", "number", number)


def _key(content: Content) -> Key:
    return company_key(content["number"])


REGISTER: Final = Register(name="companies", content=CompanyEntry, content_version=1, key=_key)


class Heads(NamedTuple):
    """Who may act for a company on a day, by what its ``entry`` says: the keyed ids of those who may alone."""

    entry: str
    alone: frozenset[str]
    is_struck_off: bool


def heads_on(entry: Entry, day: date, id_of: Callable[[tuple[str | int, ...]], str]) -> Heads:
    """Who may act for the company on this legal day; ``id_of`` derives a keyed id from what ``key_of`` gives.

    Who may only act together with another head is not among them: that takes a paper, which an officer judges.
    """
    struck_off_on = entry.content["struck_off_on"]
    is_over = struck_off_on is not None and struck_off_on <= day.isoformat()
    found = (head for head in entry.content["heads"] or () if _acts_alone(head, day.isoformat()))
    keys = (key_of(head["person"]) for head in found)
    alone = frozenset(id_of(key) for key in keys if key)
    return Heads(entry.entry, alone, is_struck_off=is_over or entry.status == Status.ENDED)


def _acts_alone(head: Mapping[str, Any], day: str) -> bool:
    is_head: bool = head["since"] <= day and (head["until"] is None or day <= head["until"])
    return is_head and head["may_act"] == "alone"
