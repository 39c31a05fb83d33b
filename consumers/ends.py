"""What became of the cases of a folder, counted from its logs: by what is signed in clear, without any secret."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

from infra.formats.envelope import payload_of, split
from infra.verification.log_file import LogFile

# Stored name -> what a case with such an event is counted as.
_BY_NAME: Final = {
    "case.CaseCompleted.v1": "completed",
    "case.CaseRefused.v1": "refused",
    "case.CaseLapsed.v1": "lapsed",
    "case.LapseSetAside.v1": "revived",
    "case.InformationProvided.v1": "answered",
    "case.PersonalDataErased.v1": "erased",
    "case.RequestAmended.v1": "amended",
    "case.OpinionGiven.v1": "opined",
    "case.AppealLodged.v1": "appealed",
    "case.ResultCorrected.v1": "corrected",
    "case.ResultAnnulled.v1": "annulled",
    "case.CaseNotNeeded.v1": "not_needed",
    "case.DeadlineExtended.v1": "extended",
    "case.ObjectionRecorded.v1": "objected",
}
_FILED: Final = "case.CaseFiled.v1"
_WITHDRAWN: Final = {"applicant": "withdrawn", "consent_declined": "declined"}


class Ends(NamedTuple):
    """How many cases of all logs are each of this; a case may be several. ``by_country``: country -> procedure -> the
    same.
    """

    cases: Mapping[str, int]
    by_country: Mapping[str, Mapping[str, Mapping[str, int]]]


def ends_of(folder: Path) -> Ends:
    """What became of all that is in the logs below the folder."""
    found: set[tuple[str, str, str, str]] = set()
    for path in sorted(folder.glob("*/log.sqlite")):
        country, procedures = path.parent.name.upper(), dict[str, str]()
        with closing(LogFile(path)) as log:
            extent = log.extent()
            for row in log.rows(0, extent.last + 1) if extent else ():
                if not row[3].startswith("case."):
                    continue
                payload = payload_of(split(row[4])[0])
                if row[3] == _FILED:
                    procedures[row[1]] = payload["data"]["procedure"]
                found.update((country, procedures[row[1]], end, row[1]) for end in _ends(row[3], payload))
    by_country: dict[str, dict[str, Counter[str]]] = {}
    for country, procedure, end, _ in sorted(found):
        by_country.setdefault(country, {}).setdefault(procedure, Counter())[end] += 1
    return Ends(Counter(end for _, _, end, _ in found), by_country)


def _ends(name: str, payload: Mapping[str, Any]) -> Iterator[str]:
    said = payload["data"]
    if name in _BY_NAME:
        yield _BY_NAME[name]
    if name == "case.CaseWithdrawn.v1":
        yield _WITHDRAWN[said["reason"]]
    if name == "case.AppealDecided.v1":
        yield said["outcome"]
    if name == "case.CaseRefused.v1" and "restricted" in said["grounds"]:
        yield "blocked"
    if payload["actor"].get("for", {}).get("as") == "mandate":
        yield "mandated"
