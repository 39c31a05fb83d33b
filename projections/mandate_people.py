"""Whose mandate it is: a row for who gave it, a human or a company, and one for who has it; by keyed ids."""

from domain.mandate import Mandate
from projections import Row, View


def _rows(mandate: Mandate) -> list[Row]:
    people = {"principal": mandate.principal_person, "representative": mandate.representative_person}
    return [
        {"mandate": mandate.mandate, "person": person, "side": side, "given_at": mandate.given_at}
        for side, person in people.items()
        if person
    ]


PROJECTION = View(
    name="mandate_people",
    family="mandate",
    columns={"mandate": "text", "person": "text", "side": "text", "given_at": "text"},
    rows=_rows,
    indexes=(("person", "given_at"),),
)
