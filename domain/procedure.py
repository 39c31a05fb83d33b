"""The shape in which every procedure is written, and what a country offers of it; data, and no words: what a code is
called stands in the catalogues (``api/messages/``).

A procedure's file holds one ``Procedure``: what all countries share. A country's file for it holds its form
and its ``Terms`` (``domain/terms.py``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from domain.checks import Check, Likeness
from domain.country import Source
from domain.events import As
from domain.facts import Content, Facts, Request
from domain.forms import Form
from domain.lookup_keys import Key
from domain.register import Effect, Register
from domain.terms import QuotaSize, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A role in the case; ``member``: the form's member that names the person, null where there is nobody; it may
    be a company.

    ``many``: the member is a list of them, each of whom is a party; one person applies, never several.
    ``acts_by``: as what somebody else may act for them, whom the form's member then names.
    ``asked``: of whom the consent is not always asked, on which requests it is. ``may_stop``: they may say no to what
    another one files although nobody asked them. ``minds_age``: who judges hears where they are a minor, also where
    they do nothing themselves.
    """

    role: str
    member: str
    is_applicant: bool = False
    consents: bool = False
    many: bool = False
    acts_by: tuple[As, ...] = ()
    asked: Callable[[Request], bool] | None = None
    may_stop: bool = False
    minds_age: bool = False

    def is_asked(self, request: Request) -> bool:
        """Whether this request asks for their consent, where it names them."""
        return self.consents and (self.asked is None or self.asked(request))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Notified:
    """What a notice is to a procedure, where a country's ``Terms.notices`` name who tells it; pure. ``said`` is what
    stands in it.

    ``key``: of the notice that a request leads to, None where it names none. ``proves``: whether it stands for the
    evidence in this request; ``differs``: in what the request says something else, by codes. ``declared``: the request
    in it, None where it holds none; ``claims``: of a case that is filed so.
    """

    key: Callable[[Request], Key | None]
    proves: Callable[[Request, Content], bool]
    differs: Callable[[Request, Content], tuple[str, ...]]
    declared: Callable[[Content], dict[str, Any] | None]
    claims: Callable[[Request], tuple[Key, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Procedure:
    """What all countries share of a procedure; it equals itself only. ``registers``: all that it may write to, the
    foremost first. ``notified``: how it looks at notices of what it is about; None: nobody sends any.

    ``effects``: what an approval does, one for each entry. It is asked at the filing too, so that the entries are
    known by their keys before anybody decides: these follow from the request alone, never from ``facts.day``.
    """

    name: str
    form: type[Form]
    parties: tuple[Party, ...]
    registers: tuple[Register, ...]
    claims: Callable[[Request], tuple[Key, ...]]
    effects: Callable[[Facts], tuple[Effect, ...]]
    concerns: Callable[[Facts], tuple[str, ...]] = lambda _facts: ()  # countries that an approval is told to
    checks: tuple[Check, ...] = ()
    warnings: Callable[[Request], tuple[str, ...]] = lambda _request: ()
    warned: tuple[str, ...] = ()  # the codes that ``warnings`` may give, and what is told of a notice
    likenesses: tuple[Likeness, ...] = ()
    # By which an open case is found as like another one.
    marks: Callable[[Request], tuple[Key, ...]] = lambda _request: ()
    further: tuple[
        str, ...
    ] = ()  # the codes of refusals beside which the procedure says a sentence of its own
    notified: Notified | None = None
    happened: tuple[
        tuple[str, ...], ...
    ] = ()  # the days in a request, by their place, that cannot be to come

    def claims_of(self, request: Request, *, is_by_notice: bool) -> tuple[Key, ...]:
        """What the request claims; ``is_by_notice``: as the office of the hospitals filed it."""
        if is_by_notice and self.notified is not None:
            return self.notified.claims(request)
        return self.claims(request)


@dataclass(frozen=True, slots=True)
class Keeper:
    """The office that keeps a register of a country which stands by itself, with the law that says so.

    ``is_open``: whoever decides in the country looks into it, as into its companies.
    """

    authority: str
    source: Source
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A procedure in a country: its form, the forms of all versions before it, and all its terms, oldest first."""

    country: str
    procedure: Procedure
    form: type[Form]
    form_version: int
    terms: tuple[Terms, ...] = field(default=())
    former: Mapping[int, type[Form]] = field(default_factory=dict)
    quota_sizes: Mapping[tuple[str, ...], tuple[QuotaSize, ...]] = field(default_factory=dict)

    def on(self, day: date) -> Terms | None:
        """The terms of that day, or None: not offered then."""
        for row in reversed(self.terms):
            if row.since <= day and (row.until is None or day <= row.until):
                return row
        return None

    def quota_on(self, quota: tuple[str, ...], day: date) -> QuotaSize | None:
        """The size on that day of a quota (its name, its classes), or None: nobody has decreed one."""
        for size in reversed(self.quota_sizes.get(quota, ())):
            if size.since <= day and (size.until is None or day <= size.until):
                return size
        return None

    def since(self, day: str) -> Terms:
        """The terms that begin on that day (as a case recorded it); KeyError when there are none."""
        for row in self.terms:
            if row.since.isoformat() == day:
                return row
        raise KeyError(day)
