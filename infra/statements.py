"""Statements of outsiders as development makes them: a treasury that says that money came."""

from datetime import UTC, datetime

from domain.authorities import treasury_of
from infra.canonical import encode
from infra.keyring import Keyring


def treasury(  # noqa: PLR0913 - the members of the statement
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
    """The compact JWS of a payment (or refund), by the newest seal of the country's treasury (formats.md 3)."""
    seal = keyring.newest(treasury_of(country))
    if seal is None:
        msg = f"the treasury of {country} has no key here"
        raise LookupError(msg)
    paid = {
        "v": 1,
        "log": keyring.origin,
        "case": case,
        "amount": amount,
        "currency": currency,
        "reference": reference,
        "paid_at": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    return seal.sign("tamga-refund+jwt" if is_refund else "tamga-payment+jwt", encode(paid))
