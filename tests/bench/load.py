"""A lean HTTP load: keep-alive clients that send prepared requests one after the other; asyncio, in this process."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Load:
    """What came back: statuses with their counts, seconds for each answer."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Good answers a second."""
        return sum(n for status, n in self.statuses.items() if status < 300) / self.seconds


def run(port: int, requests: Sequence[bytes], clients: int) -> Load:
    """Send all requests with so many clients; each takes the next one when it has its answer."""
    load = Load()
    asyncio.run(_run(port, requests, clients, load))
    return load


async def _run(port: int, requests: Sequence[bytes], clients: int, load: Load) -> None:
    todo = iter(requests)
    began = time.perf_counter()
    await asyncio.gather(*(_client(port, todo, load) for _ in range(clients)))
    load.seconds = time.perf_counter() - began


async def _client(port: int, todo: "object", load: Load) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in todo:  # type: ignore[attr-defined]  # one iterator for all clients
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        start = lower.index(b"content-length:") + 15
        await reader.readexactly(int(lower[start : lower.index(b"\r\n", start)]))
        status = int(head[9:12])
        load.statuses[status] = load.statuses.get(status, 0) + 1
        load.latencies.append(time.perf_counter() - began)
    writer.close()


def post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
