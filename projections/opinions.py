"""What each authority is asked for its opinion on, and has not answered; nothing personal."""

from domain.case import Case
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    return [
        {
            "case": case.case,
            "authority": opinion["authority"],
            "procedure": case.procedure,
            "of": opinion["of"],
            "investigation": opinion["investigation"],
            "asked_at": opinion["at"],
            "due": opinion["answer_until"]["until"] if opinion["answer_until"] else None,
        }
        for opinion in case.unanswered_opinions
    ]


PROJECTION = View(
    name="opinions",
    family="case",
    columns={
        "case": "text",
        "authority": "text",
        "procedure": "text",
        "of": "text",
        "investigation": "text",
        "asked_at": "text",
        "due": "text",
    },
    rows=_rows,
    looks_at=("opinions", "stage", "amendments", "is_appeal_term_over"),
    indexes=(("authority", "asked_at", "case"),),
)
