"""From filing to completion as outsiders see it: a served house, and the reference registry beside it."""

import pytest

from domain.offers import offers
from tests.town.caller import good
from tests.town.served import ServedTown

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("country", sorted({country for country, _ in offers()}))
def test_every_procedure_of_a_country_is_completed_by_its_registry(
    served_town: ServedTown, country: str
) -> None:
    """Approved by its officers, read from the feed, applied, receipted: the case is completed."""
    procedures = [procedure for code, procedure in sorted(offers()) if code == country]
    cases = {procedure: served_town.take_to("approved", country, procedure) for procedure in procedures}
    served_town.run("registry", "run", country, "--from", "http", "--once")
    for procedure, case in cases.items():
        shown = served_town.read(case)
        assert shown["stage"] == "completed", procedure
        assert shown["entries"]
        for written in shown["entries"]:
            entry = f"/v1/registers/{written['register']}/entries/{written['entry']}"
            found = good(served_town.as_(f"{shown['authority']}-officer-1").read(entry))
            assert found["register"] == written["register"]
