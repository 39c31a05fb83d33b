"""Of 29. course: what the terms of a case say of its public members: who is asked, which fee, on which grounds.

By the law that the verifier has. What hangs on a personal member, or on a condition that only a function can say, is
not looked at.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple, get_args

from domain.countries import country_of
from domain.facts import Choice, Facts, Is
from domain.fees import BY_OFFICER, Fee, FeePart, Table, assess
from domain.forms import Form
from domain.parties import places, roles_of
from domain.procedure import Offer, Procedure
from domain.terms import Terms

_SCALARS: Final = (str, int, bool, type(None))


# --- consents -----------------------------------------------------------------------------------------------


class _Asked(NamedTuple):
    """Who has to be asked, who may be; of several in one role one may be the party that files."""

    always: frozenset[str]
    perhaps: frozenset[str]
    lists: tuple[frozenset[str], ...]
    is_whole: bool


def wrong_consents(found: Offer | None, said: Mapping[str, Any]) -> str:
    """What is wrong with the parties of a request and with whose consents it asks; empty where nothing is."""
    form = found and (found.form if said["form"] == found.form_version else found.former.get(said["form"]))
    if found is None or form is None:
        return ""
    asked, consents = _asked(found.procedure, form, roles_of(said["parties"])), set(said["consents"])
    if not asked.is_whole:
        return "the parties are not those of the procedure"
    if not asked.always <= consents <= asked.perhaps or any(
        len(several - consents) > 1 for several in asked.lists
    ):
        return "the consents that are asked are not those of the procedure"
    return ""


@lru_cache(maxsize=1024)  # of the numbers of people that are met
def _asked(procedure: Procedure, form: type[Form], roles: tuple[str, ...]) -> _Asked:
    always: set[str] = set()
    perhaps: set[str] = set()
    lists: dict[str, set[str]] = {}
    for party, place in places(procedure, roles).items():
        if not place.shape.consents:
            continue
        perhaps.add(party)
        if place.shape.many:
            lists.setdefault(place.shape.role, set()).add(party)
        elif _is_named(form, place.shape.member):
            always.add(party)
    one_each = [each.role for each in procedure.parties if not each.many and each.member in form.model_fields]
    is_whole = all(roles.count(role) == 1 for role in one_each)
    return _Asked(frozenset(always), frozenset(perhaps), tuple(map(frozenset, lists.values())), is_whole)


def _is_named(form: type[Form], member: str) -> bool:
    """Whether every request names somebody there."""
    field = form.model_fields.get(member)
    return field is not None and type(None) not in get_args(field.annotation)


# --- fees ---------------------------------------------------------------------------------------------------


def is_of_an_officer(said: Mapping[str, Any]) -> bool:
    """Whether a fee is what an officer answers for."""
    return any(part["name"] == BY_OFFICER for part in said["parts"])


def wrong_fee(
    country: str, fee: Fee | None, said: Mapping[str, Any], request: Mapping[str, Any], days: Iterable[date]
) -> str:
    """What is wrong with a fee as it is assessed, by the unit values of one of these days; empty where nothing is.

    ``request``: the public members. What was provisional then may be known since, and is nobody's to pay yet; of a day
    without a value an officer answers for the amount, and for nothing that is not more than nothing.
    """
    if fee is None:
        return f"the terms ask no fee for the {said['fee']}"
    if said["amount"] < 0:
        return "a fee is less than nothing"
    members = None if said["provisional"] else _looked_at(fee)
    if members is None or not all(type(request.get(each, request)) in _SCALARS for each in members):
        return ""
    for day in days:
        found = assess(fee, Facts(request, day), country_of(country))
        is_answered_for = found["provisional"] and said["amount"] and is_of_an_officer(said)
        is_it = is_answered_for or (not found["provisional"] and said["amount"] == found["amount"])
        if said["currency"] == found["currency"] and is_it:
            return ""
    return f"the fee is not {said['amount']} by the law"


def members_of_fees(fees: Iterable[Fee | None], said: Mapping[str, Any]) -> dict[str, Any]:
    """Of the public members of a request those that say how much is asked."""
    names = (name for fee in fees if fee for name in _looked_at(fee) or ())
    return {name: said[name] for name in names if name in said}


@cache
def _looked_at(fee: Fee) -> tuple[str, ...] | None:
    """The members of a request that say how much it is; None: more than members does."""
    found: set[str] = set()
    for part in fee.parts:
        conditions = [each.member for each in part.when if isinstance(each, Is)]
        if part.ad_valorem or isinstance(part.units, Table) or len(conditions) != len(part.when):
            return None
        found.update(conditions, _choices(part))
    return tuple(sorted(found))


def _choices(part: FeePart) -> Iterator[str]:
    waiting: list[Any] = [part.units]
    while waiting:
        if isinstance(each := waiting.pop(), Choice):
            yield each.by
            waiting += each.of.values()


# --- what is decided ------------------------------------------------------------------------------------------


def wrong_grounds(terms: Terms, said: Mapping[str, Any]) -> str:
    """A case is refused on grounds of the closed list."""
    known = {each.code for each in terms.grounds}
    return "" if said["grounds"] and known.issuperset(said["grounds"]) else "the law has no such ground"


def wrong_exemption(terms: Terms, said: Mapping[str, Any]) -> str:
    """A case is not needed by an exemption of the law."""
    known = {each.code for each in terms.exemptions}
    return "" if said["exemption"] in known else "the law has no such exemption"
