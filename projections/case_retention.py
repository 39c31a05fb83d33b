"""Cases that have ended and are not forgotten: from when on the law keeps them, and what they wait for besides.

How long that is stands in the terms of the case: whoever asks looks there.
"""

from domain.case import Case
from domain.retention import case_kept_since, case_waits_for
from projections import Row, View


def _row(case: Case) -> Row | None:
    since = case_kept_since(case)
    if since is None:
        return None
    return {
        "case": case.case,
        "procedure": case.procedure,
        "terms": case.terms,
        "since": since,
        "waits_for": case_waits_for(case),
    }


PROJECTION = View(
    name="case_retention",
    family="case",
    columns={"case": "text", "procedure": "text", "terms": "text", "since": "text", "waits_for": "text"},
    row=_row,
    indexes=(
        ("procedure", "terms", "since", "case"),
        ("procedure", "terms", "waits_for", "since", "case"),  # of the clock: it skips nothing each time
    ),
)
