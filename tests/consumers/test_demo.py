"""The demonstration as it is typed: from an empty folder to a line that says what became of everything."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from domain.countries import countries
from domain.offers import offers
from infra.operations.examples import examples_of

ROOT: Final = Path(__file__).parents[2]
PATIENCE_S: Final = 600


@pytest.mark.slow
def test_each_procedure_that_a_country_shows_examples_of_comes_to_its_end(tmp_path: Path) -> None:
    """Two of each, births and sales everywhere, and the cases beside them in which something goes wrong."""
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
    shown = [offered for offered in offers() if offered[1] in examples_of(offered[0])]
    assert {(code, name) for code in countries() for name in ("birth_certificate", "car_sale")} <= set(shown)
    assert [(code, name) for code, name in shown if ends[code][name]["completed"] < 2] == []
    assert said["receipts"] == said["cases"]["completed"]
    assert said["verified"] is True
