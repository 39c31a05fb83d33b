"""Who may do what for which authority, as the log says it; the record of competences follows this."""

from domain.appointee import Appointee
from projections import Row, View


def _row(appointee: Appointee) -> Row:
    return {
        "appointee": appointee.appointee,
        "authority": appointee.authority,
        "position": appointee.position,
        "state": appointee,
    }


PROJECTION = View(
    name="competences",
    family="competence",
    columns={"appointee": "text", "authority": "text", "position": "integer", "state": "state"},
    row=_row,
    indexes=(("position",),),
    keeps=Appointee,
)
