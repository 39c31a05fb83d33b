"""What somebody is told of an entry that its reading tells no more: whom an amendment took out of it, and that a
restriction ended, to whom the entry named then. A row for each human and each thing, by keyed ids.

Who was named before by an ordinary change is told by the case that made it.
"""

from typing import Final

from domain.entry import Entry
from domain.entry_visibility import humans_in
from domain.events import EntryAnnulled, EntryCorrected, Recorded, RestrictionLifted
from projections import Keyed, Row, Turn
from projections.entry_notices import COLUMNS, INDEXES, Notice, told

CODES: Final = ("entry_left_out", "entry_restriction_lifted")


def _rows(before: Entry, recorded: Recorded, after: Entry, ids: Keyed) -> list[Row]:
    named = humans_in(after, ids.human)
    if isinstance(recorded.event, RestrictionLifted):
        return told(after, _notice("entry_restriction_lifted", recorded), named)
    return told(after, _notice("entry_left_out", recorded), humans_in(before, ids.human) - named)


def _notice(code: str, recorded: Recorded) -> Notice:
    return Notice(f"{recorded.seq:06d}", code, recorded.time, recorded.lead)


PROJECTION = Turn(
    name="entry_turns",
    family="entry",
    events=frozenset({RestrictionLifted, EntryCorrected, EntryAnnulled}),
    columns=COLUMNS,
    rows=_rows,
    indexes=INDEXES,
)
