"""The disk is full: nothing acknowledged is gone, reads go on, and it works again by itself when there is room.

Two disks: a small file system in memory, where this machine lets us mount one; and, everywhere on Linux, a limit on
the size of the files that the processes of the house may write.
"""

import json
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest

from infra.settings import Settings
from tests.town.caller import good, new_key, problem, until
from tests.town.fixtures import Furnished, served
from tests.town.served import ServedTown

TOO_MANY = 400  # filings that a full disk must not take
QUIET = {"TAMGA_LOG_LEVEL": "ERROR"}


class Disk(Protocol):
    """Where the house lies; ``fill`` and ``free`` are for whoever tests it."""

    def fill(self) -> None: ...

    def free(self) -> None: ...


class Mounted:
    """A file system of its own, which something else fills."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self) -> None:
        with self._filler.open("wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)) == 4096:
                    pass
            except OSError:
                return

    def free(self) -> None:
        self._filler.unlink()


class Limited:
    """No file of these processes may grow beyond what a few filings need."""

    def __init__(self, pids: list[int]) -> None:
        self._pids = pids

    def fill(self) -> None:
        self._limit(96 * 1024)

    def free(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for pid in self._pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@contextmanager
def mounted(furnished: Settings, folder: Path) -> Iterator[tuple[ServedTown, Disk]]:
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=0700", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no command to mount a file system with")
    if done.returncode:
        pytest.skip("only root may mount a file system of its own")
    try:
        with served(furnished, folder, **QUIET) as town:
            yield town, Mounted(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def limited(furnished: Settings, folder: Path) -> Iterator[tuple[ServedTown, Disk]]:
    if not hasattr(resource, "prlimit"):
        pytest.skip("this system has no limits that can be set from outside")
    with served(furnished, folder, **QUIET) as town:
        assert town.process is not None
        yield town, Limited([town.process.pid, *children(town.process.pid)])


def children(pid: int) -> list[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for one in lists for child in one.read_text().split()]


@pytest.fixture(params=[limited, mounted], ids=["limited files", "a small file system"])
def house(
    request: pytest.FixtureRequest, furnished: Furnished, tmp_path: Path
) -> Iterator[tuple[ServedTown, Disk]]:
    folder = tmp_path / "disk"
    folder.mkdir()
    with request.param(furnished("TR"), folder) as found:
        yield found


def filing(town: ServedTown) -> dict[str, Any]:
    """A birth: it needs no entry to be there before."""
    return town.filing("TR", "birth_certificate")


def test_a_full_disk_loses_nothing_and_works_again_by_itself(house: tuple[ServedTown, Disk]) -> None:
    town, disk = house
    parent = town.as_("tr-citizen-1")
    keys = (new_key() for _ in count())
    bodies = [(next(keys), filing(town)) for _ in range(3)]
    filed = {good(parent.post("/v1/cases", body, key=key))["case"]: key for key, body in bodies}
    until(lambda: all(parent.get(f"/v1/cases/{case}").is_success for case in filed), "the read models")
    early = list(filed)

    disk.fill()
    refused: list[tuple[str, dict[str, Any]]] = []
    for _ in range(TOO_MANY):
        key, body = next(keys), filing(town)
        answer = parent.post("/v1/cases", body, key=key)
        if answer.is_success:
            filed[answer.json()["case"]] = key
            continue
        assert problem(answer) == (503, "unavailable")
        assert answer.headers["retry-after"]
        refused.append((key, body))
        if len(refused) == 3:
            break
    assert len(refused) == 3, "the disk never filled up"

    ready = town.anybody.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["countries"]["TR"]["trouble"]
    for case in early:
        assert parent.get(f"/v1/cases/{case}").status_code == 200
        assert good(parent.get(f"/v1/cases/{case}/history"))["events"]
    assert town.anybody.get("/v1/procedures").status_code == 200

    disk.free()
    until(town.is_ready, "the house to be ready again, with nobody's help")
    for key, body in refused:  # the same again, as they were asked to
        case = good(parent.post("/v1/cases", body, key=key))["case"]
        assert case not in filed
        filed[case] = key
    for case in filed:
        shown = until(lambda case=case: parent.get(f"/v1/cases/{case}").is_success, "each case")  # type: ignore[misc]  # bound at once
        assert shown
    assert_whole(town, len(filed))


def assert_whole(town: ServedTown, cases: int) -> None:
    """The logs verify; the read models are those that a rebuild makes; each case was filed once."""
    assert json.loads(town.run("audit", "verify", "--json"))["ok"]
    until(lambda: behind(town) == 0, "the read models")
    live = json.loads(town.run("digest", "--json"))
    town.run("rebuild", "--all", "--json")
    assert json.loads(town.run("digest", "--json")) == live
    counted = town.run("audit", "verify", "--json")
    assert json.loads(counted)["logs"]["TR"]["streams"] >= 2 * cases  # a case and its claim


def behind(town: ServedTown) -> int:
    states = town.anybody.get("/readyz").json()["countries"].values()
    return sum(state["read_models_behind"] for state in states)


def test_a_full_disk_takes_no_evidence_and_says_so(house: tuple[ServedTown, Disk]) -> None:
    """Half a file is never kept; with room again, the whole one is."""
    town, disk = house
    parent = town.as_("tr-citizen-1")
    raw = b"%PDF-1.4\n" + bytes(300_000) + b"\n%%EOF\n"
    form: dict[str, Any] = {
        "data": {"country": "TR"},
        "files": {"file": ("evidence.pdf", raw, "application/pdf")},
    }
    disk.fill()
    assert problem(parent.send("POST", "/v1/evidence", **form)) == (503, "unavailable")
    uploads = town.settings.data / "tr" / "evidence" / "uploads"
    assert list(uploads.iterdir()) == []
    disk.free()
    assert parent.send("POST", "/v1/evidence", **form).status_code == 201
