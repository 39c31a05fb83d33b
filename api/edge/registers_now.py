"""What the registers say now about what a case asks for; not who may read an entry."""

from datetime import datetime

from domain.case import Case
from domain.entry import Entry
from domain.obstacles import entries_in_question, obstacles
from domain.procedure import Key
from infra.house import CountryHouse


def in_the_way_of(country: CountryHouse, case: Case, at: datetime) -> list[str]:
    """What stands in the way of the case now, by the read models (domain/obstacles.py)."""
    keys = entries_in_question(case, at)
    return obstacles(case, at, entries_at(country, keys)) if keys else []


def entries_at(country: CountryHouse, keys: tuple[Key, ...]) -> dict[Key, Entry | None]:
    """The entries under these keys as they are now; None: there is none."""
    streams = {key: country.ids.stream(key) for key in keys}
    with country.read_models.reading() as seen:
        rows = seen.load("registers", list(streams.values()))
    return {
        key: Entry(**rows[stream]["state"]) if stream in rows else None for key, stream in streams.items()
    }
