"""Who read what, for each human who was in the case or entry at that moment; folded from the table of accesses, not
from the log.
"""

from domain.access import Access
from projections import Row, Tally


def _rows(access: Access) -> list[Row]:
    return [
        {
            "number": f"{access.number:012d}",
            "concerned": concerned,
            "stream": access.stream,
            "at": access.at,
            "reader": access.reader,
            "role": access.role,
            "authority": access.authority,
            "purpose": access.purpose,
            "basis": access.basis,
        }
        for concerned in access.concerned.split()
    ]


PROJECTION = Tally(
    name="accesses",
    source="accesses",
    columns={
        "number": "text",
        "concerned": "text",
        "stream": "text",
        "at": "text",
        "reader": "text",
        "role": "text",
        "authority": "text",
        "purpose": "text",
        "basis": "text",
    },
    rows=_rows,
    indexes=(("concerned", "number"),),
)
