"""One reading of somebody's personal data: who, when, why, on what legal basis; never the data itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A row of a country's append-only, hash-chained table. ``number`` counts from 1.

    ``concerned``: everybody who was in the case or entry at that moment, by ids of their own for this table, sorted,
    with a space between.
    """

    number: int
    at: str
    stream: str  # the case or the entry
    reader: str  # the stable id within the authority
    role: str
    authority: str
    purpose: str
    basis: str
    concerned: str
    hash: str
