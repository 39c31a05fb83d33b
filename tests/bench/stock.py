"""The same filing as the event-sourcing library's tutorial would have it: its own aggregates, application and recorder.

The same three events in two streams and one transaction, with the library's defaults on SQLite (full sync): nothing is
signed, sealed or checked against the law, and no read model follows.
"""

from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

FEE = 648_700  # kept plates, 2026


class Case(Aggregate):
    """A request, and what it costs."""

    @event("Filed")
    def __init__(self, country: str, procedure: str, request: dict[str, Any]) -> None:
        self.country = country
        self.procedure = procedure
        self.request = request
        self.fee: int | None = None

    @event("FeeAssessed")
    def assess_fee(self, amount: int, currency: str) -> None:
        """So much is due."""
        self.fee = amount
        self.currency = currency


class Claim(Aggregate):
    """A key that one open case at a time may hold: its stream's id follows from it, so a second taker collides."""

    @event("Taken")
    def __init__(self, kind: str, key: str, holder: UUID) -> None:
        self.kind = kind
        self.key = key
        self.holder = holder

    @staticmethod
    def create_id(kind: str, key: str) -> UUID:
        """The same for the same key."""
        return uuid5(NAMESPACE_URL, f"/{kind}/{key}")


class Filings(Application[UUID]):
    """All cases and claims, in one file."""

    def file_case(self, country: str, procedure: str, request: dict[str, Any]) -> UUID:
        """File a request: three events, saved at once."""
        case = Case(country, procedure, request)
        case.assess_fee(FEE, "KZT")
        claim = Claim("car_sale", request["vehicle"]["vin"], case.id)
        self.save(case, claim)
        return case.id


def filings(file: Path) -> Filings:
    """The application, with its events in this file."""
    return Filings({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(file)})
