"""Who read what, as the person concerned may see it; folded from the table of accesses, not from the log."""

from domain.access import Access
from projections import Row, Tally


def _row(access: Access) -> Row:
    return {
        "number": f"{access.number:012d}",
        "stream": access.stream,
        "at": access.at,
        "reader": access.reader,
        "role": access.role,
        "authority": access.authority,
        "purpose": access.purpose,
        "basis": access.basis,
    }


PROJECTION = Tally(
    name="accesses",
    source="accesses",
    columns={
        "number": "text",
        "stream": "text",
        "at": "text",
        "reader": "text",
        "role": "text",
        "authority": "text",
        "purpose": "text",
        "basis": "text",
    },
    row=_row,
    indexes=(("stream", "number"),),
)
