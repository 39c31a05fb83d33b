"""What whoever an entry names is told of it as it stands: that it was amended, is over, or may not be disposed of.

A row for each human and each thing, by keyed ids. ``case``: the one that tells its parties the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from domain.entry import Entry, Status
from domain.entry_visibility import humans_in
from projections import ColumnType, Keyed, Row, View


class Notice(NamedTuple):
    """One thing that is told: under which name it is kept, since when, and by which case to its parties."""

    name: str
    code: str
    at: str
    case: str | None = None


COLUMNS: Final[Mapping[str, ColumnType]] = dict.fromkeys(
    ("entry", "number", "person", "register", "at", "what", "case"), "text"
)
INDEXES: Final = (("person", "at", "entry", "number"),)
CODES: Final = ("entry_corrected", "entry_annulled", "entry_ended", "entry_restricted")
_AMENDED: Final = {"correction": "entry_corrected", "annulment": "entry_annulled"}


def _notices(entry: Entry) -> Iterator[Notice]:
    if entry.amended is not None:
        yield Notice("amended", _AMENDED[entry.amended["what"]], entry.changed_at, entry.amended["case"])
    elif entry.status == Status.ENDED:
        yield Notice("ended", "entry_ended", entry.changed_at, entry.written_by)
    for restriction, placed in entry.restrictions.items():
        yield Notice(restriction, "entry_restricted", placed["since"])


def _rows(entry: Entry, ids: Keyed) -> list[Row]:
    notices = [*_notices(entry)]
    people = humans_in(entry, ids.human) if notices else ()
    return [row for notice in notices for row in told(entry, notice, people)]


def told(entry: Entry, notice: Notice, people: Iterable[str]) -> list[Row]:
    """The rows of what these people are told of the entry."""
    return [
        {
            "entry": entry.entry,
            "number": f"{notice.name}-{n:03d}",
            "person": person,
            "register": entry.register,
            "at": notice.at,
            "what": notice.code,
            "case": notice.case,
        }
        for n, person in enumerate(sorted(people))
    ]


PROJECTION = View(
    name="entry_notices",
    family="entry",
    columns=COLUMNS,
    keyed=_rows,
    indexes=INDEXES,
)
