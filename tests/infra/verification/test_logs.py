"""Verification of what nobody touched: a log, a range, a part of it, a folder; and what is missing there."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.development import development
from infra.formats.canonical import b64url, sha256
from infra.formats.envelope import payload_of, split
from infra.formats.tree import leaf, root
from infra.verification import CannotVerify, KeyStore, Report, Source, verify_folder, verify_logs
from infra.verification.findings import Wrong
from infra.verification.statement import Kinds
from tests.founders import a_founding, founding_is_offered
from tests.infra.one_country import OneCountry
from tests.infra.tampering import (
    Stored,
    copy_of,
    opened,
)
from tests.infra.verification.copied import Case

# --- the untouched log ------------------------------------------------------------------------------------


def test_what_nobody_touched_verifies(case: Case) -> None:
    """Every signature, every link and every disclosure; erased ones are counted, and no failure."""
    report = case.verified()
    with opened(case.log) as log:
        rows = log.rows()
    found = report.logs["KZ"]
    assert report.failures == []
    assert report.ok
    assert found["events"] == found["signatures"] == found["size"] == len(rows)
    assert found["streams"] == len({row.stream for row in rows})
    assert found["links"] == len(rows) - found["streams"]
    digests = sum(len(row.payload["data"].get("_sd", ())) for row in rows)
    assert found["erased"] > 0
    assert found["disclosures"] + found["erased"] == digests


def test_the_root_is_that_of_the_tree_over_all_events(case: Case) -> None:
    with opened(case.log) as log:
        leaves = [leaf(sha256(row.jws.encode())) for row in log.rows()]
    assert case.verified().logs["KZ"]["root"] == b64url(root(leaves))


def test_no_secret_is_needed(case: Case) -> None:
    """With the file and the root certificate alone, all but what is sealed is verified, and the report says so."""
    report = case.verified(with_keys=False)
    assert report.ok
    assert report.logs["KZ"]["disclosures"] == 0
    assert any("sealed" in sentence for sentence in report.not_covered)
    assert not any("sealed" in sentence for sentence in case.verified().not_covered)


def test_several_logs_are_verified_together_in_processes(case: Case) -> None:
    """The report has every log, the progress counts all events."""
    steps: list[tuple[int, int]] = []
    turkiye = case.past.country("TR")
    other = Source(log="TR", path=turkiye.folder / "log.sqlite", root_certificate=turkiye.keyring.root)
    report = verify_logs([case.source(), other], processes=2, progress=lambda *step: steps.append(step))
    assert report.ok
    assert report.logs.keys() == {"KZ", "TR"}
    assert steps[-1] == (sum(log["events"] for log in report.logs.values()),) * 2


def test_a_log_without_its_root_certificate_is_nobodys(case: Case) -> None:
    """Whoever gives another country's root certificate learns that nothing in the log is authorised."""
    other = case.past.country("TR").keyring.root
    report = verify_logs([Source(log="KZ", path=case.log, root_certificate=other)], processes=0)
    assert (report.failures[0].index, report.failures[0].check) == (0, "key")
    assert len(report.failures) <= 100


def test_a_key_store_that_is_not_there_is_no_empty_one(case: Case) -> None:
    case.vault.unlink()
    with pytest.raises(CannotVerify):
        case.verified()


def test_what_is_no_log_is_said_to_be_none(case: Case) -> None:
    case.log.write_bytes(b"this is no database, but it is long enough to be taken for one" * 20)
    report = case.verified()
    assert [failure.check for failure in report.failures] == ["file"]


# --- in ranges, and side by side ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40])
def test_however_a_log_is_cut_into_ranges_it_is_the_same(case: Case, size: int) -> None:
    """Ranges end between appends only; links, times and the tree go on from one to the next."""
    cut = verify_logs([case.source()], processes=0, in_ranges_of=size)
    assert cut.as_json() == case.verified().as_json()


# --- of a part of the log ----------------------------------------------------------------------------------


def _part(case: Case, *kept: Callable[[Stored], bool]) -> Report:
    with opened(case.log) as log:
        log.keep(*(row for row in log.rows() if any(keeps(row) for keeps in kept)))
    root = case.source().root_certificate
    return verify_logs([Source(log="KZ", path=case.log, root_certificate=root, recipient="KG")], processes=0)


def test_a_recipient_verifies_the_part_that_it_has(case: Case) -> None:
    """Signatures, streams, indexes and keys; not the chain, the tree, and the root that a retirement states: that is
    said.
    """
    report = _part(case, lambda row: row.type.startswith("keys."))
    assert report.failures == []
    assert report.logs["KZ"]["events"] == 22
    assert report.logs["KZ"]["root"] is None
    assert any("retirement at index" in sentence for sentence in report.not_covered)
    assert any("the chain" in sentence for sentence in report.not_covered)


