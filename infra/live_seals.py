"""Which public key may sign a statement now, by the keys stream of a country's own log."""

from domain.events import SealAuthorised, SealRetired
from infra.canonical import from_b64url
from infra.envelope import read
from infra.house import CountryHouse
from infra.signing import BadSignature, PublicKey, key_of, kid_of


def key_for(house: CountryHouse, kid: str, authority: str, typ: str) -> PublicKey:
    """The key, if it is live, the authority's, and authorised for this type; raises BadSignature.

    The keys stream is short (a few events a year) and read anew, so that a retirement counts at once.
    """
    found: PublicKey | None = None
    for row in house.log.stream(house.desk.id_of("keys", 1)):
        event = read(row, house.code, house.vault.get).event
        if isinstance(event, SealRetired) and event.kid == kid:
            raise BadSignature("the key is retired")
        if isinstance(event, SealAuthorised) and event.authority == authority and typ in event.types:
            certificate = from_b64url(event.certificate)
            if kid_of(certificate) == kid:
                found = key_of(certificate)
    if found is None:
        raise BadSignature("the key is not authorised for this")
    return found
