"""Processes that carry out tasks side by side: order, errors, and one that dies."""

import os
from functools import partial
from pathlib import Path

import pytest

from domain.refusals import Unready
from infra.runtime.crew import Crew


class Adder:
    """Adds up its tasks; a negative one is refused, zero kills the process."""

    def __init__(self, begin: int) -> None:
        self._sum = begin

    def carry_out(self, task: int) -> tuple[int, int]:
        if task < 0:
            raise Unready("not_below_zero")
        if task == 0:
            os._exit(7)
        self._sum += task
        return self._sum, os.getpid()

    def close(self) -> None:
        """Nothing is held."""


def test_what_comes_of_tasks_comes_in_their_order_and_each_process_does_every_nth() -> None:
    with Crew(partial(Adder, 100), processes=2) as crew:
        found = list(crew.carry_out_all([1, 10, 2, 20, 3, 30, 4, 40, 5]))
    assert [total for total, _ in found] == [101, 110, 103, 130, 106, 160, 110, 200, 115]
    assert len({process for _, process in found}) == 2
    assert len({process for _, process in found[::2]}) == 1


def test_without_processes_this_one_does_it_all() -> None:
    with Crew(partial(Adder, 0), processes=0) as crew:
        assert list(crew.carry_out_all([1, 2])) == [(1, os.getpid()), (3, os.getpid())]


def test_what_a_worker_raises_its_asker_raises() -> None:
    with Crew(partial(Adder, 0), processes=2) as crew, pytest.raises(Unready) as refused:
        list(crew.carry_out_all([1, -1]))
    assert refused.value.name == "not_below_zero"


def test_a_process_that_died_is_no_answer() -> None:
    with Crew(partial(Adder, 0), processes=2) as crew, pytest.raises(ChildProcessError):
        list(crew.carry_out_all([1, 0, 2, 3]))


def test_a_process_that_died_before_it_was_asked_is_no_answer_either() -> None:
    with Crew(partial(Adder, 0), processes=2) as crew:
        list(crew.carry_out_all([1, 1]))
        with pytest.raises(ChildProcessError):
            list(crew.carry_out_all([0, *range(1, 20)]))
        with pytest.raises(ChildProcessError):
            list(crew.carry_out_all([1, 2]))


def test_an_error_that_cannot_be_carried_over_is_named() -> None:
    with Crew(Stubborn, processes=2) as crew, pytest.raises(RuntimeError, match="Unportable"):
        list(crew.carry_out_all([1]))


def test_a_process_takes_no_code_from_where_we_happen_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('taken')", "utf-8")
    monkeypatch.chdir(tmp_path)
    with Crew(partial(Adder, 0), processes=2) as crew:
        assert [total for total, _ in crew.carry_out_all([1, 2])] == [1, 2]


class Unportable(Exception):
    """Pickle does not bring it back: it wants two arguments and keeps one."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)
        self.other = other


class Stubborn:
    """Fails."""

    def carry_out(self, _task: int) -> None:
        raise Unportable("a", "b")

    def close(self) -> None:
        """Nothing is held."""
