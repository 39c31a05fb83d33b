"""Copies of the tree, in which a test adds what somebody would add, and runs what they would run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
_NOT_COPIED: Final = shutil.ignore_patterns(".*", "__pycache__", "var", "build", "*.egg-info")


def copied(folder: Path) -> None:
    """The tree, as it is, without data."""
    shutil.copytree(ROOT, folder, ignore=_NOT_COPIED)


def run(copy: Path, *words: str) -> str:
    """A command in the copy, which must end well; its standard output."""
    done = _done(copy, *words)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def refused(copy: Path, *words: str) -> str:
    """A command in the copy, which must not end well; what it said."""
    done = _done(copy, *words)
    assert done.returncode != 0, done.stdout
    return done.stderr


def _done(copy: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": str(copy), "TAMGA_DATA": str(copy.with_name("data"))}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


def checked(copy: Path, *words: str) -> str:
    """Tests in the copy, which must pass; what they said."""
    return run(copy, "-m", "pytest", "-v", "-p", "no:cacheprovider", *words)
