"""The offices of a country and what each may sign, as the law that is there says; never listed by hand."""

from collections.abc import Iterator, Mapping
from typing import Final

from domain.families import signed_by
from domain.offers import keepers, offers_of
from domain.procedure import Offer, Terms

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
STATEMENTS: Final = frozenset({RECEIPT, OBJECTION, PAYMENT, REFUND})  # of outsiders
HEAD: Final = "tamga-feed-head+jwt"
ACCESSES: Final = signed_by("access")
COMPETENCES: Final = signed_by("competence")
MANDATES: Final = signed_by("mandates")


def authorities(country: str) -> Mapping[str, tuple[str, ...]]:
    """Authority id -> the types it may sign: every office that the country's law names, and its own four."""
    cc = country.lower()
    found: dict[str, set[str]] = {
        treasury_of(country): {PAYMENT, REFUND},
        feed_of(country): {HEAD},
        access_of(country): set(ACCESSES),
        competence_of(country): set(COMPETENCES),
        mandates_of(country): set(MANDATES),
    }
    for keeper in keepers(country).values():
        found.setdefault(keeper.authority, set()).update(IMPORTS)
    for offer in offers_of(country):
        for terms in offer.terms:
            for name, types in _named(offer, terms):
                found.setdefault(name, set()).update(types)
    wrong = [name for name in found if not name.startswith(f"{cc}-")]
    if wrong:
        msg = f"authorities of {country} begin with {cc}-: {wrong}"
        raise ValueError(msg)
    return {name: tuple(sorted(types)) for name, types in sorted(found.items())}


def _named(offer: Offer, terms: Terms) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each office that these terms name, with what it signs."""
    yield terms.authority, CASES
    for register in offer.procedure.registers:
        yield terms.registry_of(register.name), (RECEIPT, OBJECTION)
    for consultation in terms.opinions:
        yield consultation.authority, OPINIONS
    yield terms.appeals.authority, APPEALS
    if terms.amendments and terms.amendments.court:
        yield terms.amendments.court.authority, AMENDMENTS
    for restriction in terms.restrictions:
        yield restriction.authority, RESTRICTIONS
        if restriction.court:
            yield restriction.court.authority, LIFTING


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


def registrar_of(country: str) -> str:
    """The registrar of keys."""
    return f"{country.lower()}-key-registrar"
