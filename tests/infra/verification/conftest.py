"""What the tests of verification share: a past, and a copy of its log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.past import Past, past
from tests.infra.tampering import copy_of
from tests.infra.verification.copied import Case


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with past(tmp_path_factory.mktemp("past")) as it:
        yield it


@pytest.fixture
def case(made: Past, tmp_path: Path) -> Case:
    folder = made.country().folder
    log = copy_of(folder / "log.sqlite", tmp_path / "log.sqlite")
    return Case(made, log, copy_of(folder / "vault.sqlite", tmp_path / "vault.sqlite"))
