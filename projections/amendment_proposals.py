"""Which corrections and annulments an officer proposed and nobody has confirmed: a row for each, in the queue of the
office whose second officer confirms it; nothing personal.
"""

from typing import Final, get_args

from domain.entry import Amendment, Entry
from projections import Row, View

# What of an entry waits for a second officer; a title each among the messages ("waiting").
REASONS: Final[tuple[str, ...]] = get_args(Amendment)


def _rows(entry: Entry) -> list[Row]:
    """Whatever else becomes of the entry voids the proposal; what is forgotten nobody can confirm."""
    proposal = entry.proposal
    if proposal is None or entry.is_erased:
        return []
    return [
        {
            "entry": entry.entry,
            "reason": proposal["what"],
            "since": proposal["at"],
            # What a case made is amended in that case; the import of another office is still that office's.
            "authority": entry.office if entry.written_by else entry.authority,
            "register": entry.register,
            "case": entry.written_by,
            "officer": proposal["proposers"][-1][0],
            "version": entry.version,
        }
    ]


PROJECTION = View(
    name="amendment_proposals",
    family="entry",
    columns={
        "entry": "text",
        "reason": "text",
        "since": "text",
        "authority": "text",
        "register": "text",
        "case": "text",
        "officer": "text",
        "version": "integer",
    },
    rows=_rows,
    indexes=(("authority", "since", "entry"),),
)
