"""The jars of Apache Kafka, fetched by Maven once; it starts nothing."""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

RECIPE = Path(__file__).parent / "recipes"
ANSWERS = Path(__file__).parents[2] / "var" / "dev"  # what Maven answered, so that it is asked once


class Lacking(Exception):
    """Java, Maven or the jars are not on this machine: the message says which, and how to get it."""


def classpath(answers: Path = ANSWERS) -> str:
    """The jars of the broker, as ``java -cp`` takes them; raises Lacking; several processes may ask."""
    pom = RECIPE / "pom.xml"
    answer = answers / f"kafka-{hashlib.sha256(pom.read_bytes()).hexdigest()[:16]}.classpath"
    if not _is_whole(answer):
        answers.mkdir(parents=True, exist_ok=True)
        fresh = answer.with_suffix(f".{os.getpid()}")
        _ask_maven(pom, fresh)
        fresh.replace(answer)
    return answer.read_text().strip()


def program(name: str) -> str:
    """Where ``java`` or ``mvn`` is; raises Lacking."""
    found = shutil.which(name)
    if found is None:
        raise Lacking(
            f"A real Apache Kafka needs Java 17 or newer, and Maven once; there is no {name} on the PATH. "
            "On Debian: apt-get install openjdk-17-jre-headless maven"
        )
    return found


def _is_whole(answer: Path) -> bool:
    return answer.exists() and all(Path(jar).exists() for jar in answer.read_text().strip().split(os.pathsep))


def _ask_maven(pom: Path, answer: Path) -> None:
    goal = ["dependency:build-classpath", f"-Dmdep.outputFile={answer}"]
    outcome = subprocess.run(
        [program("mvn"), "--quiet", "--batch-mode", "--file", str(pom), *goal],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        said = (outcome.stdout + outcome.stderr).strip()
        raise Lacking(f"Maven could not fetch the jars of Apache Kafka (is there a network?):\n{said}")
