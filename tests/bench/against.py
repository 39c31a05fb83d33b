"""Two trees against each other: the rows of both, each by its own code, in turns: no machine is the same twice.

A row is worse where it lost more than ``TOLERANCE`` and more than the old tree differs from itself: a noisy row has to
lose more before it says anything.
"""

import json
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

ROUNDS: Final = 7
TOLERANCE: Final = 0.05

# Run in each tree: its benchmarks, its names. Rows over HTTP repeat less often by themselves: the turns are here. Those
# in process repeat more often, as a collection of garbage comes every few thousand filings: of three rounds of 300 it
# is the median in one tree, and falls between two rounds in the other.
_NAMES: Final = "import json; from tests.bench.__main__ import ROWS; print(json.dumps(list(ROWS)))"
_ONE: Final = """
import json, sys
from tests.bench import __main__ as bench, http_rows, rows
bench.collect_less()
rows.ROUNDS, http_rows.ROUNDS = 9, 3
for r in bench.ROWS[sys.argv[1]]():
    print(json.dumps([r.what, r.value, r.unit, r.is_at_least]))
"""


class Measured(NamedTuple):
    """A row's values in both trees, one for each round: ``old[n]`` and ``new[n]`` were measured one after the other."""

    what: str
    unit: str
    is_at_least: bool  # more is better
    old: Sequence[float]
    new: Sequence[float]

    @property
    def ratio(self) -> float:
        """New to old: the median over the rounds."""
        return statistics.median(new / old for old, new in zip(self.old, self.new, strict=True))

    @property
    def spread(self) -> float:
        """The old tree against itself: the distance in which the middle half of its rounds lies, as a part of their
        median.
        """
        if len(self.old) == 1:
            return 0.0
        low, middle, high = statistics.quantiles(self.old, n=4, method="inclusive")
        return (high - low) / middle

    @property
    def lost(self) -> float:
        """How much worse the new tree is, as a part; below 0 where it is better."""
        return 1 - self.ratio if self.is_at_least else self.ratio - 1

    @property
    def is_worse(self) -> bool:
        """Whether this is a loss, and not the machine."""
        return self.lost > TOLERANCE and self.lost > self.spread

    def __str__(self) -> str:
        """One line of the report."""
        old, new = statistics.median(self.old), statistics.median(self.new)
        verdict = "WORSE" if self.is_worse else "holds"
        values = f"old {old:,.3g}, new {new:,.3g} {self.unit}"
        return f"{self.what}: {values}, new / old {self.ratio:.3f}, old's spread {self.spread:.3f}: {verdict}"


def report(old: Path, new: Path, wanted: Sequence[str] = (), rounds: int = ROUNDS) -> int:
    """Print each row as it is measured; 1 if one became worse, else 0. Raises as ``against`` does."""
    worse = 0
    for found in against(old, new, wanted, rounds):
        print(found, flush=True)  # noqa: T201 - the command's output
        worse += isinstance(found, Measured) and found.is_worse
    print(f"rows that became worse: {worse}")  # noqa: T201 - the same
    return 1 if worse else 0


def against(
    old: Path, new: Path, wanted: Sequence[str] = (), rounds: int = ROUNDS
) -> Iterator[Measured | str]:
    """Each row that both trees have, measured; a sentence for each that only one of them has.

    Raises CalledProcessError where a tree's benchmark fails: what it said stands on standard error.
    """
    names = {tree: json.loads(_said(tree, _NAMES)) for tree in (old, new)}
    for name in dict.fromkeys([*names[new], *names[old]]):
        if wanted and name not in wanted:
            continue
        trees = [tree for tree in (old, new) if name in names[tree]]
        if len(trees) == 2:
            yield from _compared(name, old, new, rounds)
        else:
            yield f"{name}: only in the {'new' if trees == [new] else 'old'} tree"


def _compared(name: str, old: Path, new: Path, rounds: int) -> Iterator[Measured | str]:
    values: dict[Path, dict[str, list[float]]] = {old: defaultdict(list), new: defaultdict(list)}
    about: dict[str, tuple[str, bool]] = {}
    for n in range(rounds):
        for tree in (old, new) if n % 2 == 0 else (new, old):
            for line in _said(tree, _ONE, name).splitlines():
                what, value, unit, is_at_least = json.loads(line)
                values[tree][what].append(value)
                about[what] = unit, is_at_least
    for what, (unit, is_at_least) in about.items():
        if what in values[old] and what in values[new]:
            yield Measured(what, unit, is_at_least, values[old][what], values[new][what])
        else:
            yield f"{what}: only in the {'new' if what in values[new] else 'old'} tree"


def _said(tree: Path, program: str, *words: str) -> str:
    """What this program prints, run in the tree by the Python that runs here."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(
        command, cwd=tree, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
