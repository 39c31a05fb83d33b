"""Houses with a log of a name of their own: the topics of one Kafka are shared by all tests."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.house import House
from infra.settings import Settings
from tests.house import Town, inside


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a house whose logs have names that nobody else has."""
    folder = tmp_path_factory.mktemp("named") / "data"
    House(Settings(data=folder, origin=f"log.{{cc}}.{uuid.uuid4().hex}.tamga.example/v1")).close()
    return folder


@pytest.fixture(scope="module")
def town(named: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with inside(named, tmp_path_factory.mktemp("town")) as found:
        yield found


@pytest.fixture
def new_town(named: Path, tmp_path: Path) -> Iterator[Town]:
    with inside(named, tmp_path) as found:
        yield found
