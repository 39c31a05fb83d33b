"""Peak memory of one piece of work, in a process of its own: ``python -m tests.bench.peak rebuild|verify FOLDER``.

The kernel counts as ``ru_maxrss`` of a process also what it was before its ``exec``: a copy of its large parent. Its
own peak is ``VmHWM``, in kB.
"""

import re
import resource
import sys
from pathlib import Path

from infra.verification import verify_folder
from tests.bench.ground import ground

if __name__ == "__main__":
    what, place = sys.argv[1], Path(sys.argv[2])
    if what == "rebuild":
        with ground(place) as house:
            house.follower.rebuild()
    else:
        verify_folder(place)
    own = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    if own is None:
        raise OSError("the kernel does not tell the peak of this process")
    peak = max(int(own[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    print(peak / 1024)  # noqa: T201 - the answer
