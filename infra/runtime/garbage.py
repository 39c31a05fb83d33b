"""How our processes collect garbage: seldom, as what they know is much, and hardly anything of it is a cycle."""

import gc


def collect_less() -> None:
    """What is there now is never walked over again, and what comes seldom: every walk takes as long as all of it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
