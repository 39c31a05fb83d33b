"""A real Apache Kafka for the tests that ask for one; no fake, and no test."""

import os
import re
from collections.abc import Iterator

import pytest

from infra.development.jars import Lacking
from infra.development.kafka import Broker


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """One broker for all tests of a run, ended with them; ``with kafka_broker.down():`` kills it for a while.

    Without Java or Maven its tests are skipped, or fail where ``TAMGA_TEST_REQUIRE`` names ``kafka``.
    """
    try:
        with Broker(tmp_path_factory.mktemp("kafka")) as broker:
            yield broker
    except Lacking as lacking:
        if is_required():
            pytest.fail(f"TAMGA_TEST_REQUIRE names kafka. {lacking}")
        pytest.skip(str(lacking))


@pytest.fixture(scope="session")
def kafka(kafka_broker: Broker) -> str:
    """The bootstrap servers of a real Apache Kafka, shared: a test names topics and groups of its own."""
    return kafka_broker.bootstrap


def is_required() -> bool:
    """Whether a test that asks for Kafka, and what it needs is not here, has failed."""
    return "kafka" in re.split(r"[\s,]+", os.environ.get("TAMGA_TEST_REQUIRE", ""))
