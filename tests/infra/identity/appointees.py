"""Somebody within an authority, as a log tells it, for tests of what the record makes of that."""

from typing import Any, Final

from domain.appointee import Appointee, Held

PERSON: Final = "a keyed id"


def held(competence: str = "c-1", **more: Any) -> Held:
    """One competence."""
    found: Any = {
        "competence": competence,
        "role": "officer",
        "procedures": ["car_sale"],
        "since": "2026-01-01",
        "until": None,
        "ended_at": None,
        "login": None,
        "rule": "competence.grant:machine",
        **more,
    }
    return found  # type: ignore[no-any-return]


def appointee(
    stream: str = "a-1",
    *competences: Held,
    authority: str = "kz-example-office",
    person: str | None = PERSON,
    version: int = 1,
    **more: Any,
) -> Appointee:
    """Somebody with these competences; with one that ``more`` describes, where none are given."""
    return Appointee(
        appointee=stream,
        country=authority[:2].upper(),
        authority=authority,
        office_id=f"office-of-{stream}",
        person=person,
        version=version,
        position=version,
        held=[*competences] or [held(f"c-of-{stream}", **more)],
    )
