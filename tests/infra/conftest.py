"""What the tests of the infrastructure share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.one_country import OneCountry, furnish, one_country


@pytest.fixture(scope="session")
def kazakhstan_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the keys of the country, and the first events of its log."""
    folder = tmp_path_factory.mktemp("kazakhstan")
    furnish(folder)
    return folder


@pytest.fixture
def kazakhstan(kazakhstan_keys: Path, tmp_path: Path) -> Iterator[OneCountry]:
    """The country, from the first event of its log on."""
    with one_country(kazakhstan_keys, tmp_path) as found:
        yield found
