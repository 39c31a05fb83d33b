"""The seals of a country: made, authorised, rotated and retired as events of its log, without anybody waiting."""

import shutil
from pathlib import Path

import pytest

from domain.authorities import PAYMENT, authorities, registrar_of
from domain.refusals import Unknown
from infra.desk import key_acts
from infra.formats.canonical import b64url
from infra.formats.signing import BadSignature, parse, verify
from infra.keys.live_seals import Authorised, key_for, newest_live, seals_of
from tests.infra.one_country import OFFICE, OneCountry

TREASURY = "kz-treasury"


def seals(country: OneCountry) -> list[Authorised]:
    """As the country's log tells them."""
    return seals_of(country.log.stream(country.keyring.ids.keys()), country.desk.country)


def kids(country: OneCountry, authority: str) -> list[str]:
    return [seal.kid for seal in seals(country) if seal.authority == authority]


def test_a_log_begins_with_its_keys_and_a_seal_for_every_authority(kazakhstan: OneCountry) -> None:
    names = [row[3] for row in kazakhstan.log.since(0, 100)]
    assert names == ["keys.LogOpened.v1", *["keys.SealAuthorised.v1"] * len(authorities("KZ"))]
    assert {seal.authority for seal in seals(kazakhstan)} == set(authorities("KZ"))
    shown = key_acts.seals(kazakhstan.desk)
    assert all(seal["is_here"] and seal["retired_at"] is None for seal in shown)
    assert [seal["authorised_at"] for seal in shown] == list(range(1, len(shown) + 1))


def test_opening_it_again_writes_nothing_and_waits_for_nobody(kazakhstan: OneCountry) -> None:
    """Every command of the command line comes by, also while an import holds the write lock."""
    size = kazakhstan.log.size()
    with kazakhstan.log.writing():
        other = OneCountry(kazakhstan.place)
        other.close()
    assert kazakhstan.log.size() == size


def test_an_authority_that_the_law_names_anew_gets_its_seal(kazakhstan: OneCountry) -> None:
    key_acts.authorise_missing(kazakhstan.desk, {**authorities("KZ"), "kz-notaries": ("case.*",)})
    found = newest_live(seals(kazakhstan), "kz-notaries")
    assert found is not None
    assert found.types == ("case.*",)


def test_an_authority_that_may_sign_more_gets_a_seal_for_that(kazakhstan: OneCountry) -> None:
    """The old one was not authorised for it, and stays as it is."""
    types = {**authorities("KZ"), TREASURY: (*authorities("KZ")[TREASURY], "tamga-discount+jwt")}
    key_acts.authorise_missing(kazakhstan.desk, types)
    key_acts.authorise_missing(kazakhstan.desk, types)
    old, new = (seal for seal in seals(kazakhstan) if seal.authority == TREASURY)
    assert "tamga-discount+jwt" in new.types
    assert old.retired is None


def test_after_a_rotation_both_seals_are_good_and_the_new_one_signs(kazakhstan: OneCountry) -> None:
    kazakhstan.register(1)
    (old,) = kids(kazakhstan, OFFICE)
    filed = kazakhstan.file(1)
    new = key_acts.rotate(kazakhstan.desk, OFFICE, authorities("KZ")[OFFICE])
    kazakhstan.consent(filed)
    signed = [parse(row[4].split(b"\1")[0].decode()).kid for row in kazakhstan.log.stream(filed.stream)]
    assert signed == [old, old, new]


def test_a_seal_that_was_made_in_vain_is_used_by_the_next_rotation(kazakhstan: OneCountry) -> None:
    """The house was killed between making the key and saying so in its log."""
    made = kazakhstan.keyring.new_seal(OFFICE, kazakhstan.at)
    assert key_acts.rotate(kazakhstan.desk, OFFICE, authorities("KZ")[OFFICE]) == made.kid
    assert key_acts.rotate(kazakhstan.desk, OFFICE, authorities("KZ")[OFFICE]) != made.kid


def test_a_retired_seal_is_shown_with_its_end_and_put_away(kazakhstan: OneCountry) -> None:
    (kid,) = kids(kazakhstan, TREASURY)
    size = key_acts.retire(kazakhstan.desk, kid, "rotation")
    (shown,) = [seal for seal in key_acts.seals(kazakhstan.desk) if seal["kid"] == kid]
    assert (shown["retired_at"], shown["is_here"]) == (size, False)
    assert size == kazakhstan.log.size() - 1


def test_what_is_no_live_seal_cannot_be_retired(kazakhstan: OneCountry) -> None:
    (kid,) = kids(kazakhstan, TREASURY)
    key_acts.retire(kazakhstan.desk, kid, "rotation")
    size = kazakhstan.log.size()
    for wrong in (kid, b64url(bytes(32)), "nonsense"):
        with pytest.raises(Unknown):
            key_acts.retire(kazakhstan.desk, wrong, "again")
    assert kazakhstan.log.size() == size


def test_a_statement_is_verified_with_a_live_key_of_its_authority_for_its_kind(
    kazakhstan: OneCountry,
) -> None:
    (kid,) = kids(kazakhstan, TREASURY)
    statement = kazakhstan.keyring.seals[kid].sign(PAYMENT, b"{}")
    verify(statement, key_for(seals(kazakhstan), kid, TREASURY, PAYMENT), PAYMENT)
    for wrong in (
        (kid, OFFICE, PAYMENT),
        (kid, TREASURY, "tamga-receipt+jwt"),
        (b64url(bytes(32)), TREASURY, PAYMENT),
    ):
        with pytest.raises(BadSignature):
            key_for(seals(kazakhstan), *wrong)
    key_acts.retire(kazakhstan.desk, kid, "compromise")
    with pytest.raises(BadSignature, match="retired"):
        key_for(seals(kazakhstan), kid, TREASURY, PAYMENT)


def test_the_registrar_signs_what_happens_to_keys_and_nobody_else(kazakhstan: OneCountry) -> None:
    key_acts.rotate(kazakhstan.desk, OFFICE, authorities("KZ")[OFFICE])
    for row in kazakhstan.log.stream(kazakhstan.keyring.ids.keys()):
        parsed = parse(row[4].decode())
        assert parsed.kid == kazakhstan.keyring.registrar.kid
        assert parsed.payload["authority"] == registrar_of("KZ")
        assert "KZ" in parsed.payload["to"]


def test_two_houses_that_open_one_new_log_open_it_once(kazakhstan_keys: Path, tmp_path: Path) -> None:
    """Both find it empty, and only the first under the lock writes."""
    shutil.copytree(kazakhstan_keys, tmp_path / "kz")
    one = OneCountry(tmp_path)
    other = OneCountry(tmp_path)
    try:
        names = [row[3] for row in one.log.since(0, 100)]
        assert names.count("keys.LogOpened.v1") == 1
        assert len(names) == len(set(authorities("KZ"))) + 1
    finally:
        one.close()
        other.close()
