"""What the registers and the claims say now about what a case asks for; not who may read an entry."""

from datetime import datetime

from domain.case import Case
from domain.claim import Claim
from domain.entry import Entry
from domain.obstacles import in_question, obstacles
from domain.procedure import Key
from infra.desk.streams import Streams
from infra.house import CountryHouse


def in_the_way_of(country: CountryHouse, case: Case, at: datetime) -> list[str]:
    """What stands in the way of the case now, by the read models (domain/obstacles.py); of the few cases that a
    set-aside left without what they had claimed, the log says who has it.
    """
    keys = in_question(case, at)
    claims = tuple(key for key in keys if key.family == "claim")
    entries = entries_at(country, tuple(key for key in keys if key.family == "entry")) if keys else {}
    return obstacles(case, at, {**entries, **(_claims_at(country, claims) if claims else {})})


def _claims_at(country: CountryHouse, keys: tuple[Key, ...]) -> dict[Key, Claim]:
    streams = {key: country.ids.stream(key) for key in keys}
    wanted = dict.fromkeys(streams.values(), "claim")
    found = Streams(country.code, country.vault).load(wanted, country.log.streams)
    return {key: found[stream].state for key, stream in streams.items()}


def entries_at(country: CountryHouse, keys: tuple[Key, ...]) -> dict[Key, Entry | None]:
    """The entries under these keys as they are now; None: there is none."""
    streams = {key: country.ids.stream(key) for key in keys}
    with country.read_models.reading() as seen:
        rows = seen.load("registers", list(streams.values()))
    return {
        key: Entry(**rows[stream]["state"]) if stream in rows else None for key, stream in streams.items()
    }
