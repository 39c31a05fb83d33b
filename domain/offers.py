"""Which country offers which procedure on which terms, found by being there.

A file ``domain/law/<country>/<procedure>.py`` holds ``FORM`` (the procedure's form, with the country's own
members), ``FORM_VERSION`` and ``TERMS``; from the second version on also ``FORMER_FORMS`` (version -> form): a
case is read with the form that it was filed with. Where the terms have a quota, ``QUOTA_SIZES`` holds its sizes.
``registers.py`` says who keeps the registers that stand by themselves (``KEEPERS``). What else lies in the folder is
about the country itself.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

from domain import entry, law, limits, numbers, parties, persons
from domain.countries import countries
from domain.forms import Form, may_be_acted_for, owners_of
from domain.parties import SIGNED_PAPER, places
from domain.procedure import Keeper, Offer
from domain.procedures import procedures, registers
from domain.terms import Amendments, Restriction, Terms

_NO_TERMS = {"development", "examples", "names", "numbers", "plates", "registers"}


@cache
def offers() -> Mapping[tuple[str, str], Offer]:
    """Every (country, procedure) that is offered, in the order of countries and procedures."""
    found = {}
    for code in countries():
        folder = import_module(f"{law.__name__}.{code.lower()}")
        for module in sorted(m.name for m in iter_modules(folder.__path__) if m.name not in _NO_TERMS):
            terms = import_module(f"{folder.__name__}.{module}")
            procedure = procedures().get(module)
            if procedure is None:
                raise TypeError(
                    f"{terms.__name__} has terms of a procedure that domain/procedures/ does not have"
                )
            found[code, module] = Offer(
                country=code,
                procedure=procedure,
                form=terms.FORM,
                form_version=terms.FORM_VERSION,
                terms=terms.TERMS,
                former=getattr(terms, "FORMER_FORMS", {}),
                quota_sizes=getattr(terms, "QUOTA_SIZES", {}),
            )
    return found


def offer(country: str, procedure: str) -> Offer | None:
    """What this country offers of the procedure, or None: not offered here yet."""
    return offers().get((country, procedure))


def offers_of(country: str) -> list[Offer]:
    """All that the country offers."""
    return [offer for (code, _), offer in offers().items() if code == country]


@cache
def keepers(country: str) -> Mapping[str, Keeper]:
    """Who keeps each register that stands by itself in this country, by the register's name."""
    folder = import_module(f"{law.__name__}.{country.lower()}")
    if "registers" not in (module.name for module in iter_modules(folder.__path__)):
        return {}
    found: Mapping[str, Keeper] = import_module(f"{folder.__name__}.registers").KEEPERS
    return found


def keeper_of(country: str, register: str, day: date) -> str | None:
    """The authority that answers for a register on that day, or None: it is not kept in this country."""
    rows = terms_of_register(country, register, day)
    keeper = keepers(country).get(register)
    if rows:
        return rows[0].authority
    return keeper.authority if keeper else None


@lru_cache(maxsize=1024)  # of the numbers of people that are met
def request_owners(country: str, procedure: str, form: int, roles: tuple[str, ...]) -> Mapping[str, str]:
    """Whose each personal member of a filed request is, given the roles of its parties, p1 first. A released
    form is frozen: old versions stay.

    A list of parties is a member for each of them; beside them there is ``person_<party>``: the keyed id of the
    human, or null; and ``representative_<party>`` where the form lets somebody else act for them. LookupError: no
    such form, no such role.
    """
    found, asked = _filed_by(country, procedure, form)
    parties = places(found.procedure, roles)
    lists = lists_of(country, procedure, form)
    return {
        **{name: whose for name, whose in owners_of(asked).items() if name not in lists},
        **{place.member: place.whose for place in parties.values() if place.shape.many},
        **{f"person_{party}": place.whose for party, place in parties.items()},
        **{
            f"representative_{party}": place.whose
            for party, place in parties.items()
            if may_be_acted_for(asked, place.shape.member)
        },
    }


@cache
def lists_of(country: str, procedure: str, form: int) -> frozenset[str]:
    """The members of a request, filed by this form, that are lists of parties. LookupError: no such form."""
    found, asked = _filed_by(country, procedure, form)
    many = (party.member for party in found.procedure.parties if party.many)
    return frozenset(member for member in many if member in asked.model_fields)  # a former form may lack it


def _filed_by(country: str, procedure: str, form: int) -> tuple[Offer, type[Form]]:
    found = offer(country, procedure)
    asked: type[Form] | None = None
    if found is not None:
        asked = found.form if found.form_version == form else found.former.get(form)
    if found is None or asked is None:
        msg = f"form {form} of {procedure} in {country} is not known"
        raise LookupError(msg)
    return found, asked


@cache
def content_owners(register: str, version: int) -> Mapping[str, str]:
    """Whose each personal member of an entry's content is."""
    found = registers().get(register)
    written = (
        found.content if found and found.content_version == version else found and found.former.get(version)
    )
    if written is None:
        msg = f"version {version} of the content of {register} is not known"
        raise LookupError(msg)
    return owners_of(written)


