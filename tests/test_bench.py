"""Two trees measured against each other: what counts as worse, and what is only the machine."""

from pathlib import Path

import pytest

from domain.lifecycle import STEPS
from tests.bench.against import Measured, against, report
from tests.bench.decide_rows import OF_OTHER_LAWS, SITUATIONS, situated
from tests.domain.lives import offered

STEADY = [100.0, 101.0, 100.0, 99.0, 100.0, 101.0, 100.0]
NOISY = [100.0, 140.0, 80.0, 120.0, 70.0, 100.0, 130.0]


def measured(old: list[float], factor: float, *, is_at_least: bool = True) -> Measured:
    return Measured("a row", "events/s", is_at_least, old, [value * factor for value in old])


@pytest.mark.parametrize(
    ("old", "factor", "is_worse"),
    [
        (STEADY, 0.94, True),
        (STEADY, 0.96, False),  # less than 5 %
        (STEADY, 1.20, False),  # better
        (NOISY, 0.80, False),  # less than the old tree differs from itself
        (NOISY, 0.40, True),
    ],
)
def test_a_row_is_worse_by_more_than_five_percent_and_more_than_noise(
    old: list[float], factor: float, *, is_worse: bool
) -> None:
    assert measured(old, factor).is_worse is is_worse


def test_where_less_is_better_more_is_worse() -> None:
    assert measured(STEADY, 1.07, is_at_least=False).is_worse
    assert not measured(STEADY, 0.80, is_at_least=False).is_worse


def test_both_trees_measure_by_their_own_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows are found by their names; one that only one tree has is said; a loss is a 1."""
    before = a_tree(tmp_path / "before", kept=100, lost=100, removed=1)
    now = a_tree(tmp_path / "now", kept=100, lost=90, added=1)
    assert report(before, now, rounds=3) == 1
    assert capsys.readouterr().out.splitlines() == [
        "kept: old 100, new 100 events/s, new / old 1.000, old's spread 0.000: holds",
        "lost: old 100, new 90 events/s, new / old 0.900, old's spread 0.000: WORSE",
        "added: only in the new tree",
        "removed: only in the old tree",
        "rows that became worse: 1",
    ]
    assert report(before, now, ["kept"], rounds=3) == 0


def test_a_row_within_a_benchmark_that_only_one_tree_has_is_said_too(tmp_path: Path) -> None:
    before, now = a_tree(tmp_path / "before", bench=1), a_tree(tmp_path / "now", bench=1)
    main = before / "tests" / "bench" / "__main__.py"
    main.write_text(main.read_text("utf-8").replace('"bench", 1', '"other", 1'), "utf-8")
    assert sorted(map(str, against(before, now, rounds=1))) == [
        "bench: only in the new tree",
        "other: only in the old tree",
    ]


def test_each_command_is_decided_on_a_situation_that_it_fits_as_often_as_it_is_asked() -> None:
    assert set(SITUATIONS) | OF_OTHER_LAWS == set(STEPS)
    with offered() as offers:
        for kind in SITUATIONS:
            decided = situated(kind, offers)
            first, second = decided(), decided()
            assert first.events, kind
            assert first == second, kind


def a_tree(folder: Path, **rows: int) -> Path:
    """As much of a tree as is asked for rows, each with this value."""
    made = ", ".join(
        f'"{name}": lambda: [Row("{name}", {value}, "events/s", True)]' for name, value in rows.items()
    )
    files = {
        "tests/bench/rows.py": "ROUNDS = 5",
        "tests/bench/http_rows.py": "ROUNDS = 7",
        "tests/bench/__main__.py": "from collections import namedtuple\ncollect_less = list\n"
        f"Row = namedtuple('Row', 'what value unit is_at_least')\nROWS = {{{made}}}\n",
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        for package in path.relative_to(folder).parents[:-1]:
            (folder / package / "__init__.py").touch()
    return folder
