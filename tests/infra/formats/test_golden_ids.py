"""Ids that are found again from their keys: frozen, part by part, for as long as a log stands.

Each goes through a normal form and a keyed hash. Were one of them to change, a car could be sold twice: a new
form gets a new version number, and takes the old and the new claim together.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain import names, numbers
from domain.countries import countries
from domain.facts import Facts
from domain.law.az.numbers import az_fin
from domain.lookup_keys import Key, mandate_key, notice_key
from domain.persons import key_of
from domain.procedures import procedures
from domain.register import Create
from domain.registers.companies import company_key
from infra.formats.ids import Ids, derived_id

SECRET = bytes(range(32))
WHO = ("https://id.kz.example", "portal", "subject-7")
CAR: Mapping[str, Any] = {"vehicle": {"vin": "XTA210990Y2766389", "plate": "123 АВС 02"}}
OLD_CAR: Mapping[str, Any] = {"vehicle": {"chassis": "1234567", "make": "ГАЗ", "plate": None}}
BIRTH: Mapping[str, Any] = {
    "child": {
        "surname": "ÖRNEK",
        "given_names": "İpek  Işıl",
        "born_on": "2026-11-20",
        "order": 1,
        "place": {"country": "TR", "city": "Ankara", "facility": None},
    },
    "medical_certificate": {"issuer": "ANKARA HASTANESİ", "number": "A-1", "issued_on": "2026-11-20"},
    "mother": {"personal_number": {"country": "TR", "number": "10000000146"}},
    "applicant": {"personal_number": {"country": "TR", "number": "10000000146"}},
    "father": None,
}
BY_MOUTH = {**BIRTH, "medical_certificate": None}
WITH_A_PASSPORT = {
    **BY_MOUTH,
    "mother": {"document": {"kind": "passport", "country": "XX", "number": "AB 123456"}},
}
WITH_A_NAME = {**BY_MOUTH, "mother": {"surname": None, "given_names": "AYŞE"}}
FOUNDLING = {**BY_MOUTH, "mother": None}


ENTRY = "ff84b636-166d-8c65-9950-5ca9e441fc33"
IDS = Ids(SECRET)
GOLDEN = {
    "keys": (IDS.keys(), ("keys", 1), "0bb8d7c8-968c-8a3e-b1ca-a59eb6d0aad3"),
    "access": (IDS.access(), ("access", 1), "0a19dcd8-8b6d-82b0-8349-26cdbb9fa3b0"),
    "appointee": (
        IDS.appointee("kz-vehicle-registration", ENTRY),
        ("competence", 1, "kz-vehicle-registration", "person", ENTRY),
        "8be2ffcb-7431-8869-b013-d77c92923fde",
    ),
    "appointee_login": (
        IDS.appointee_login("kz-vehicle-registration", WHO[0], WHO[2]),
        ("competence", 1, "kz-vehicle-registration", "login", WHO[0], WHO[2]),
        "876df72d-0bcc-89a5-b618-d4f9469e5617",
    ),
    "competence": (
        IDS.competence(ENTRY, *WHO, "idem-1"),
        ("competence-granted", 1, ENTRY, *WHO, "idem-1"),
        "621e7422-17f0-82b7-bb8a-cf10c3ab6efb",
    ),
    "competence_by_law": (
        IDS.competence_by_law(ENTRY, "officer"),
        ("competence-by-law", 1, ENTRY, "officer"),
        "928366b8-1d51-846c-8c2a-82837540df92",
    ),
    "stream": (
        IDS.stream(Key("claim", ("vehicle_sale", "XTA210990Y2766389"))),
        ("claim", 1, "vehicle_sale", "XTA210990Y2766389"),
        "6d722a8f-5f3d-859b-8b52-3f4793d9f59b",
    ),
    "case": (
        IDS.case(*WHO, "idem-1"),
        ("case", 1, *WHO, "idem-1"),
        "f1c79201-8869-8b52-8e08-a795beee3229",
    ),
    "request": (
        IDS.request(*WHO, "idem-1"),
        ("case", 1, *WHO, "idem-1"),
        "f1c79201-8869-8b52-8e08-a795beee3229",
    ),
    "restriction": (
        IDS.restriction(ENTRY, *WHO, "idem-1"),
        ("restriction", 1, ENTRY, *WHO, "idem-1"),
        "ad5deff0-379b-85e1-9ba7-53ef2bc4394e",
    ),
    "payment": (IDS.payment("ref-1"), ("payment", 1, "ref-1"), "5a1cbbfa-375f-8522-b354-0d9c950f2819"),
    "person": (
        IDS.person("KZ", "791028302728"),
        ("person", 1, "KZ", "791028302728"),
        "6012b2b2-49e0-8b23-aa6f-f735a0ba2f77",
    ),
    "human": (
        IDS.human(("document", 1, "passport", "XX", "ab123456")),
        ("document", 1, "passport", "XX", "ab123456"),
        "b4b6f35a-3226-8456-aa81-d05a83722efc",
    ),
    "concerned": (
        IDS.concerned("6012b2b2-49e0-8b23-aa6f-f735a0ba2f77"),
        ("concerned", 1, "6012b2b2-49e0-8b23-aa6f-f735a0ba2f77"),
        "324d08a0-4a7e-832e-8d98-3a414e564f4e",
    ),
    "uploader": (
        IDS.uploader(WHO[0], WHO[2]),
        ("uploader", 1, WHO[0], WHO[2]),
        "57cceb9a-90cf-8878-ba7b-7d9855a29de3",
    ),
    "imported": (IDS.imported(ENTRY), ("import", 1, ENTRY), "bd43cfe2-2e4f-8642-b6b6-dfd5f4c11239"),
    "key_act": (IDS.key_act(7), ("keys-act", 1, "7"), "bea7bf07-227a-838c-ac77-a5fe50390cbc"),
}


@pytest.mark.parametrize(("found", "parts", "golden"), GOLDEN.values(), ids=GOLDEN)
def test_an_id_is_the_keyed_hash_of_its_parts(found: str, parts: tuple[str | int, ...], golden: str) -> None:
    assert found == derived_id(SECRET, parts) == golden
    assert UUID(found).version == 8


@pytest.mark.parametrize(
    ("key", "parts", "golden"),
    [
        (
            mandate_key("one", "other"),
            ("mandate", 1, "between", "one", "other"),
            "0be1aec4-e957-8e93-9c9b-8553f483a9af",
        ),
        (
            company_key("EXAMPLE-KZ-1"),
            ("entry", 1, "companies", "number", "EXAMPLE-KZ-1"),
            "2eed53cc-6d0e-8f84-823c-5ae09478ce69",
        ),
        (
            notice_key("KZ", "almaty", "city hospital", "17", "1"),
            ("notice", 1, "birth", "KZ", "almaty", "city hospital", "17", "1"),
            "f41162e7-ebf1-8f07-bc51-b939957da9fc",
        ),
    ],
    ids=["mandate", "company", "birth notice"],
)
def test_what_says_who_acts_for_whom_is_found_for_ever(
    key: Key, parts: tuple[str | int, ...], golden: str
) -> None:
    assert IDS.stream(key) == derived_id(SECRET, parts) == golden


def test_every_kind_is_frozen_here_and_told_in_the_formats() -> None:
    kinds = {name for name in vars(Ids) if not name.startswith("_")}
    assert kinds == GOLDEN.keys()
    told = Path("docs/reference/formats.md").read_text("utf-8")
    assert [parts for _, parts, _ in GOLDEN.values() if f'`["{parts[0]}", 1' not in told] == []


def test_who_is_known_by_number_has_one_id_whoever_asks() -> None:
    """The human who signs in, and the one whom a form names."""
    somebody = {"personal_number": {"country": "KZ", "number": "791028302728"}, "document": None}
    assert IDS.human(key_of(somebody) or ()) == IDS.person("KZ", "791028302728")


@pytest.mark.parametrize(
    ("written", "golden"),
    [
        ("5abc1o2", "111fc46e-9885-831e-abd7-06288a4f8380"),
        ("6K4T9Q", "f6599b80-096d-82f8-9790-116728086cdc"),
        ("6K4T9", "d02a3051-9491-868d-be2a-1ef264f50880"),
    ],
)
def test_citizens_and_foreign_residents_of_azerbaijan_have_ids_of_one_kind(written: str, golden: str) -> None:
    assert IDS.person("AZ", az_fin(written)) == golden


def test_who_was_born_is_found_by_their_number_and_by_their_id() -> None:
    known = ("person", 1, "KZ", "900515350018")
    by_number, by_id = (Key("claim", ("birth", "child", who)) for who in (known, IDS.human(known)))
    assert IDS.stream(by_number) == IDS.stream(by_id)
    assert IDS.stream(by_id) == derived_id(SECRET, ("claim", 1, "birth", "child", IDS.human(known)))


def test_nobody_finds_an_id_without_the_secret_or_with_other_parts() -> None:
    """Plates and numbers cannot be enumerated; and parts are parts: they do not run into each other."""
    one = derived_id(SECRET, ["claim", 1, "vehicle_sale", "XTA210990Y2766389"])
    assert derived_id(bytes(32), ["claim", 1, "vehicle_sale", "XTA210990Y2766389"]) != one
    assert derived_id(SECRET, ["entry", 1, "vehicle_sale", "XTA210990Y2766389"]) != one
    assert derived_id(SECRET, ["claim", 2, "vehicle_sale", "XTA210990Y2766389"]) != one
    assert derived_id(SECRET, ["claim", 1, "vehicle_saleX", "TA210990Y2766389"]) != one


@pytest.mark.parametrize(
    ("procedure", "request_", "keys"),
    [
        (
            "car_sale",
            CAR,
            {
                Key("claim", ("vehicle_sale", "XTA210990Y2766389")): "6d722a8f-5f3d-859b-8b52-3f4793d9f59b",
                Key(
                    "entry", ("vehicles", "vin", "XTA210990Y2766389")
                ): "ff84b636-166d-8c65-9950-5ca9e441fc33",
                Key("entry", ("vehicles", "plate", "123ABC02")): "d2948315-4820-807f-bc01-f22a88bec23f",
            },
        ),
        (
            "car_sale",
            OLD_CAR,
            {
                Key(
                    "claim", ("vehicle_sale_by_chassis", "газ", "1234567")
                ): "1e2a2e8e-c920-8c4f-b80a-7a58d90d948f",
                Key(
                    "entry", ("vehicles", "chassis", "газ", "1234567")
                ): "eb3df621-d80f-82df-a4ae-2dd5e7431a6a",
            },
        ),
        (
            "birth_certificate",
            BIRTH,
            {
                Key(
                    "claim", ("birth", "delivery", "TR", "10000000146", "2026-11-20", "1")
                ): "b450b048-6a95-87d6-b27e-0a61d7d1353f",
                Key(
                    "claim", ("birth", "certificate", "TR", "ankara", "ankara hastanesi", "a-1", "1")
                ): "2a593745-6010-8454-83b9-5d01c2e811bd",
                Key(
                    "entry", ("births", "delivery", "TR", "10000000146", "2026-11-20", "1")
                ): "ed1b4e95-724d-8b3a-b0ec-cfb1a5ca5baa",
                Key(
                    "entry", ("births", "certificate", "TR", "ankara", "ankara hastanesi", "a-1", "1")
                ): "ca60dc8e-2806-824d-920f-48666331842b",
                Key(
                    "entry", ("births", "medical_certificate", "ankara hastanesi", "A-1", "1")
                ): "fb3b16e9-0264-8e6a-a3de-fe14c01c9d11",
            },
        ),
        (
            "birth_certificate",
            BY_MOUTH,
            {
                Key(
                    "claim", ("birth", "delivery", "TR", "10000000146", "2026-11-20", "1")
                ): "b450b048-6a95-87d6-b27e-0a61d7d1353f",
                Key(
                    "entry", ("births", "delivery", "TR", "10000000146", "2026-11-20", "1")
                ): "ed1b4e95-724d-8b3a-b0ec-cfb1a5ca5baa",
            },
        ),
        (
            "birth_certificate",
            WITH_A_PASSPORT,
            {
                Key(
                    "claim",
                    (
                        "birth_told_by",
                        ("person", 1, "TR", "10000000146"),
                        "delivery_by_document",
                        "passport",
                        "XX",
                        "ab123456",
                        "2026-11-20",
                        "1",
                    ),
                ): "f58e5061-b254-85a1-8b2d-ea7c26851635",
                Key(
                    "claim",
                    ("birth", "delivery_by_document", "passport", "XX", "ab123456", "2026-11-20", "1"),
                ): "e84ea36c-e64d-849e-b10c-363ff23a6cd6",
                Key(
                    "entry",
                    ("births", "delivery_by_document", "passport", "XX", "ab123456", "2026-11-20", "1"),
                ): "768fbf4c-903b-80de-8744-5492ebe44763",
            },
        ),
        (
            "birth_certificate",
            WITH_A_NAME,
            {
                Key(
                    "claim",
                    (
                        "birth_told_by",
                        ("person", 1, "TR", "10000000146"),
                        "mother_by_name",
                        "ayşe",
                        "örnek",
                        "ipek ışıl",
                        "2026-11-20",
                        "1",
                    ),
                ): "fcbcdb0b-bc92-8b88-b2c2-d9827e781bb9",
                Key(
                    "claim", ("birth", "mother_by_name", "ayşe", "örnek", "ipek ışıl", "2026-11-20", "1")
                ): "178c5e44-7f6b-8949-b8ea-5358c2f64d93",
                Key(
                    "entry", ("births", "mother_by_name", "ayşe", "örnek", "ipek ışıl", "2026-11-20", "1")
                ): "51f03a1b-5a42-82eb-8dee-1c425074cdb2",
            },
        ),
        (
            "birth_certificate",
            FOUNDLING,
            {
                Key(
                    "claim",
                    (
                        "birth_told_by",
                        ("person", 1, "TR", "10000000146"),
                        "mother_unknown",
                        "örnek",
                        "ipek ışıl",
                        "2026-11-20",
                        "1",
                    ),
                ): "9c8e785a-9e31-832b-b4e9-9b0487681056",
                Key(
                    "claim", ("birth", "mother_unknown", "örnek", "ipek ışıl", "2026-11-20", "1")
                ): "128d7813-5493-871f-ac21-68322483eb81",
                Key(
                    "entry", ("births", "mother_unknown", "örnek", "ipek ışıl", "2026-11-20", "1")
                ): "4abf45e2-248f-8646-981e-832f679d0142",
            },
        ),
    ],
    ids=[
        "car sale",
        "sale of an old car",
        "birth with a certificate",
        "birth told by mouth",
        "mother with a passport",
        "mother by name",
        "foundling",
    ],
)
def test_what_a_case_claims_and_changes_is_found_under_the_same_keys_for_ever(
    procedure: str, request_: Mapping[str, Any], keys: Mapping[Key, str]
) -> None:
    found = procedures()[procedure]
    (effect,) = found.effects(Facts(request_, date(2026, 11, 23)))
    settled = effect.settles if isinstance(effect, Create) else ()
    asked = (*found.claims(request_), effect.key, *settled, *effect.register.keys_of(request_, None))
    assert {key: IDS.stream(key) for key in asked} == keys


def test_the_claims_of_former_births_are_what_they_were() -> None:
    """Nothing takes such a claim any more; the entries that were made under one hold it still."""
    former = Key("claim", ("birth", "medical_certificate", "ankara hastanesi", "A-1", "1"))
    assert IDS.stream(former) == "ae22d07d-9802-80bd-9266-420f3c1097ee"


@pytest.mark.parametrize(
    ("name", "country", "golden"),
    [
        ("Oʻtkir  Isʼhoq", "UZ", "o\u02bbtkir is\u02bchoq"),
        ("O'TKIR", "UZ", "o\u02bbtkir"),
        ("Ўткир", "UZ", "o\u02bbtkir"),
        ("IĞDIR İZMİR", "TR", "\u0131\u011fd\u0131r izmir"),
        ("İLQAR", "AZ", "ilqar"),
        ("ҚАЙРАТ", "KZ", "\u049b\u0430\u0439\u0440\u0430\u0442"),
        ("НУРЛАН", "KG", "\u043d\u0443\u0440\u043b\u0430\u043d"),
    ],
)
def test_the_normal_form_of_a_name_is_frozen(name: str, country: str, golden: str) -> None:
    """rules.md 25: by the language's own rules for i, and one sign for each of the two Uzbek apostrophes."""
    assert names.FORM == 1
    assert names.normal_form(name, countries()[country].spelling) == golden


@pytest.mark.parametrize(
    ("written", "golden"),
    [("AB 123-456", "ab123456"), ("II-АБ № 123456", "iiаб123456"), ("Ⅱ\uff11", "ii1"), ("İ1", "i\u03071")],
)
def test_the_normal_form_of_a_documents_number_is_frozen(written: str, golden: str) -> None:
    assert names.document_number(written) == golden


@pytest.mark.parametrize(
    ("written", "golden"),
    [("XTA210990Y2766389", "XTA210990Y2766389"), (" xta210990y2766389", "XTA210990Y2766389")],
)
def test_the_normal_form_of_a_vin_is_frozen(written: str, golden: str) -> None:
    assert numbers.vin(written) == golden


@pytest.mark.parametrize(
    "look_alike", ["XTA21099OY2766389", "ХTA210990Y2766389", "XTA210990Y276638I", "XTA210990Y27663Q9"]
)
def test_a_vin_with_a_look_alike_is_refused_and_not_guessed(look_alike: str) -> None:
    """rules.md 24: no I, O, Q, no letters of other scripts."""
    with pytest.raises(numbers.WrongNumber):
        numbers.vin(look_alike)
