"""Whose case it is: a row for each human among its parties, however many they are; by keyed ids."""

from domain.case import Case
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    """Who is several parties has one row, of the first."""
    first = {person: party for party, person in reversed(case.persons.items())}
    return [
        {"case": case.case, "party": party, "person": person, "filed_at": case.filed_at}
        for person, party in first.items()
    ]


PROJECTION = View(
    name="case_parties",
    family="case",
    columns={"case": "text", "party": "text", "person": "text", "filed_at": "text"},
    rows=_rows,
    indexes=(("person", "filed_at"),),
)
