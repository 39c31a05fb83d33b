"""After an erasure nothing of it is in any file of the house: not in clear, not coded, not by its key.

The registry's own database is not the house's. A server with open connections runs all the while, in a process
of its own with a follower, as it would in earnest.
"""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from infra.formats.canonical import from_b64url
from infra.formats.envelope import payload_of, split
from infra.log.event_store import Log
from tests.api.test_amendments import annul_all
from tests.town.caller import good, new_key, until
from tests.town.fixtures import Furnished, served
from tests.town.people import A_PDF, person
from tests.town.served import ServedTown

LONGEST_TERM = {"days": 5000}  # appeals, retention of the case and of the entry
EVIDENCE = A_PDF + "Gizli sözleşme: bedel iki parça hâlinde ödenecek.\n".encode() * 40
WORDS = {
    "question": "Which mileage does the Lokomotiva show, and who looked?",
    "answer": "It shows 123 456 km; Ölmez Çavuşoğlu looked, on the 3rd.",
    "note": "Seen by Ms Specimenova; the frame number is legible.",
}


def named(resident: str, surname: str, given_names: str) -> dict[str, Any]:
    """A citizen, under a name that stands nowhere else on this machine."""
    return {**person(resident), "surname": surname, "given_names": given_names}


PEOPLE = {
    "seller": named("kz-citizen-1", "Қарлығашұлы-Örnekoğlu", "Ürkər Шолпан"),
    "buyer": named("kz-citizen-2", "Gʻulomjonova-Beispiel", "Oygul Ақмарал"),
}
PUBLIC = {"plate_choice", "contract_signed_on"}  # stand open in the signed filing, and stay there


def leaves(value: Any) -> Iterator[str]:
    """Every text in a JSON value that is long enough to be known again."""
    match value:
        case str():
            if len(value.encode()) >= 8:  # shorter ones stand everywhere
                yield value
        case dict():
            for inner in value.values():
                yield from leaves(inner)
        case list():
            for inner in value:
                yield from leaves(inner)


