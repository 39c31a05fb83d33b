"""What all tests share."""

pytest_plugins = ("tests.house", "tests.kafka_server")
