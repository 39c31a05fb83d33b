"""Peak memory of one piece of work, in a process of its own: ``python -m tests.bench.peak rebuild|verify FOLDER``."""

import resource
import sys
from pathlib import Path

from infra.verification import verify_folder
from tests.bench.ground import ground

if __name__ == "__main__":
    what, place = sys.argv[1], Path(sys.argv[2])
    if what == "rebuild":
        with ground(place) as house:
            house.runner.rebuild()
    else:
        verify_folder(place)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(peak / 1024)  # noqa: T201 - the answer
