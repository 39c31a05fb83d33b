"""The keys of a country on disk: a hierarchy that OpenSSL accepts, made whole or not at all."""

import multiprocessing
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from infra.formats.ids import derived_id
from infra.formats.signing import key_of, kid_of, verify
from infra.keys.certificates import CA_TERM, ROOT_TERM, SEAL_TERM, BadCertificate, authority_of, check_chain
from infra.keys.keyring import Keyring, create
from tests.infra.vectors import event_vectors

AT = datetime(2026, 11, 22, 11, 35, 28, 250_000, tzinfo=UTC)
ORIGIN = "log.kz.tamga.example/v1"
ALMATY, ASTANA = "kz-vehicles-almaty", "kz-civil-astana"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    """Keys that no test changes."""
    return new_keyring(tmp_path_factory.mktemp("kz"))


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return new_keyring(tmp_path)


def new_keyring(folder: Path) -> Keyring:
    create(folder / "keys", "KZ", ORIGIN, [ALMATY, ASTANA], AT, organisation="Fictional")
    return Keyring(folder / "keys")


@pytest.mark.parametrize("made_id", event_vectors()["derived_ids"]["cases"])
def test_derived_ids_are_the_published_ones(made_id: dict[str, str]) -> None:
    """Normal forms and secret are for ever: another id would be a claim that nobody finds."""
    secret = bytes.fromhex(event_vectors()["derived_ids"]["secret_hex"])
    found = derived_id(secret, made_id["parts"])
    assert (found, UUID(found).version) == (made_id["id"], 8)


def test_openssl_accepts_every_seal_under_the_root(made: Keyring, tmp_path: Path) -> None:
    for seal in [made.registrar, *made.seals.values()]:
        answer = openssl(made, seal.certificate, tmp_path, at=AT + timedelta(days=1))
        assert answer.returncode == 0, answer.stderr


def test_openssl_refuses_a_seal_before_and_after_its_term_and_without_its_ca(
    made: Keyring, tmp_path: Path
) -> None:
    seal = made.registrar
    for at in (AT - timedelta(days=1), AT + SEAL_TERM + timedelta(days=1)):
        assert openssl(made, seal.certificate, tmp_path, at=at).returncode != 0
    assert openssl(made, seal.certificate, tmp_path, at=AT + timedelta(days=1), ca=False).returncode != 0


def test_certificates_say_whose_they_are_and_what_they_may_do(made: Keyring) -> None:
    root, ca = (x509.load_der_x509_certificate(der) for der in (made.root, made.ca))
    seal = made.newest(ALMATY)
    assert seal is not None
    leaf = x509.load_der_x509_certificate(seal.certificate)
    assert leaf.subject.rfc4514_string() == f"CN={ALMATY},O=Fictional,C=KZ"
    assert authority_of(seal.certificate) == seal.authority == ALMATY
    assert seal.kid == kid_of(seal.certificate)
    limits = [one.extensions.get_extension_for_class(x509.BasicConstraints).value for one in (root, ca, leaf)]
    assert [(limit.ca, limit.path_length) for limit in limits] == [(True, 1), (True, 0), (False, None)]
    terms = [one.not_valid_after_utc - one.not_valid_before_utc for one in (root, ca, leaf)]
    assert terms == [ROOT_TERM, CA_TERM, SEAL_TERM]
    assert (
        verify(seal.sign("tamga-receipt+jwt", b"{}"), key_of(seal.certificate), "tamga-receipt+jwt") == b"{}"
    )


