"""What all tests share."""

import pytest

pytest_plugins = ("tests.house", "tests.kafka_server")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the suite runs in several processes, the tests of a file stay together, and all that need a Kafka.

    The first share a house, the second a broker that takes half a gigabyte.
    """
    with_kafka = {item.path for item in items if "kafka_broker" in getattr(item, "fixturenames", ())}
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            group = "kafka" if item.path in with_kafka else str(item.path)
            item.add_marker(pytest.mark.xdist_group(group))
