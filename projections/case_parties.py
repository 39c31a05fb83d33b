"""Whose case it is: a row for each human among its parties, and for each who acts for one; by keyed ids."""

from domain.case import Case
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    """Who is several parties, or acts for several, has one row, of the first; their own before another's."""
    representatives = {party: each["person"] for party, each in case.representatives.items()}
    found = (*case.persons.items(), *representatives.items())
    first = {person: party for party, person in reversed(found)}
    return [
        {"case": case.case, "person": person, "party": party, "filed_at": case.filed_at}
        for person, party in first.items()
    ]


PROJECTION = View(
    name="case_parties",
    family="case",
    columns={"case": "text", "person": "text", "party": "text", "filed_at": "text"},
    rows=_rows,
    looks_at=("request", "parties"),
    indexes=(("person", "filed_at"),),
)
