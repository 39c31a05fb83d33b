"""Statements of outsiders as development makes them: a treasury that says that money came."""

from datetime import datetime

from domain.authorities import PAYMENT, REFUND, treasury_of
from infra.formats.canonical import encode
from infra.keys.keyring import Keyring
from infra.runtime.clock import written


def treasury(  # noqa: PLR0913, PLR0917 - the members of the statement
    keyring: Keyring,
    country: str,
    case: str,
    amount: int,
    currency: str,
    reference: str,
    at: datetime,
    *,
    is_refund: bool = False,
) -> str:
    """The compact JWS of a payment (or refund), by the newest seal of the treasury (formats.md 3)."""
    seal = keyring.newest(treasury_of(country))
    if seal is None:
        raise LookupError(f"the treasury of {country} has no key here")
    paid = {
        "v": 1,
        "log": keyring.origin,
        "case": case,
        "amount": amount,
        "currency": currency,
        "reference": reference,
        "paid_at": written(at),
    }
    return seal.sign(REFUND if is_refund else PAYMENT, encode(paid))
