"""Families of streams: one table says what happens in each, how it is folded, and who signs it."""

from typing import Any

import pytest

from domain.authorities import authorities
from domain.countries import countries
from domain.events import Event, family_of
from domain.families import FAMILIES, signed_by
from tests.domain import acts
from tests.domain.story import a_sale, given, stream_of


def test_every_event_happens_in_a_family() -> None:
    happening = {kind for family in FAMILIES.values() for kind in family.events}
    assert happening == set(Event.__args__)


@pytest.mark.parametrize("country", countries())
def test_the_families_that_an_authority_signs_are_those_of_the_table(country: str) -> None:
    """What the registrar of keys signs no other authority may sign."""
    patterns = {pattern for types in authorities(country).values() for pattern in types if "*" in pattern}
    signers = ("deciding", "mandates", "notices", "access", "competence")
    known = [pattern for signer in signers for pattern in signed_by(signer)]
    assert patterns <= {*known}
    assert patterns.isdisjoint(signed_by("registrar"))


def test_one_fold_has_the_same_shape_as_another() -> None:
    """A whole life is told again by the table alone."""
    story = given(a_sale(), *acts.COMPLETED)
    states: dict[str, Any] = {}
    for recorded in story.log:
        family = FAMILIES[recorded.family]
        assert family.name == family_of(recorded.type)
        before = states.get(recorded.stream, family.empty)
        states[recorded.stream] = family.evolve(before, recorded)
    assert states[story.case_id] == story.now
    assert states[stream_of(story.key)] == story.entry
    assert {key: states[stream_of(key)] for key in story.claims} == story.claims
