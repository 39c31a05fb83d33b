"""The topics as a stranger finds them: kcat reads them, PyJWT verifies them, and nothing personal is in them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import jwt
import pytest

from domain.forms import owners_of
from domain.offers import offers
from infra.feed.cloud_events import HEAD_TYPE, topics
from infra.formats.canonical import from_b64url
from tests.consumers.test_relay import relaying, wait_for_relay
from tests.kafka_server import is_required
from tests.town.caller import good
from tests.town.people import Town, offer_of

Message = dict[str, Any]  # as kcat prints it


@pytest.fixture(scope="module")
def kcat() -> str:
    found = shutil.which("kcat")
    if found is None:
        lacking = "kcat is not here: apt-get install kcat"
        (pytest.fail if is_required() else pytest.skip)(lacking)
    return str(found)


class Published:
    """A case of every offer, and everything that kcat finds in all topics afterwards."""

    def __init__(self, town: Town, kcat: str, servers: str) -> None:
        self.origins = {country.keyring.origin for country in town.house.countries.values()}
        self.cases = [town.take_to("approved", *offer) for offer in sorted(offers())]
        self.requests = [town.read(case)["request"] for case in self.cases]
        with relaying(town, servers):
            wait_for_relay(town)
        keys = good(town.anybody.get("/.well-known/jwks.json"))["keys"]
        self.keys = {key["kid"]: jwt.PyJWK.from_dict(key) for key in keys}
        command = [kcat, "-C", "-b", servers, "-o", "beginning", "-e", "-q", "-J"]
        self.messages: list[Message] = []
        for topic in topics():
            printed = subprocess.run([*command, "-t", topic], capture_output=True, check=True)
            self.messages += [json.loads(line) for line in printed.stdout.decode().splitlines()]

    def mine(self) -> Iterator[tuple[Message, dict[str, str]]]:
        """The messages of this house, with their headers."""
        for message in self.messages:
            headers = dict(zip(message["headers"][::2], message["headers"][1::2], strict=True))
            if headers["ce_source"] in self.origins:
                yield message, headers


@pytest.fixture(scope="module")
def published(town: Town, kcat: str, kafka: str) -> Published:
    return Published(town, kcat, kafka)


def test_kcat_reads_the_topics_and_pyjwt_verifies_what_it_printed(published: Published) -> None:
    """Every message is a JWS by a key of the house, and its headers are what is signed."""
    seen = 0
    for message, headers in published.mine():
        kid = jwt.get_unverified_header(message["payload"])["kid"]
        signed = jwt.decode(message["payload"], published.keys[kid], algorithms=["ES256"])
        assert headers["content-type"] == "application/jose"
        assert (signed["log"], signed["time"]) == (headers["ce_source"], headers["ce_time"])
        if headers["ce_type"] != HEAD_TYPE:
            assert (signed["stream"], str(signed["seq"])) == (headers["ce_subject"], headers["ce_seq"])
            assert (signed["type"], message["key"]) == (headers["ce_type"], signed["stream"])
        seen += 1
    assert seen > len(published.cases) * 5


def test_no_personal_value_is_in_any_topic(published: Published) -> None:
    """Neither in headers and keys, nor in the values, nor in what the values say.

    A word that a public member says as well tells nothing: a birth in a hospital was told at the hospital.
    """
    personal, public = set[str](), set[str]()
    for (country, procedure), request in zip(sorted(offers()), published.requests, strict=True):
        owners = owners_of(offer_of(country, procedure).form)
        for name, value in request.items():
            (personal if name in owners else public).update(texts_in(value))
    values = {text for text in personal - public if len(text) > 3}  # of two letters nobody could tell
    assert len(values) > 10
    whole = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, values))})(?!\w)")
    for message in published.messages:
        texts = [json.dumps(message, ensure_ascii=False)]
        texts += [from_b64url(part).decode() for part in message["payload"].split(".")[:2]]
        assert [found for text in texts for found in whole.findall(text)] == []


def texts_in(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for part in value.values():
                yield from texts_in(part)
        case list():
            for part in value:
                yield from texts_in(part)
