"""A child that dies is started again, and ends with us."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from infra.runtime.child import kept_running
from tests.town.caller import until

# It says who it is, and lives until its standard input ends.
CHILD = "import os, sys; print(os.getpid(), file=open(sys.argv[1], 'a')); sys.stdin.read()"
PARENT = (
    "import sys; from infra.runtime.child import kept_running\n"
    "with kept_running([sys.executable, '-c', sys.argv[1], sys.argv[2]]): sys.stdin.read()"
)


def pids(said: Path) -> list[int]:
    return [int(line) for line in said.read_text().split()] if said.exists() else []


def lives(pid: int) -> bool:
    """A zombie does not: it waits only to be asked how it ended."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_child_that_is_killed_is_started_again_and_ends_with_the_block(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with kept_running([sys.executable, "-c", CHILD, str(said)]):
        until(lambda: pids(said), "the first child")
        os.kill(pids(said)[0], signal.SIGKILL)
        until(lambda: len(pids(said)) == 2, "the second child")
        assert lives(pids(said)[1])
    assert not any(lives(pid) for pid in pids(said))
    assert len(pids(said)) == 2


def test_a_child_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """SIGKILL leaves no time to say goodbye: the pipe between them closes by itself."""
    said = tmp_path / "said"
    command = [sys.executable, "-c", PARENT, CHILD, str(said)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[3]) as parent:
        until(lambda: pids(said), "the child")
        assert lives(pids(said)[0])
        parent.kill()
    until(lambda: not lives(pids(said)[0]), "the end of the child")
