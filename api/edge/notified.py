"""What the hospitals told of the birth that a case declares, as it stands now: for offices, never for parties."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.about import about_of_case
from domain.birth_notice import DIFFERS, NOT_NOTIFIED, NOTIFIED, BirthNotice
from domain.case import Case
from domain.persons import keys_in
from infra.house import CountryHouse


class Told(NamedTuple):
    """``warnings``: how the request stands to it, in codes; ``notice``: as it is shown, ``people``: whom it names, by
    keyed ids.
    """

    warnings: Sequence[str] = ()
    notice: Mapping[str, Any] | None = None
    people: Collection[str] = ()


NOTHING_TOLD = Told()


def told_of(country: CountryHouse, case: Case, at: datetime, officer: str | None) -> Told:
    """What an office is told; what stands in the notice only ``officer``, where that is who has the case.

    Looked up when somebody reads, as a notice may come after the request, or say something else since. It stands in no
    event: those of the case its parties read.
    """
    about = about_of_case(case, at)
    notified = about.offer.procedure.notified if about and about.terms.notices else None
    if about is None or notified is None:
        return NOTHING_TOLD
    row = country.read_models.one("birth_notices", country.ids.stream(about.notice)) if about.notice else None
    notice: BirthNotice | None = row["state"] if row else None
    if notice is None or notice.said is None:
        is_born_here = case.request["child"]["place"]["country"] == case.country
        return Told([NOT_NOTIFIED] if is_born_here else [])
    differs = notified.differs(case.request, notice.said)
    has_the_case = officer is not None and officer == case.officer
    shown = {
        "notice": notice.notice,
        "version": notice.version,
        "told_at": notice.told_at,
        "differs": list(differs),
        "said": notice.said if has_the_case else None,
    }
    people = {country.ids.human(key) for key in keys_in(notice.said)} if has_the_case else ()
    return Told([f"{DIFFERS}:{what}" for what in differs] or [NOTIFIED], shown, people)
