"""Of 21. statement: what the treasury signed when money came or went back, as a case keeps it sealed; where it does not
open, it is counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from domain.authorities import PAYMENT, REFUND
from infra.formats.signing import BadSignature, Parsed, parse, verify
from infra.keys.history import KeyHistory, NotAuthorised
from infra.verification.findings import Unlooked, Wrong
from infra.verification.log_file import Row, said_by
from infra.verification.sealed import Opener
from infra.verification.streams import Streams

_PAID: Final = "case.FeePaid.v1"
PAYMENTS: Final[Mapping[str, str]] = {_PAID: PAYMENT, "case.RefundPaid.v1": REFUND}
_SHARED: Final = ("amount", "currency", "paid_at")
_STATED: Final = ("reference", *_SHARED)


class Payments:
    """The treasury's statements in one log; of one thread."""

    def __init__(
        self, history: KeyHistory, streams: Streams, opener: Opener | None, unlooked: Unlooked
    ) -> None:
        self._history = history
        self._streams = streams
        self._opener = opener
        self._unlooked = unlooked

    def check(self, index: int, payload: Mapping[str, Any], stored: bytes) -> None:
        """The statement in it was signed by a key that the log authorised for such ones before, about this case, this
        money, and for no other event of the case; raises what FAILED lists.
        """
        said, kind, stream = payload["data"], payload["type"], payload["stream"]
        statement = self._statement(stored)
        if statement is None:
            self._unlooked["payments"] += 1
            return
        self._must_be_signed(statement, index, payload)
        stated = statement.payload
        if (stated.get("log"), stated.get("case")) != (self._history.log, stream):
            raise Wrong("statement", "the treasury's statement in it is about another case")
        if any(stated.get(name) != said[name] for name in _SHARED):
            raise Wrong("statement", "the treasury's statement in it is about other money")
        before = [row for row in self._streams.before(stream, payload["seq"]) if row[3] in PAYMENTS]
        if kind == _PAID and not before:
            return
        self._must_be_used_once(kind, said["payment"], stated, before)

    def _must_be_used_once(
        self, kind: str, payment: str, stated: Mapping[str, Any], before: Sequence[Row]
    ) -> None:
        """A payment has one reference and is told once; of refunds of a payment none is told twice."""
        for row in before:
            told, is_same = self._statement(row[4]), said_by(row)["data"]["payment"] == payment
            former = told.payload if told else None
            if (
                row[3] == _PAID
                and former is not None
                and (former["reference"] == stated["reference"]) != is_same
            ):
                raise Wrong("statement", "the treasury's reference in it is of another payment")
            if row[3] != kind:
                continue
            names = ("reference",) if kind == _PAID else _STATED
            is_told = former is not None and all(former[name] == stated[name] for name in names)
            if is_told or (kind == _PAID and is_same):
                raise Wrong("statement", "the case was told of this money before")

    def _statement(self, stored: bytes) -> Parsed | None:
        """As it was signed; None where it does not open."""
        opened = self._opener.values(stored) if self._opener else None
        if opened is None:
            return None
        try:
            return parse(opened["statement"])
        except BadSignature as error:
            raise Wrong("statement", f"the treasury's statement in it: {error}") from None

    def _must_be_signed(self, statement: Parsed, index: int, payload: Mapping[str, Any]) -> None:
        typ = PAYMENTS[payload["type"]]
        try:
            verify(statement, self._history.key_of_statement(statement.kid, typ, index, payload["time"]), typ)
        except (BadSignature, NotAuthorised) as error:
            raise Wrong("statement", f"the treasury's statement in it: {error}") from None