def test_of_a_part_it_still_shows_that_an_event_stands_elsewhere(case: Case) -> None:
    with opened(case.log) as log:
        row = log.row(case.stream("waiting"), 3)
        log.rename(row, log_index=row.place + 7)
    report = _part(case, lambda row: row.type.startswith("keys."), lambda it: it.stream == row.stream)
    assert [(f.stream, f.version, f.check) for f in report.failures] == [(row.stream, 3, "index")]


def test_of_a_part_it_still_shows_that_a_stream_is_not_whole(case: Case) -> None:
    missing = case.stream("waiting"), 2
    report = _part(
        case,
        lambda row: row.type.startswith("keys."),
        lambda row: row.stream == missing[0] and row.version != missing[1],
    )
    assert (report.failures[0].stream, report.failures[0].version) == missing


# --- a folder, and a feed ----------------------------------------------------------------------------------


def test_a_data_folder_is_verified_as_a_whole(case: Case) -> None:
    """Every country's log, with the certificates beside them, which is said; or with those from outside."""
    place = case.past.house.settings.data
    report = verify_folder(place, with_keys=True)
    assert report["ok"]
    assert report["logs"].keys() == case.past.house.countries.keys()
    assert any("root certificates" in sentence for sentence in report["not_covered"])
    outside = case.log.parent / "roots"
    outside.mkdir()
    for code, country in case.past.house.countries.items():
        pem = (country.keyring.folder / "root.pem").read_bytes()
        (outside / f"{code.lower()}.pem").write_bytes(pem)
    report = verify_folder(place, roots=outside)
    assert report["ok"]
    assert not any("root certificates" in sentence for sentence in report["not_covered"])
    (outside / "kz.pem").unlink()
    with pytest.raises(CannotVerify):
        verify_folder(place, roots=outside)


def test_an_operator_who_made_everything_anew_is_seen_with_the_root_from_outside(case: Case) -> None:
    """Every signature of the forged log holds, and none leads to the certificate that we know."""
    turkiye = case.past.country("TR")
    forged = Source(log="KZ", path=turkiye.log.path, root_certificate=case.source().root_certificate)
    report = verify_logs([forged], processes=0)
    assert (report.failures[0].index, report.failures[0].check) == (0, "key")


def test_a_folder_without_logs_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify):
        verify_folder(tmp_path)


def test_a_log_beside_which_there_is_no_key_store_is_verified_without(case: Case) -> None:
    """Unless the key store was asked for."""
    place = case.log.parent / "data" / "kz"
    (place / "keys").mkdir(parents=True)
    copy_of(case.log, place / "log.sqlite")
    root = (case.past.country().keyring.folder / "root.pem").read_bytes()
    (place / "keys" / "root.pem").write_bytes(root)
    report = verify_folder(place.parent, with_keys=None)
    assert report["ok"]
    assert report["logs"]["KZ"]["disclosures"] == 0
    with pytest.raises(CannotVerify):
        verify_folder(place.parent, with_keys=True)


def test_a_key_store_under_another_key_opens_nothing(case: Case) -> None:
    source = case.source()
    other = replace(source, key_store=KeyStore(case.vault, bytes(32)))
    report = verify_logs([other], processes=0)
    assert [failure.check for failure in report.failures] == ["disclosures"]


def test_a_garbled_page_of_the_file_is_found(case: Case) -> None:
    """Whatever SQLite makes of it, no exception ends the verification."""
    raw = bytearray(case.log.read_bytes())
    middle = len(raw) // 2 // 4096 * 4096
    raw[middle : middle + 4096] = b"\xff" * 4096
    case.log.write_bytes(raw)
    assert not case.verified().ok


def test_filings_with_lists_of_any_length_verify_and_none_passes_for_another(kazakhstan: OneCountry) -> None:
    """What a filing has to hold follows from its own parties, whichever was looked at first."""
    with founding_is_offered() as offer:
        filed = []
        for n, founders in enumerate((3, 1, 2)):
            asked = {
                **a_founding(founders, first=10 * n + 1, name=f"Тамға {n} ЖШС"),
                "applicant": development.resident("kz-citizen-1").as_person(),
            }
            filed.append(kazakhstan.file_under(offer, asked, f"founding-{n}"))
        report = verify_folder(kazakhstan.place)
        assert report["failures"] == []
        assert report["ok"]
        kinds, many = Kinds("KZ"), None
        for outcome in filed:
            name, state = kazakhstan.log.stream(outcome.stream)[0][3:]
            content = payload_of(split(state)[0])["data"]
            many = many or content["parties"]
            kinds.check(name, content)
        with pytest.raises(Wrong, match="digests"):
            kinds.check(name, {**content, "parties": many})


def test_who_could_verify_no_log_at_all_has_not_verified() -> None:
    """A house that lets the auditor into no feed: what is not covered says why, and nothing holds."""
    assert not Report(logs={}, failures=[], not_covered=["KZ: the feed was not to be read"]).ok
