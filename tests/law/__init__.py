"""Law as tables of worked examples, counted by hand, that a jurist can read and sign: what a row is.

A country's writer adds a row so:

1. ``tests/law/<country>/<procedure>.py`` holds ``ROWS``, a tuple of ``Row``; a new folder has an ``__init__.py`` too.
2. ``given`` says the case in one sentence, ``filed`` when it came to the authority, by the clock there.
3. ``facts`` are what differs from the example request of the form (``tests/examples.py``): ``{"child.born_on": ...}``.
4. ``paid``, ``complete``, ``decided``, ``served``, ``stops`` say what else happened, where an answer runs from there.
5. At least one answer is expected: ``fee``, ``limits``, ``due`` ... as a literal, written as a jurist writes it.
6. Money is "18,597 KZT" or "1,489.36 TRY", with ", provisional" behind it where a value is not known.
7. A day is "2026-05-29", then what else is true of it, in this order: ", raw 2026-05-27" (only where you want it
   checked), ", in time" or ", late" or ", early" (of a limit), ", estimated", ", provisional".
8. ``counted`` says how it was counted by hand, day by day; ``law`` is the key of the source, and its article.
9. Never copy what the test says it found: count again. Where the law is wrong, the law is mended, and not the row.
10. ``make law`` writes the page ``docs/law/<country>/<procedure>.md``; what is not confirmed is marked there by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

NOT_ASKED: Final = "not asked"  # of a part of a fee, a limit or an evidence that this case does not have


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One worked example. Moments are "2026-02-12 10:00" by the authority's clock, "... UTC" by that one, or a day,
    which is its noon.

    What happened: ``in_register`` changes what stands there (None: nothing does), ``restricted`` are the kinds that
    are live on it, ``brought`` the evidence (None: all that is asked). ``stops`` are questions with their answers.

    What is expected: ``parts`` and ``limits`` by name, those that are named; ``evidence`` all that has to be brought;
    ``warnings`` and ``no_warnings`` among those of the officer; ``refused`` the code at filing, else it is taken;
    ``terms`` the first day of the row of law, ``legal_day`` that of the filing. Days run from the filing, but ``due``
    from ``complete`` where that is said, and ``extended`` from there; ``presumed_served`` from ``decided``; ``appeal``
    from ``served``, or else from when it is presumed. ``last_days``: where any other term of the law stands
    ("evidence.inspection.not_older_than", or a constant beside the terms) -> (from, last day).
    """

    given: str
    filed: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    in_register: Mapping[str, Any] | None = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    brought: tuple[str, ...] | None = None
    paid: str | None = None
    complete: str | None = None
    stops: tuple[tuple[str, str], ...] = ()
    decided: str | None = None
    served: str | None = None

    fee: str | None = None
    parts: Mapping[str, str] | None = None
    entry_fee: str | None = None
    limits: Mapping[str, str] | None = None
    evidence: tuple[str, ...] | None = None
    warnings: tuple[str, ...] | None = None
    no_warnings: tuple[str, ...] | None = None
    exempt: tuple[str, ...] | None = None
    obstacles: tuple[str, ...] | None = None
    refused: str | None = None
    terms: str | None = None
    legal_day: str | None = None
    pay_by: str | None = None
    consent_by: str | None = None
    due: str | None = None
    extended: str | None = None
    presumed_served: str | None = None
    appeal: str | None = None
    last_days: Mapping[str, tuple[str, str]] | None = None
    four_eyes: bool | None = None

    counted: str
    law: str

    @property
    def expected(self) -> dict[str, Any]:
        """What the law has to answer, by the names of the members."""
        return {name: value for name in ANSWERS if (value := getattr(self, name)) is not None}

    @property
    def happened(self) -> dict[str, Any]:
        """What else is known of the case, by the names of the members, where it is not as usual."""
        told = {name: getattr(self, name) for name in ("paid", "complete", "decided", "served")}
        told |= {"stops": self.stops or None, "restricted": self.restricted or None, "brought": self.brought}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Signed:
    """That somebody has read a page, or what is confirmed of it, and found it right; ``page`` is the mark that stood
    there for that, so that what changed since is not taken for signed. A table's file holds them as ``SIGNED``.
    """

    name: str
    office: str
    day: str
    page: str


ANSWERS: Final = (
    "refused",
    "terms",
    "legal_day",
    "fee",
    "parts",
    "entry_fee",
    "limits",
    "evidence",
    "exempt",
    "warnings",
    "no_warnings",
    "obstacles",
    "four_eyes",
    "pay_by",
    "consent_by",
    "due",
    "extended",
    "presumed_served",
    "appeal",
    "last_days",
)