def forms(value: bytes) -> Iterator[tuple[str, bytes]]:
    """A value as it may stand in a file: as it is, in UTF-16, escaped, or in base64 of any alignment."""
    yield "bytes", value
    yield from (("hex", value.hex().encode()), ("HEX", value.hex().upper().encode()))
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + value)
        # Only the letters that the value alone decides.
        whole = coded[-(-8 * shift // 6) : 8 * (shift + len(value)) // 6]
        yield f"base64+{shift}", whole
        yield f"base64url+{shift}", whole.translate(bytes.maketrans(b"+/", b"-_"))


def texts(value: str) -> Iterator[tuple[str, bytes]]:
    yield from forms(value.encode())
    for coding in ("utf-16-le", "utf-16-be"):
        yield from ((f"{coding} {form}", raw) for form, raw in forms(value.encode(coding)))
    yield "escaped", json.dumps(value)[1:-1].encode()


def found_in(folder: Path, erased: list[str], raw: list[bytes]) -> list[str]:
    """Where any of this stands in any file, and in which form."""
    wanted = {(f"{value[:12]}…", form): sought for value in erased for form, sought in texts(value)}
    wanted |= {(f"{value[:8].hex()}…", form): sought for value in raw for form, sought in forms(value)}
    found = []
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        found += [
            f"{path.relative_to(folder)}: {value} as {form}"
            for (value, form), sought in wanted.items()
            if sought in content
        ]
    return found


def wrapped(folder: Path) -> dict[bytes, bytes]:
    """The wrapped keys of the country, by id."""
    with closing(sqlite3.connect(folder / "kz" / "vault.sqlite")) as door:
        return dict(door.execute("SELECT id, wrapped FROM data_keys").fetchall())


def closed_by_the_clock(folder: Path) -> bool:
    """Whether nobody can appeal any more, and nothing is left for the clock to do."""
    asked = "SELECT count(*) FROM stored_events WHERE topic = 'case.AppealTermEnded.v1'"
    with closing(sqlite3.connect(folder / "kz" / "log.sqlite")) as log:
        return bool(log.execute(asked).fetchone()[0])


class Sale:
    """A car sale with a question, an answer and a piece of evidence, taken to its end in a town."""

    def __init__(self, town: ServedTown) -> None:
        self.town = town
        self.request = town.request("KZ", "car_sale", **PEOPLE)
        body = {"country": "KZ", "procedure": "car_sale", "request": self.request, "evidence": []}
        self.case = str(good(self._seller.post("/v1/cases", body, key=new_key()))["case"])
        town.complete(self.case)
        town.assign(self.case)
        officer = town.officer(self.case)
        good(town.judge(officer, self.case, "information-requests", {"question": WORDS["question"]}))
        brought = town.upload(self._seller, "KZ", EVIDENCE)
        self.hash = brought["sha256"]
        answer = {
            "of": town.read(self.case)["questions"][-1]["of"],
            "answer": WORDS["answer"],
            "evidence": [{"kind": "contract", **brought}],
        }
        good(self._seller.post(f"/v1/cases/{self.case}/information", answer))
        good(town.judge(officer, self.case, "proposals", {"note": WORDS["note"]}))
        good(town.judge(town.officer(self.case, 2), self.case, "approvals"))
        self.entry = str(town.read(self.case)["entries"][0]["entry"])
        town.acknowledge(self.case)
        annul_all(town, f"/v1/registers/vehicles/entries/{self.entry}")

    @property
    def _seller(self) -> Any:
        return self.town.as_("kz-citizen-1")

    @property
    def erased(self) -> list[str]:
        """Everything personal that was said: each text that a search would know again."""
        personal = {name: said for name, said in self.request.items() if name not in PUBLIC}
        return [*dict.fromkeys(leaves(personal)), *WORDS.values(), self.hash]

    def erase(self) -> list[bytes]:
        """Case and entry, when the law allows it; the ids of the keys that fell."""
        officer = self.town.as_("kz-data-protection-officer")
        basis = {"basis": "The retention has ended."}
        good(officer.post(f"/v1/cases/{self.case}/erasures", basis))
        good(officer.post(f"/v1/registers/vehicles/entries/{self.entry}/erasures", basis))
        return [from_b64url(key) for key in self._keys()]

    def _keys(self) -> list[str]:
        with closing(Log(self.town.settings.data / "kz" / "log.sqlite")) as log:
            rows = [row for row in log.since(0, 10_000) if row[3].endswith("PersonalDataErased.v1")]
        return [key for row in rows for key in payload_of(split(row[4])[0])["data"]["keys"]]


@pytest.fixture
def served_house(furnished: Furnished, tmp_path: Path) -> Iterator[ServedTown]:
    """``tamga.py serve`` with its follower, for this test alone."""
    with served(furnished("KZ"), tmp_path) as town:
        yield town


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """In clear and in every form: a search that finds nothing must not be a blind one."""
    value = "Қарлығашұлы-Örnekoğlu"
    for n, (form, raw) in enumerate(texts(value)):
        folder = tmp_path / str(n)
        folder.mkdir()
        (folder / "file").write_bytes(b"\x07before" + raw + b"after\xff")
        assert [place for place in found_in(folder, [value], []) if form in place]
    for shift in range(3):
        (tmp_path / "file").write_bytes(base64.b64encode(b"x" * shift + value.encode() + b"behind it"))
        assert found_in(tmp_path, [value], [])
        (tmp_path / "file").write_bytes(base64.b64encode(b"x" * shift + value.encode("utf-16-le") + b"  "))
        assert found_in(tmp_path, [value], [])


def test_after_the_erasure_of_a_case_and_its_entry_no_file_holds_anything_of_it(
    served_house: ServedTown,
) -> None:
    """While the house serves, with open connections and open files, and its follower in another process."""
    town, folder = served_house, served_house.settings.data
    sale = Sale(town)
    erased = sale.erased
    before = found_in(folder, erased, [])
    assert any(place.startswith("kz/read_models.sqlite") for place in before)
    keys_before = wrapped(folder)

    town.travel(**LONGEST_TERM)
    keys = sale.erase()
    assert len(keys) >= 6  # seller, buyer, case and evidence; entry and two owners
    gone = [keys_before[key] for key in keys]
    assert all(gone)

    until(lambda: not found_in(folder, erased, gone), "the scrubbing")
    assert not list((folder / "kz" / "evidence" / "new").iterdir())
    assert not list((folder / "kz" / "evidence" / "kept").iterdir())

    until(lambda: closed_by_the_clock(folder), "the end of the appeal term")
    live = json.loads(town.run("digest", "--json"))
    town.run("rebuild", "--all", "--json")
    rebuilt = json.loads(town.run("digest", "--json"))
    assert rebuilt == live
    assert live["KZ"]["erasures"] == 2
    assert found_in(folder, erased, gone) == []
    verified = json.loads(town.run("audit", "verify", "--json"))
    assert (verified["ok"], verified["logs"]["KZ"]["erased"] > 0) == (True, True)

    town.stop()
    assert found_in(folder, erased, gone) == []
