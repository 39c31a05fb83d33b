"""The companies of a country: number, names, who heads each and may act for it, whether it is struck off."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from domain.entry import Entry, Status
from domain.events import Personal
from domain.facts import Content
from domain.forms import CompanyNumber, Day, Form, Line, Person, Public, Value
from domain.key_kinds import KeyKind, hard, in_form
from domain.lookup_keys import IdOf, Key, entry_key
from domain.persons import key_of
from domain.refusals import WrongValue
from domain.register import Register


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


REGISTER: Final = Register(
    name="companies",
    content=CompanyEntry,
    content_version=1,
    key=_key,
    kinds=(KeyKind("number", (hard("number", in_form("[0-9A-Z][0-9A-Z/-]{0,29}")),)),),
    thing=("number", "names"),
)


class Heads(NamedTuple):
    """Who heads a company on a day, by what its ``entry`` says, and who of them may act for it alone; by keyed ids.

    ``names``: as what the register knows it.
    """

    entry: str
    all: frozenset[str]
    alone: frozenset[str]
    is_struck_off: bool
    names: tuple[str, ...] = ()


def heads_on(entry: Entry, day: date, id_of: IdOf) -> Heads:
    """Who heads the company on this legal day; ``id_of`` derives a keyed id from what ``key_of`` gives.

    Who may only act together with another head takes a paper, which an officer judges.
    """
    today, content = day.isoformat(), entry.content
    now = [head for head in content["heads"] or () if _is_head(head, today)]
    known = [(head["may_act"], id_of(key)) for head in now if (key := key_of(head["person"]))]
    alone = frozenset(human for may_act, human in known if may_act == "alone")
    every = frozenset(human for _, human in known)
    return Heads(entry.entry, every, alone, is_struck_off(entry, day), (*(content["names"] or ()),))


def is_struck_off(entry: Entry, day: date) -> bool:
    """Whether there is no such company any more on this legal day."""
    since = entry.content["struck_off_on"]
    return entry.status != Status.ACTIVE or (since is not None and since <= day.isoformat())


def _is_head(head: Mapping[str, Any], day: str) -> bool:
    is_head: bool = head["since"] <= day and (head["until"] is None or day <= head["until"])
    return is_head
