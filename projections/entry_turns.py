"""What somebody is told of an entry that its reading tells no more: whom an amendment took out of it, and that a
restriction ended, to whom the entry named then. A row for each human and each thing, by keyed ids.

Who was named before by an ordinary change is told by the case that made it.
"""

from typing import Final

from domain.entry import Entry
from domain.entry_visibility import humans_in
from domain.events import EntryAnnulled, EntryCorrected, Recorded, RestrictionLifted
from domain.roles import COURT, OFFICERS
from projections import Keyed, Row, Turn
from projections.entry_notices import COLUMNS, INDEXES, Notice, told

LEFT_OUT_BY_OFFICE: Final = "entry_left_out_by_office"
LEFT_OUT: Final = (
    "entry_left_out",
    "entry_left_out_by_court",
    LEFT_OUT_BY_OFFICE,
)  # on appeal, by a court, an office
CODES: Final = (*LEFT_OUT, "entry_restriction_lifted")


def _rows(before: Entry, recorded: Recorded, after: Entry, ids: Keyed) -> list[Row]:
    named = humans_in(after, ids.human)
    if isinstance(recorded.event, RestrictionLifted):
        return told(after, _notice("entry_restriction_lifted", recorded), named)
    return told(after, _notice(_left_out(recorded), recorded), humans_in(before, ids.human) - named)


def _left_out(recorded: Recorded) -> str:
    """By whom, as it depends on that whom one may ask."""
    on_appeal, by_a_court, by_an_office = LEFT_OUT
    role = recorded.actor["role"]
    return by_a_court if role == COURT else by_an_office if role in OFFICERS else on_appeal


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
