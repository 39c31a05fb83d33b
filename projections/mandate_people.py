"""Whose mandate it is: a row for who gave it, also as the head of a company, and for who has it; by keyed ids."""

from domain.mandate import Mandate
from projections import Row, View


def _rows(mandate: Mandate) -> list[Row]:
    head = mandate.acting["person"] if mandate.acting else None
    giver = head or mandate.principal_person
    people = {mandate.representative_person: "representative", giver: "principal"}
    return [
        {"mandate": mandate.mandate, "person": person, "side": side, "given_at": mandate.given_at}
        for person, side in people.items()
        if person
    ]


PROJECTION = View(
    name="mandate_people",
    family="mandate",
    columns={"mandate": "text", "person": "text", "side": "text", "given_at": "text"},
    rows=_rows,
    indexes=(("person", "given_at"),),
)
