"""Houses with a log of a name of their own: the topics of one Kafka are shared by all tests."""

import uuid

import pytest

from tests.town.fixtures import Furnished, furnisher


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    """Houses whose logs have names that nobody else has."""
    return furnisher(tmp_path_factory, origin=f"log.{{cc}}.{uuid.uuid4().hex}.tamga.example/v1")
