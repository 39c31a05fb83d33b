"""The offices of a country, what each may sign and whom it has, as the law that is there says; never listed by hand."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from domain.countries import country_of
from domain.families import signed_by
from domain.offers import keepers, offers_of
from domain.procedure import Offer
from domain.roles import APPEAL_OFFICER, COURT, HOSPITAL, OFFICERS, PERSONNEL
from domain.terms import Terms

CASES: Final = signed_by("deciding")
ENTRIES: Final = ("entry.*",)
IMPORTS: Final = (*ENTRIES, "claim.ClaimSettled.v1")  # of who keeps a register that stands by itself
RESTRICTIONS: Final = ("entry.RestrictionLifted.v1", "entry.RestrictionPlaced.v1")
# What is decided of an appeal, and what follows from it in the same append.
APPEALS: Final = (
    "case.AppealDecided.v1",
    "case.AppealTermEnded.v1",
    "case.DecisionTermStarted.v1",
    "case.EntriesHeld.v1",
    "case.FeeAssessed.v1",
    "case.RefundNotDue.v1",
    "case.ResultAnnulled.v1",
    "claim.ClaimReleased.v1",
    "claim.ClaimSettled.v1",
    "claim.ClaimTaken.v1",
    "claim.SlotFreed.v1",
    "entry.EntryAnnulled.v1",
    "claim.SlotTaken.v1",
)
# What a court corrects, annuls and lifts, in the entry and in the case that wrote it.
AMENDMENTS: Final = (
    "case.ResultAnnulled.v1",
    "case.ResultCorrected.v1",
    "claim.ClaimReleased.v1",
    "claim.ClaimSettled.v1",
    "claim.SlotFreed.v1",
    "entry.EntryAnnulled.v1",
    "entry.EntryCorrected.v1",
)
LIFTING: Final = ("entry.RestrictionLifted.v1",)
OPINIONS: Final = ("case.OpinionGiven.v1",)
RECEIPT: Final = "tamga-receipt+jwt"
OBJECTION: Final = "tamga-objection+jwt"
PAYMENT: Final = "tamga-payment+jwt"
REFUND: Final = "tamga-refund+jwt"
BIRTH_NOTICE: Final = "tamga-birth-notice+jwt"
STATEMENTS: Final = frozenset({RECEIPT, OBJECTION, PAYMENT, REFUND, BIRTH_NOTICE})  # of outsiders
HEAD: Final = "tamga-feed-head+jwt"
ACCESSES: Final = signed_by("access")
COMPETENCES: Final = signed_by("competence")
MANDATES: Final = signed_by("mandates")
NOTICES: Final = signed_by("notices")


def authorities(country: str) -> Mapping[str, tuple[str, ...]]:
    """Authority id -> the types it may sign: every office that the country's law names, and its own; a keeper
    of notices where some desk sends them.
    """
    cc = country.lower()
    found: dict[str, set[str]] = {
        treasury_of(country): {PAYMENT, REFUND},
        feed_of(country): {HEAD},
        access_of(country): set(ACCESSES),
        competence_of(country): set(COMPETENCES),
        mandates_of(country): set(MANDATES),
    }
    if any(terms.notices for offer in offers_of(country) for terms in offer.terms):
        found[notices_of(country)] = set(NOTICES)
    for keeper in keepers(country).values():
        found.setdefault(keeper.authority, set()).update(IMPORTS)
    for offer in offers_of(country):
        for terms in offer.terms:
            for office in _named(offer, terms):
                found.setdefault(office.name, set()).update(office.signs)
    wrong = [name for name in found if not name.startswith(f"{cc}-")]
    if wrong:
        msg = f"authorities of {country} begin with {cc}-: {wrong}"
        raise ValueError(msg)
    return {name: tuple(sorted(types)) for name, types in sorted(found.items())}


class _Office(NamedTuple):
    """An office that some terms name: what it signs by them, and in which roles its people act."""

    name: str
    signs: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


def _named(offer: Offer, terms: Terms) -> Iterator[_Office]:
    yield _Office(terms.authority, CASES, OFFICERS)
    for register in offer.procedure.registers:
        yield _Office(terms.registry_of(register.name), (RECEIPT, OBJECTION), ("registry",))
    for consultation in terms.opinions:
        yield _Office(consultation.authority, OPINIONS, OFFICERS)
    yield _Office(terms.appeals.authority, APPEALS, (APPEAL_OFFICER,))
    if terms.amendments and terms.amendments.court:
        yield _Office(terms.amendments.court.authority, AMENDMENTS, (COURT,))
    if terms.notices:
        yield _Office(terms.notices.authority, (BIRTH_NOTICE,), (HOSPITAL,))
    for restriction in terms.restrictions:
        yield _Office(restriction.authority, RESTRICTIONS, ("restricting_officer",))
        if restriction.court:
            yield _Office(restriction.court.authority, LIFTING, (COURT,))


@cache
def roles_in(country: str) -> Mapping[str, frozenset[str]]:
    """Authority id -> the roles that the country's law lets its people, or its machines, have: a registration office
    has no judges, and one office alone erases. By the law of any day: who holds office under a former one holds it.
    Whoever appoints somebody there is of that office, too.
    """
    found: dict[str, set[str]] = {treasury_of(country): {"treasury"}}
    for offer in offers_of(country):
        for terms in offer.terms:
            for office in _named(offer, terms):
                found.setdefault(office.name, set()).update(office.roles)
    for keeper in keepers(country).values():
        found.setdefault(keeper.authority, set()).add("registry")
    for watcher in country_of(country).watchers:
        found.setdefault(watcher.authority, set()).add(watcher.role)
    return {name: frozenset((*roles, PERSONNEL)) for name, roles in sorted(found.items())}


def treasury_of(country: str) -> str:
    """The treasury, whose signed statement is a payment."""
    return f"{country.lower()}-treasury"


def feed_of(country: str) -> str:
    """The operator of the country's feed, who signs its heads."""
    return f"{country.lower()}-feed"


def access_of(country: str) -> str:
    """The keeper of the table of who read what."""
    return f"{country.lower()}-access-register"


def competence_of(country: str) -> str:
    """The keeper of the record of competences, who signs what is granted and ended."""
    return f"{country.lower()}-competence-register"


def mandates_of(country: str) -> str:
    """The keeper of mandates: who acts for whom."""
    return f"{country.lower()}-mandate-register"


def notices_of(country: str) -> str:
    """The keeper of notices: what the office of the hospitals told."""
    return f"{country.lower()}-notice-register"


def registrar_of(country: str) -> str:
    """The registrar of keys."""
    return f"{country.lower()}-key-registrar"
