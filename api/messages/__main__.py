"""Compiles each catalogue that is newer than what was compiled of it: ``python -m api.messages``; reads no other file.

A catalogue that is wrong in itself (a twin, a bad head) ends the command with its name and line.
"""

import os
import sys
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

HERE = Path(__file__).parent


def compile_all(folder: Path = HERE) -> int:
    """How many were compiled. Each is made whole beside its place: several processes may do it at once."""
    stale = [path for path in sorted(folder.glob("*/*.po")) if _is_newer(path, path.with_suffix(".mo"))]
    for path in stale:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=Locale.parse(path.parent.name, sep="-"), abort_invalid=True)
        beside = path.with_suffix(f".{os.getpid()}")
        with beside.open("wb") as made:
            write_mo(made, catalogue)
        beside.replace(path.with_suffix(".mo"))
    return len(stale)


def _is_newer(source: Path, made: Path) -> bool:
    return not made.exists() or made.stat().st_mtime_ns <= source.stat().st_mtime_ns


if __name__ == "__main__":
    try:
        compile_all()
    except PoFileError as error:
        sys.exit(f"{error}")
