"""What the office of a country's hospitals states as development makes it: of a birth, or of another one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.authorities import BIRTH_NOTICE
from domain.offers import offers_of
from infra.formats.canonical import encode
from infra.keys.keyring import Keyring
from infra.runtime.clock import written


def office_of(country: str) -> str | None:
    """The office that speaks for the hospitals by the newest law that names one; None: none does."""
    named = (terms.notices for offer in offers_of(country) for terms in reversed(offer.terms))
    return next((notices.authority for notices in named if notices), None)


def hospital(keyring: Keyring, country: str, said: Mapping[str, Any], at: datetime) -> str:
    """The compact JWS of a birth notice, by the newest seal of that office; ``said`` has its members, but
    for ``v``, ``log`` and ``made_at``. LookupError: nobody here signs it.
    """
    office = office_of(country)
    seal = keyring.newest(office) if office else None
    if seal is None:
        raise LookupError(f"the law of {country} has no hospitals tell of births, or they have no key here")
    return seal.sign(BIRTH_NOTICE, encode({"v": 1, "log": keyring.origin, "made_at": written(at), **said}))
