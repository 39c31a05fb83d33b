"""What only a real server shows: bodies that are not read, heads without bodies, on connections that live on."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.town.caller import good, new_key, problem
from tests.town.served import ServedTown

SELLER = "kz-citizen-1"
JSON = {"Content-Type": "application/json"}

pytestmark = [pytest.mark.slow, pytest.mark.countries("KZ")]


def test_50_mb_are_answered_before_they_are_read(served_town: ServedTown) -> None:
    """With their length said or not; the connection is whole, and the house lives on."""

    def endless() -> Iterator[bytes]:
        yield from (b" " * 1_000_000 for _ in range(50))

    seller = served_town.as_(SELLER)
    for _ in range(2):
        said = seller.send("POST", "/v1/cases", content=bytes(50_000_000), headers=JSON)
        assert problem(said) == (413, "too_large")
        headers = {**JSON, "Idempotency-Key": new_key()}
        unsaid = seller.send("POST", "/v1/cases", content=endless(), headers=headers)
        assert problem(unsaid) == (413, "too_large")
    assert good(served_town.anybody.get("/livez"))


def test_a_head_has_no_body_and_the_connection_lives_on(served_town: ServedTown) -> None:
    """Also of a stream that never ends."""
    registry = served_town.as_("kz-vehicle-register")
    for _ in range(2):
        assert served_town.anybody.send("HEAD", "/livez").content == b""
        assert served_town.anybody.send("HEAD", "/v1/nowhere").status_code == 404
        stream = registry.send("HEAD", "/v1/feeds/kz", headers={"Accept": "text/event-stream"})
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert good(served_town.anybody.get("/livez"))


@pytest.mark.parametrize("raw", [b"", b"[" * 100_000, b"\xff\xfe", b'{"a":1}' * 1000])
def test_whatever_is_sent_the_next_request_is_answered(served_town: ServedTown, raw: bytes) -> None:
    answer = served_town.as_(SELLER).send("POST", "/v1/cases", content=raw, headers=JSON)
    assert answer.is_client_error
    assert good(served_town.anybody.get("/livez"))


def test_who_goes_away_in_the_middle_is_no_fault_of_the_house(served_town: ServedTown) -> None:
    """It is counted as what it is, and nothing is logged as broken; the same key may be used again."""

    class Gone(Exception):
        pass

    def half() -> Iterator[bytes]:
        yield b'{"country": "KZ",'
        raise Gone

    headers = {**JSON, "Idempotency-Key": new_key()}
    with pytest.raises(Gone):
        served_town.as_(SELLER).send("POST", "/v1/cases", content=half(), headers=headers)
    until = time.monotonic() + 20
    while 'route="/v1/cases",status="499"' not in (counts := served_town.anybody.get("/metrics").text):
        assert time.monotonic() < until
    assert 'route="/v1/cases",status="500"' not in counts
    again = served_town.as_(SELLER).send("POST", "/v1/cases", content=b"{}", headers=headers)
    assert again.status_code == 422


@pytest.mark.parametrize("lines", [[], ["house.example", "house.example"]])
def test_a_request_says_once_for_which_host_it_is(served_town: ServedTown, lines: list[str]) -> None:
    hosts = "".join(f"Host: {line}\r\n" for line in lines)
    with socket.create_connection(("127.0.0.1", served_town.settings.port)) as to:
        to.sendall(f"GET /livez HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: to.recv(65536), b"")).decode()
    assert answer.startswith("HTTP/1.1 400 ")
    assert "application/problem+json" in answer
    assert '"host_wrong"' in answer