@cache
def terms_hash(terms: Terms) -> str:
    """SHA-256 (base64url) of the canonical bytes of the row as ``as_json`` states it; a filed case names it."""
    row = json.dumps(as_json(terms), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(hashlib.sha256(row.encode()).digest()).rstrip(b"=").decode()


def as_json(value: Any) -> Any:
    """Law as JSON values: days as dates, fractions as "1/4".

    Left out are members at their default, so that a member that is added leaves the hash of earlier rows as it
    was; and functions, which are named by the ``code`` beside them.
    """
    if is_dataclass(value):
        return {
            f.name: as_json(found)
            for f in fields(value)
            if not callable(found := getattr(value, f.name))
            if not _is_default(f, found)
        }
    if isinstance(value, Mapping):
        return {k: as_json(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [as_json(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    return value


def _is_default(member: Field[Any], value: Any) -> bool:
    default = member.default_factory() if member.default_factory is not MISSING else member.default
    # By what they state: in Python 1 equals True.
    return type(value) is type(default) and json.dumps(as_json(value)) == json.dumps(as_json(default))


def codes_of(found: Offer, terms: Terms) -> dict[str, tuple[str, ...]]:
    """The codes that a case under these terms may bear, by their kind; each is said in words at the edge.

    What follows the colon of a warning ("one_name:buyer") is a code of its own.
    """
    checks = (*found.procedure.checks, *terms.checks)
    return {
        "ground": tuple(ground.code for ground in terms.grounds),
        "evidence": (*(requirement.kind for requirement in terms.evidence), SIGNED_PAPER),
        "exemption": tuple(exemption.code for exemption in terms.exemptions),
        "restriction": tuple(restriction.kind for restriction in terms.restrictions),
        "role": tuple(party.role for party in found.procedure.parties),
        "warning": (
            *persons.WARNINGS,
            *parties.WARNINGS,
            *numbers.WARNINGS,
            *limits.WARNINGS,
            *entry.WARNINGS,
            *found.procedure.warned,
            *(each.code for each in found.procedure.likenesses),
            *(check.code for check in checks if check.effect == "warn"),
        ),
    }


def terms_of_register(country: str, register: str, day: date) -> list[Terms]:
    """The terms of that day of every procedure that writes to the register in this country."""
    found = (offer.on(day) for offer in writing_to(country, register))
    return [terms for terms in found if terms is not None]


class RegisterOffices(NamedTuple):
    """The offices that a country's law names for a register: those that decide on its entries, a court among them, that
    keep it, and that restrict entries in it, also under former law: what they placed then they lift.
    """

    deciding: frozenset[str]
    keeping: frozenset[str]
    restricting: frozenset[str]


def amendments_of(country: str, register: str, day: date) -> Amendments | None:
    """By which law what stands in the register is corrected and annulled on that day; None: not at all."""
    found = (terms.amendments for terms in terms_of_register(country, register, day))
    keeper = keepers(country).get(register)
    return next(filter(None, found), Amendments(keeper.source) if keeper else None)


def appeal_bodies(country: str, register: str) -> frozenset[str]:
    """Who decides appeals about what is written to the register, by the law of any day."""
    rows = (terms for offer in writing_to(country, register) for terms in offer.terms)
    return frozenset(terms.appeals.authority for terms in rows)


def courts_over(country: str, procedure: str) -> tuple[str, ...]:
    """The courts that the country's law on the procedure names, or named, for what it writes."""
    found = offer(country, procedure)
    amendments = (terms.amendments for terms in found.terms) if found else ()
    return tuple({each.court.authority: None for each in amendments if each and each.court})


def offices_of_register(country: str, register: str, day: date) -> RegisterOffices:
    """Who works with the register in this country on that day."""
    today = terms_of_register(country, register, day)
    ever = (terms for offer in writing_to(country, register) for terms in offer.terms)
    deciding = {terms.authority for terms in today}
    amending = (each.court for terms in today if (each := terms.amendments))
    lifting = (each.court for terms in today for each in terms.restrictions)
    deciding |= {court.authority for court in (*amending, *lifting) if court}
    keeping = {terms.registry_of(register) for terms in today}
    if (keeper := keepers(country).get(register)) is not None:
        if keeper.is_open:
            deciding |= {terms.authority for offer in offers_of(country) if (terms := offer.on(day))}
        keeping.add(keeper.authority)
    return RegisterOffices(
        deciding=frozenset(deciding),
        keeping=frozenset(keeping),
        restricting=frozenset(each.authority for terms in ever for each in terms.restrictions),
    )


def writing_to(country: str, register: str) -> list[Offer]:
    """The procedures of the country that write to the register."""
    return [
        offer for offer in offers_of(country) if register in (kept.name for kept in offer.procedure.registers)
    ]


def words_of(country: str, register: str) -> tuple[str, ...]:
    """The procedures whose words are meant where something is refused that is about the register in this country."""
    return tuple(offer.procedure.name for offer in writing_to(country, register))


def law_of_notices(country: str, authority: str, day: date) -> tuple[Offer, Terms] | None:
    """By which offer and row that office tells of what others file, on that day; None: it does not."""
    for each in offers_of(country):
        terms = each.on(day)
        tells = terms is not None and terms.notices is not None and terms.notices.authority == authority
        if terms is not None and tells and each.procedure.notified is not None:
            return each, terms
    return None


def restrictions_of(country: str, register: str, day: date) -> Mapping[str, Restriction]:
    """The kinds of restrictions that the law knows in this register on that day."""
    rows = terms_of_register(country, register, day)
    return {restriction.kind: restriction for terms in rows for restriction in terms.restrictions}
