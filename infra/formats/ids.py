"""Ids that are derived under a secret of the country: every kind that there is (formats.md, derived ids)."""

from collections.abc import Iterable

from domain.lookup_keys import Key
from infra.formats.canonical import encode
from infra.formats.signing import mac
from infra.runtime.uuids import as_uuid


class Ids:
    """The derived ids of one country, one method for each kind; what a kind is made of never changes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys = self._of("keys")  # asked for by each decision

    # streams of the log

    def keys(self) -> str:
        """The stream that tells which seals may sign."""
        return self._keys

    def access(self) -> str:
        """The stream of the heads of the table of accesses."""
        return self._of("access")

    def appointee(self, authority: str, person: str) -> str:
        """Somebody within an authority, by their keyed id."""
        return self._of("competence", authority, "person", person)

    def appointee_login(self, authority: str, issuer: str, subject: str) -> str:
        """Somebody within an authority of whom nothing is known but how they sign in; a machine."""
        return self._of("competence", authority, "login", issuer, subject)

    def stream(self, key: Key) -> str:
        """A claim, an entry or a mandate, by what it must be found again from; a human among that by their keyed id."""
        parts = (self.human(part) if isinstance(part, tuple) else part for part in key.parts)
        return key.stream or self._of(key.family, *parts)

    def case(self, issuer: str, client: str, subject: str, key: str) -> str:
        """The case that this caller files under this Idempotency-Key."""
        return self.request(issuer, client, subject, key)

    # what people and machines bring

    def request(self, issuer: str, client: str, subject: str, key: str) -> str:
        """Whatever this caller sends under this Idempotency-Key: one name, so that another body is another request."""
        return self._of("case", issuer, client, subject, key)

    def restriction(self, entry: str, issuer: str, client: str, subject: str, key: str) -> str:
        """A restriction that this caller places on the entry under this Idempotency-Key."""
        return self._of("restriction", entry, issuer, client, subject, key)

    def competence(self, appointee: str, issuer: str, client: str, subject: str, key: str) -> str:
        """A competence that this caller grants somebody under this Idempotency-Key."""
        return self._of("competence-granted", appointee, issuer, client, subject, key)

    def competence_by_law(self, appointee: str, role: str) -> str:
        """What somebody of a development house holds, as the law names such an office."""
        return self._of("competence-by-law", appointee, role)

    def payment(self, reference: str) -> str:
        """A payment, by the treasury's reference."""
        return self._of("payment", reference)

    # people, in this country only

    def human(self, known: tuple[str | int, ...]) -> str:
        """Whom ``domain.persons.key_of`` recognises: by the number, by a document (``"document", 1, …``), or a company
        by its number (``"company", 1, …``).
        """
        return derived_id(self._secret, known)

    def person(self, country: str, number: str) -> str:
        """The human with this number, which this country gave."""
        return self._of("person", country, number)

    def concerned(self, human: str) -> str:
        """The same human in the table of accesses, which is kept when all else about them is forgotten: another id, so
        that it leads to no case and no entry of theirs.
        """
        return self._of("concerned", human)

    def uploader(self, issuer: str, subject: str) -> str:
        """Whoever uploads evidence."""
        return self._of("uploader", issuer, subject)

    # causes: what led to events without anybody who asked over HTTP

    def imported(self, entry: str) -> str:
        """The import of the entry."""
        return self._of("import", entry)

    def key_act(self, size: int) -> str:
        """What was done about keys when the log had this size."""
        return self._of("keys-act", str(size))

    def _of(self, kind: str, *parts: str) -> str:
        return derived_id(self._secret, (kind, 1, *parts))


def derived_id(secret: bytes, parts: Iterable[str | int]) -> str:
    """UUIDv8 over the first 128 bits of HMAC-SHA-256(secret, JCS(parts)), as it is written."""
    return as_uuid(mac(secret, encode(list(parts))), version=8)
