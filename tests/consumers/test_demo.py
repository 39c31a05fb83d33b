"""The demonstration as it is typed: from an empty folder to a line that says what became of everything."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from domain.offers import offers

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 600


@pytest.mark.slow
def test_each_procedure_of_each_country_comes_to_its_end(tmp_path: Path) -> None:
    """Two of each, and the cases beside them in which something goes wrong."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TAMGA_")}
    environment = kept | {"TAMGA_DATA": str(tmp_path)}
    command = [sys.executable, str(ROOT / "tamga.py"), "demo", "--json"]
    played = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        timeout=PATIENCE_S,
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 0, played.stderr[-4000:]
    said = json.loads(played.stdout.splitlines()[-1])
    ends = said["by_country"]
    assert [offered for offered in offers() if ends[offered[0]][offered[1]]["completed"] < 2] == []
    assert said["receipts"] == said["cases"]["completed"]
    assert said["verified"] is True
