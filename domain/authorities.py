"""The offices of a country and what each may sign, as the law that is there says; never listed by hand."""

from collections.abc import Mapping
from typing import Final

from domain.families import signed_by
from domain.offers import keepers, offers

CASES: Final = signed_by("deciding")
ENTRIES: Final = ("entry.*",)
RESTRICTIONS: Final = ("entry.RestrictionLifted.v1", "entry.RestrictionPlaced.v1")
# What is decided of an appeal, and what follows from it in the same append.
APPEALS: Final = (
    "case.AppealDecided.v1",
    "case.AppealTermEnded.v1",
    "case.DecisionTermStarted.v1",
    "case.FeeAssessed.v1",
    "claim.ClaimReleased.v1",
    "claim.ClaimTaken.v1",
    "claim.SlotFreed.v1",
    "claim.SlotTaken.v1",
)
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
        found.setdefault(keeper.authority, set()).update(ENTRIES)
    for (code, _), offer in offers().items():
        if code != country:
            continue
        for terms in offer.terms:
            found.setdefault(terms.authority, set()).update(CASES)
            for register in offer.procedure.registers:
                found.setdefault(terms.registry_of(register.name), set()).update((RECEIPT, OBJECTION))
            for consultation in terms.opinions:
                found.setdefault(consultation.authority, set()).update(OPINIONS)
            found.setdefault(terms.appeals.authority, set()).update(APPEALS)
            for restriction in terms.restrictions:
                found.setdefault(restriction.authority, set()).update(RESTRICTIONS)
    wrong = [name for name in found if not name.startswith(f"{cc}-")]
    if wrong:
        msg = f"authorities of {country} begin with {cc}-: {wrong}"
        raise ValueError(msg)
    return {name: tuple(sorted(types)) for name, types in sorted(found.items())}


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