def test_only_the_owner_reads_the_keys(made: Keyring) -> None:
    for path in [made.folder, *made.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_keys_that_are_there_are_never_made_again(keys: Keyring) -> None:
    create(keys.folder, "KZ", "another.origin", [], AT, organisation="Fictional")
    again = Keyring(keys.folder)
    assert (again.origin, again.kek, again.id_secret) == (ORIGIN, keys.kek, keys.id_secret)
    assert list(again.seals) == list(keys.seals)
    assert len({keys.kek, keys.id_secret}) == 2
    assert {len(keys.kek), len(keys.id_secret)} == {32}


def test_of_many_who_make_the_keys_at_once_one_wins(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    makers = [context.Process(target=new_keyring, args=(tmp_path,)) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert [maker.exitcode for maker in makers] == [0] * 4
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
    assert len(Keyring(tmp_path / "keys").seals) == 2


def test_a_maker_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lower-case ASCII"):
        create(tmp_path / "keys", "KZ", ORIGIN, ["../kz"], AT, organisation="Fictional")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_not_finished_is_no_seal(keys: Keyring) -> None:
    (keys.folder / "seals" / ".000003-kz-civil-astana.pem.abc").write_text("half")
    keys.reload()
    assert len(keys.seals) == 2


def test_a_new_seal_is_the_newest_and_the_old_one_stays_until_it_is_retired(keys: Keyring) -> None:
    old = keys.newest(ALMATY)
    new = keys.new_seal(ALMATY, AT + timedelta(days=600))
    assert old is not None
    assert keys.newest(ALMATY) == new
    assert {old.kid, new.kid} <= set(keys.seals)
    other_process = Keyring(keys.folder)
    other_process.retire(old.kid)
    keys.reload()
    assert old.kid not in keys.seals
    assert [path.suffix for path in (keys.folder / "retired").iterdir()] == [".pem"]
    with pytest.raises(KeyError):
        keys.retire(old.kid)


def test_a_retired_seal_leaves_its_number_and_nobody_takes_it(keys: Keyring) -> None:
    first = keys.new_seal(ALMATY, AT)
    keys.retire(first.kid)
    keys.retire(keys.new_seal(ALMATY, AT).kid)
    assert len(list((keys.folder / "retired").iterdir())) == 2
    assert keys.newest("kz-nobody") is None


def test_a_seal_never_outlives_its_ca(keys: Keyring) -> None:
    late = keys.new_seal(ALMATY, AT + CA_TERM - timedelta(days=30))
    ends = [x509.load_der_x509_certificate(der).not_valid_after_utc for der in (late.certificate, keys.ca)]
    assert ends[0] == ends[1]


@pytest.mark.parametrize("by_root", [False, True])
def test_a_successor_takes_the_registrars_place(keys: Keyring, *, by_root: bool) -> None:
    former = keys.registrar
    successor = keys.new_seal(former.authority, AT, by_root=by_root)
    assert keys.registrar == former
    keys.succeed(successor.kid)
    again = Keyring(keys.folder)
    assert again.registrar.kid == successor.kid
    assert successor.kid not in again.seals
    assert [path.name for path in (keys.folder / "retired").iterdir()] == [f"registrar-{former.kid}.pem"]
    check_chain(successor.certificate, [] if by_root else [keys.ca], keys.root, AT)


def test_a_chain_is_refused_that_does_not_lead_to_this_root_at_this_time(
    made: Keyring, keys: Keyring
) -> None:
    seal = made.registrar.certificate
    check_chain(seal, [made.ca], made.root, AT)
    for certificate, issuers, root, at in [
        (seal, [made.ca], keys.root, AT),
        (seal, [keys.ca], made.root, AT),
        (seal, [], made.root, AT),
        (seal, [made.ca], made.root, AT - timedelta(seconds=1)),
        (seal, [made.ca], made.root, AT + SEAL_TERM + timedelta(seconds=1)),
        (made.ca, [], made.root, AT),  # a CA is no seal
        (b"no certificate", [made.ca], made.root, AT),
    ]:
        with pytest.raises(BadCertificate):
            check_chain(certificate, issuers, root, at)


def openssl(
    keys: Keyring, certificate: bytes, folder: Path, *, at: datetime, ca: bool = True
) -> subprocess.CompletedProcess[str]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which looks at the chain as others do, is not here: apt-get install openssl")
    leaf = folder / "leaf.pem"
    leaf.write_bytes(x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM))
    command = ["openssl", "verify", "-x509_strict", "-attime", str(int(at.timestamp()))]
    command += ["-CAfile", str(keys.folder / "root.pem")]
    command += ["-untrusted", str(keys.folder / "ca.pem")] if ca else []
    return subprocess.run([*command, str(leaf)], capture_output=True, text=True, check=False)


def test_a_seal_that_another_process_puts_away_meanwhile_is_passed_over(
    keys: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stood in the folder when that was listed, and not when it was read."""
    listed = sorted((keys.folder / "seals").iterdir())
    gone = next(iter(keys.seals))
    Keyring(keys.folder).retire(gone)
    monkeypatch.setattr(keys, "_paths", lambda **_: listed)
    keys.reload()
    assert gone not in keys.seals
    assert len(keys.seals) == len(listed) - 1
