"""Evidence is brought before it is filed, sealed with the case, and read again by those whose business it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.formats.canonical import b64url, sha256
from tests.town.caller import good, new_key, problem
from tests.town.people import A_PDF, Town

BIRTH = ("TR", "birth_certificate")
MOTHER, STRANGER = "tr-citizen-1", "tr-citizen-4"
OFFICER = "tr-civil-registry-officer-1"
A_PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
A_JPEG = b"\xff\xd8\xff\xe0" + bytes(20)


def filed_with(town: Town, raw: bytes = A_PDF) -> tuple[str, str]:
    """(case, evidence) of a birth with a report."""
    body = town.filing(*BIRTH)
    body["evidence"] = [{"kind": "birth_report", **town.upload(town.as_(MOTHER), "TR", raw)}]
    case = good(town.as_(MOTHER).post("/v1/cases", body, key=new_key()))
    return str(case["case"]), str(case["evidence"][0]["id"])


@pytest.mark.parametrize(
    ("raw", "kind"), [(A_PDF, "application/pdf"), (A_PNG, "image/png"), (A_JPEG, "image/jpeg")]
)
def test_three_kinds_of_files_are_taken(town: Town, raw: bytes, kind: str) -> None:
    """By their first bytes; 201 with a random id and the SHA-256."""
    form: dict[str, Any] = {"data": {"country": "TR"}, "files": {"file": ("scan", raw, kind)}}
    answer = town.as_(MOTHER).send("POST", "/v1/evidence", **form)
    kept = good(answer)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/evidence/{kept['id']}"
    assert {**kept, "id": ""} == {
        "id": "",
        "sha256": b64url(sha256(raw)),
        "media_type": kind,
        "size": len(raw),
    }


def test_ten_million_bytes_are_taken(town: Town) -> None:
    town.upload(town.as_(MOTHER), "TR", A_PDF + bytes(10_000_000 - len(A_PDF)))


def test_parties_and_the_competent_officer_read_it(town: Town) -> None:
    """As an attachment that no browser shows inline or stores."""
    case, evidence = filed_with(town)
    for reader in (MOTHER, OFFICER):
        answer = town.as_(reader).get(f"/v1/cases/{case}/evidence/{evidence}")
        assert answer.content == A_PDF
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"] == 'attachment; filename="birth_report"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("nobody", [STRANGER, "tr-birth-register", "kz-citizen-1", "tr-auditor"])
def test_nobody_else_reads_it(town: Town, nobody: str) -> None:
    case, evidence = filed_with(town)
    status, _ = problem(town.as_(nobody).get(f"/v1/cases/{case}/evidence/{evidence}"))
    assert status in (403, 404)


def test_it_is_read_under_its_own_case_only(town: Town) -> None:
    """An upload is not evidence yet, and evidence of one case is not that of another."""
    case, evidence = filed_with(town)
    other, _ = filed_with(town)
    upload = town.upload(town.as_(MOTHER), "TR")["id"]
    for where, what in ((other, evidence), (case, upload), (case, "nonsense")):
        answer = town.as_(MOTHER).get(f"/v1/cases/{where}/evidence/{what}")
        assert problem(answer) == (404, "not_found")


@pytest.mark.parametrize("change", [lambda file: file.write_bytes(b"other"), lambda file: file.unlink()])
def test_what_the_house_altered_or_lost_is_not_said_to_be_erased(
    town: Town, change: Callable[[Path], object]
) -> None:
    case, evidence = filed_with(town)
    change(
        max(
            (town.settings.data / "tr" / "evidence" / "new").iterdir(),
            key=lambda file: file.stat().st_ctime_ns,
        )
    )
    answer = town.as_(MOTHER).get(f"/v1/cases/{case}/evidence/{evidence}")
    assert problem(answer) == (409, "evidence_damaged")


def test_the_same_file_in_two_cases_is_two_pieces(town: Town) -> None:
    """Sealed for each case: what erases one leaves the other."""
    body = town.filing(*BIRTH)
    upload = {"kind": "birth_report", **town.upload(town.as_(MOTHER), "TR")}
    first = good(town.as_(MOTHER).post("/v1/cases", {**body, "evidence": [upload]}, key=new_key()))
    second = town.filing(*BIRTH)
    other = good(town.as_(MOTHER).post("/v1/cases", {**second, "evidence": [upload]}, key=new_key()))
    assert first["evidence"][0]["id"] != other["evidence"][0]["id"]
    assert first["evidence"][0]["sha256"] == other["evidence"][0]["sha256"]


def test_an_answer_may_bring_more(town: Town) -> None:
    """What was filed stays; a repeat brings it once."""
    case = town.take_to("returned", *BIRTH)
    of = town.read(case)["questions"][0]["of"]
    more = {"kind": "birth_report", **town.upload(town.as_(MOTHER), "TR")}
    said = {"of": of, "answer": "Here it is.", "evidence": [more]}
    answers = [good(town.as_(MOTHER).post(f"/v1/cases/{case}/information", said)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert [piece["kind"] for piece in answers[0]["evidence"]][-1] == "birth_report"
    evidence = answers[0]["evidence"][-1]["id"]
    assert town.as_(OFFICER).get(f"/v1/cases/{case}/evidence/{evidence}").content == A_PDF


def test_what_is_not_taken_does_not_stay_sealed(town: Town) -> None:
    """Also where the request is declined before the case is asked; the upload is there for the next one."""
    case = town.take_to("returned", *BIRTH)
    of = town.read(case)["questions"][0]["of"]
    mother, folder = town.as_(MOTHER), town.house.countries["TR"].folder / "evidence"
    more = {"kind": "birth_report", **town.upload(mother, "TR")}
    said = {"of": of, "answer": "Here it is.", "evidence": [more]}
    before = sum(1 for _ in folder.rglob("*"))
    declined = mother.post(f"/v1/cases/{case}/information", said, key="no key")
    assert problem(declined) == (400, "idempotency_key_wrong")
    assert sum(1 for _ in folder.rglob("*")) == before
    good(mother.post(f"/v1/cases/{case}/information", said))


def test_nothing_of_it_lies_on_the_disk_in_clear(new_town: Town) -> None:
    """Neither as an upload nor as evidence of a case."""
    raw = A_PDF + b"the secret of the scan"
    filed_with(new_town, raw)
    folder = new_town.house.countries["TR"].folder
    assert not [p for p in folder.rglob("*") if p.is_file() and b"the secret of the scan" in p.read_bytes()]


def test_erasing_the_case_destroys_its_evidence(new_town: Town) -> None:
    case, evidence = filed_with(new_town)
    new_town.withdraw(case)
    new_town.travel(days=800)
    why = {"basis": "the retention of the case has ended"}
    good(new_town.as_("tr-data-protection-officer").post(f"/v1/cases/{case}/erasures", why))
    answer = new_town.as_(OFFICER).get(f"/v1/cases/{case}/evidence/{evidence}")
    assert problem(answer)[0] in (404, 410)
