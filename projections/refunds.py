"""What is due back and not paid, for the treasury: a row for each payment; nothing personal."""

from domain.case import Case
from domain.case_parts import left_of
from projections import Row, View


def _rows(case: Case) -> list[Row]:
    """Also what went back twice: somebody has to look for it."""
    return [
        {
            "case": case.case,
            "payment": payment,
            "procedure": case.procedure,
            "amount": max(left, 0),
            "overpaid": max(-left, 0),
            "currency": case.payments[payment][1],
            "reason": refund["reason"],
            "since": refund["since"],
        }
        for payment, refund in case.refunds.items()
        if (left := left_of(refund))
    ]


PROJECTION = View(
    name="refunds",
    family="case",
    columns={
        "case": "text",
        "payment": "text",
        "procedure": "text",
        "amount": "integer",
        "overpaid": "integer",
        "currency": "text",
        "reason": "text",
        "since": "text",
    },
    rows=_rows,
    looks_at=("refunds", "payments"),
    indexes=(("since", "case", "payment"),),
)
