"""What the registry signs: receipts, made with the row, kept in the outbox, sent until the house answers; and
objections, which somebody there makes.
"""

import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Final

from consumers.feed.checks import Checks, Event
from consumers.feed.house_client import Away, Declined, HouseClient
from consumers.feed.position import Position
from consumers.registry.database import Database, Receipt
from consumers.registry.entries import Row
from domain.authorities import OBJECTION, RECEIPT
from domain.offers import offers_of
from infra.formats.canonical import b64url, encode, sha256
from infra.formats.signing import SALT_BYTES, Seal, digest, disclosure, parse

AT_ONCE: Final = 100
PAUSE_S: Final = 1.0
SealsOf = Callable[[str], Iterable[Seal]]  # an authority's own seals, newest first
logger = logging.getLogger(__name__)


class NoSeal(Exception):
    """The registry has no seal that the log calls live: see ``tamga keys``."""


def _numbered_here(country: str) -> set[str]:
    """The registers whose entries are numbered by the registry, by any terms: to them its reference is told."""
    return {
        register
        for offer in offers_of(country)
        for terms in offer.terms
        for register, by in terms.numbers.items()
        if by == "register"
    }


def digest_of(row: Row) -> str:
    """SHA-256 of the canonical bytes of a row as applied."""
    return b64url(sha256(encode(row)))


def objection(seal: Seal, log: str, at: str, about: tuple[str, str], code: str) -> str:
    """The signed statement that a register cannot apply an event (``about``); ``code`` is why: the registry's own."""
    register, event = about
    said = {"v": 1, "log": log, "register": register, "event": event, "at": at, "code": code}
    return seal.sign(OBJECTION, encode(said))


class Outbox:
    """Makes the receipts of a country's registries, and sends each at least once: the house knows repeats."""

    def __init__(
        self,
        log: str,
        country: str,
        database: Database,
        houses: Mapping[str, HouseClient],
        seals: SealsOf,
    ) -> None:
        """``houses``: registry authority -> the client with its credentials."""
        self._log = log
        self._country = country
        self._database = database
        self._houses = houses
        self._seals = seals
        self._not_before = 0.0

    def add(self, event: Event, row: Row, reference: str, at: str, seal: Seal) -> None:
        """Put the receipt for an applied event into the outbox, in the caller's transaction."""
        kept = disclosure("reference", reference, secrets.token_bytes(SALT_BYTES))
        receipt = {
            "v": 1,
            "log": self._log,
            "register": row["register"],
            "event": event.id,
            "applied_at": at,
            "reference_digest": digest(kept),
            "row_digest": digest_of(row),
        }
        self._database.add_receipt(event.id, seal.authority, seal.sign(RECEIPT, encode(receipt)), kept)

    def seal(self, authority: str, checks: Checks, position: Position) -> Seal:
        """The newest seal of the authority that the feed calls live; raises NoSeal."""
        for seal in self._seals(authority):
            if checks.live_key(seal.kid, authority, RECEIPT, position):
                return seal
        raise NoSeal(f"no live seal of {authority} is here")

    def send(self, checks: Checks, position: Position) -> int:
        """Send what waits; how many were answered for good. What fails is sent again, a little later."""
        if time.monotonic() < self._not_before:
            return 0
        waiting = self._database.receipts(waiting_only=True, limit=AT_ONCE)
        settled = 0
        for authority, group in groupby(waiting, key=lambda receipt: receipt.authority):
            try:
                settled += self._send(authority, list(group), checks, position)
            except (Away, Declined, NoSeal) as error:
                logger.warning("receipts_wait", extra={"country": self._country, "why": str(error)})
        if settled < len(waiting):
            self._not_before = time.monotonic() + PAUSE_S
        return settled

    @property
    def is_empty(self) -> bool:
        """Nothing waits."""
        return not self._database.receipts(waiting_only=True, limit=1)

    def _send(self, authority: str, receipts: list[Receipt], checks: Checks, position: Position) -> int:
        asked = _numbered_here(self._country)
        references = [r.reference for r in receipts if parse(r.receipt).payload["register"] in asked]
        sent = [r.receipt for r in receipts]
        answers = self._houses[authority].send_receipts(self._country, sent, references)
        settled = 0
        with self._database.writing():
            for receipt, answer in zip(receipts, answers, strict=True):
                if answer["code"] == "not_signed_by_registry":
                    self._sign_again(receipt, self.seal(authority, checks, position))
                elif answer["status"] != "later":
                    self._database.answered(receipt.event, answer["status"], answer["code"])
                    settled += 1
        return settled

    def _sign_again(self, receipt: Receipt, seal: Seal) -> None:
        """The key was retired before the house saw the receipt: the same statement, by the live key."""
        again = seal.sign(RECEIPT, parse(receipt.receipt).payload_bytes)
        self._database.sign_again(receipt.event, again)
