"""Number plates: the forms that a country gives them (``domain/law/<country>/plates.py``), and whether one has any."""

import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from domain.country import Source
from domain.facts import Facts
from domain.numbers import normal_plate


class PlateForm(NamedTuple):
    """A form of plates: ``pattern`` is of a plate in its normal form; ``since`` and ``until`` where they are known."""

    kind: str
    pattern: str
    source: Source
    since: date | None = None
    until: date | None = None


def has_form(forms: Iterable[PlateForm], plate: str) -> bool:
    """Whether it has one of them, however it is typed and whenever that form was given: who keeps a plate keeps it."""
    return any(re.fullmatch(form.pattern, normal_plate(plate), re.ASCII) for form in forms)


def has_a_form_of(forms: Iterable[PlateForm]) -> Callable[[Facts], bool]:
    """Of a check: the plate of the car that is sold has one of them, or none is named."""

    def holds(facts: Facts) -> bool:
        plate = facts.request["vehicle"].get("plate")
        return plate is None or has_form(forms, plate)

    return holds
