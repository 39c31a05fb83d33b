"""Whether the house can do its work, country by country, and what lags; for ``/readyz``, metrics, the command
line.
"""

from typing import Any, Final

from domain.authorities import STATEMENTS, authorities
from infra.feed import store as feed_store
from infra.house import CountryHouse, House
from infra.identity import competences
from infra.log import event_store
from infra.read_models import store as read_models
from infra.runtime.clock import WrongClock
from infra.stores import accesses, evidence, vault

# What the parts of the house raise while they cannot be used: nothing is lost, and it may be tried again.
TROUBLES: Final = (
    accesses.Unavailable,
    competences.Unavailable,
    event_store.Unavailable,
    evidence.Unavailable,
    feed_store.Unavailable,
    vault.Unavailable,
    read_models.Unavailable,
    WrongClock,
)
_FULL_SYNC: Final = 2  # of SQLite's ``PRAGMA synchronous``


def readiness(house: House) -> dict[str, Any]:
    """``ready`` is whether every log takes filings; ``countries`` say how each stands.

    Where a log had trouble, it is tried again here: the house is ready again without anybody's filing.
    """
    states = {code: _state(country) for code, country in house.countries.items()}
    return {"ready": all(s["trouble"] is None for s in states.values()), "countries": states}


def _state(country: CountryHouse) -> dict[str, Any]:
    if country.desk.trouble is not None:
        country.desk.try_again()
    state: dict[str, Any] = {
        "events": 0,
        "trouble": country.desk.trouble or _missing_seals(country),
        "is_fully_synced": False,
        "read_models_behind": 0,
        "parked": [],
        "relay_behind": None,
        "relay_trouble": None,
    }
    try:
        parked, position = country.read_models.parked(), country.read_models.position()
        size = country.log.size()  # after the position, which is never ahead of it then
        return state | {
            "events": size,
            "trouble": state["trouble"] or _ahead(country, position, size),
            "is_fully_synced": country.log.pragma("synchronous") == _FULL_SYNC,
            "read_models_behind": size - position,
            "parked": [{"stream": s, "seq": seq, "why": why} for s, (seq, _, why) in parked.items()],
            "relay_behind": country.feed.relay_behind(),
            "relay_trouble": country.feed.relay_trouble(),
        }
    except TROUBLES as error:
        return state | {"trouble": state["trouble"] or str(error)}


def _ahead(country: CountryHouse, position: int, size: int) -> str | None:
    """Read models that have seen what the log does not hold show what nothing proves, and see nothing new."""
    if position <= size:
        return None
    seen = f"the read models have seen {position} events, and the log has {size}: an older copy of it was put back"
    return f"{seen}; put the newer one there, or, where there is none, run tamga rebuild {country.code}"


def _missing_seals(country: CountryHouse) -> str | None:
    """The authorities in whose name nothing can be signed here, or None: there are seals of all."""
    keys = country.keyring
    # What registries and treasuries state is signed with keys of their own, which need not be here.
    needed = (name for name, types in authorities(country.code).items() if not STATEMENTS.issuperset(types))
    missing = [name for name in needed if keys.newest(name) is None]
    where = f"{keys.folder / 'seals'} has none of {', '.join(missing)}"
    return f"{where}: put them back, or make new ones with tamga keys rotate" if missing else None
