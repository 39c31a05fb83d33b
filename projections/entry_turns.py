"""What somebody is told of an entry that its reading tells no more: whom an amendment took out of it, and that a
restriction ended, to whom the entry named then. A row for each human and each thing, by keyed ids.

Who was named before by an ordinary change is told by the case that made it.
"""

from collections.abc import Iterable
from typing import Final

from domain.entry import Entry
from domain.entry_visibility import humans_in
from domain.events import EntryAnnulled, EntryCorrected, Recorded, RestrictionLifted
from projections import Keyed, Row, Turn

CODES: Final = ("entry_left_out", "entry_restriction_lifted")


def _rows(before: Entry, recorded: Recorded, after: Entry, ids: Keyed) -> list[Row]:
    named = humans_in(after, ids.human)
    if isinstance(recorded.event, RestrictionLifted):
        return _told("entry_restriction_lifted", recorded, after, named)
    return _told("entry_left_out", recorded, after, humans_in(before, ids.human) - named)


def _told(code: str, recorded: Recorded, entry: Entry, people: Iterable[str]) -> list[Row]:
    return [
        {
            "entry": entry.entry,
            "number": f"{recorded.seq:06d}-{n:03d}",
            "person": person,
            "register": entry.register,
            "at": recorded.time,
            "what": code,
            "case": recorded.lead,
        }
        for n, person in enumerate(sorted(people))
    ]


PROJECTION = Turn(
    name="entry_turns",
    family="entry",
    events=frozenset({RestrictionLifted, EntryCorrected, EntryAnnulled}),
    columns={
        "entry": "text",
        "number": "text",
        "person": "text",
        "register": "text",
        "at": "text",
        "what": "text",
        "case": "text",
    },
    rows=_rows,
    indexes=(("person", "at", "entry", "number"),),
)
