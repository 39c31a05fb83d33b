"""What the law keeps no longer, found in the read models; whether it is forgotten is decided on the log.

Each class of what is kept by the same law is asked for by itself, from the longest over: what is not over yet is never
looked at, however much there is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from domain.country import Country
from domain.retention import RetentionClass
from infra.read_models.store import ReadModels
from infra.read_models.transaction import MAX_KEYS
from infra.runtime.clock import written
from projections import Row

_COLUMN: Final = {"case": "procedure", "entry": "register"}


def over(  # noqa: PLR0913 - a page of rows
    read_models: ReadModels,
    of: RetentionClass,
    at: datetime,
    country: Country,
    *,
    after: Sequence[Any] = (),
    limit: int,
    waits_for_nothing: bool = False,
) -> list[Row]:
    """The rows of this class whose retention is over at that moment, after the cursor (since, id)."""
    where: dict[str, Any] = {_COLUMN[of.family]: of.name}
    if of.family == "case":
        where["terms"] = of.terms
    if waits_for_nothing:
        where["waits_for"] = None
    return read_models.rows(
        f"{of.family}_retention",
        where,
        up_to={"since": written(of.kept.over_since(at, country))},
        order=("since", of.family),
        after=tuple(after),
        limit=limit,
    )


def has_open_case(read_models: ReadModels, entry: str) -> bool:
    """Whether a case would write or look at the entry that is not over, or can be appealed against."""
    named = [row["case"] for row in read_models.rows("case_entries", {"entry": entry}, limit=MAX_KEYS)]
    ended = read_models.rows("case_retention", {"case": named}, limit=MAX_KEYS) if named else []
    closed = {row["case"] for row in ended if row["waits_for"] != "appeal"}
    return len(named) == MAX_KEYS or not closed.issuperset(named)
