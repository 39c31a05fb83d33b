"""Türkiye: the registration of a birth at the civil registry (nüfus müdürlüğü)."""

from datetime import date
from typing import Annotated

from domain.country import Source
from domain.days.deadlines import Term
from domain.fees import Fee
from domain.forms import Public
from domain.procedure import FilingLimit, Ground, Requirement, Terms
from domain.procedures.birth_certificate import BirthForm


class TurkishBirthForm(BirthForm):
    """A birth may be told by mouth, where there is no report."""

    oral_statement: Annotated[bool, Public()]


FORM = TurkishBirthForm
FORM_VERSION = 1

_NOTIFICATION = Source(law="Birth notification within 30 days", url_or_key="tr-sariv", confirmed=True)
_PROOF = Source(law="Official birth report or oral statement", url_or_key="tr-edevlet", confirmed=True)
_FREE = Source(
    law="Birth registration is free; a late one is fined, and a fine is no fee",
    url_or_key="tr-roman",
    confirmed=True,
)
_PROPOSED = Source(law="Follows from what a registration is; the article is to be confirmed", confirmed=False)
_UNKNOWN = Source(law="to be confirmed", confirmed=False)

TERMS = (
    Terms(
        since=date(2006, 4, 29),  # of the Population Services Law (5490), general knowledge
        until=None,
        source=_NOTIFICATION,
        authority="tr-civil-registry",
        registry="tr-birth-register",
        fee=Fee(parts=(), source=_FREE),
        pay_within=Term(10, "working_days", _UNKNOWN),
        consent_within=Term(10, "working_days", _UNKNOWN),
        answer_within=Term(30, "calendar_days", _UNKNOWN),
        decide_within=Term(5, "working_days", _UNKNOWN),
        appeal_within=Term(60, "calendar_days", _UNKNOWN),
        four_eyes=False,
        grounds=(
            Ground(
                code="registered_already",
                title={"en": "The birth is registered already", "tr": "Doğum zaten tescil edilmiş"},
                source=_PROPOSED,
            ),
            Ground(
                code="not_entitled",
                title={
                    "en": "The person may not notify this birth",
                    "tr": "Bildirimde bulunan kişi buna yetkili değil",
                },
                source=_PROPOSED,
            ),
            Ground(
                code="not_proven",
                title={
                    "en": "Neither a report nor a statement proves the birth",
                    "tr": "Doğum ne raporla ne beyanla kanıtlanmış",
                },
                source=_PROOF,
            ),
        ),
        evidence=(
            Requirement(
                kind="birth_report",
                title={"en": "The official birth report", "tr": "Doğum raporu"},
                source=_PROOF,
                is_required=False,
            ),
            Requirement(
                kind="parent_identity",
                title={"en": "A parent's identity document", "tr": "Ebeveyn kimliği"},
                source=Source(law="A parent's identity", url_or_key="tr-sever", confirmed=True),
                is_required=False,
            ),
        ),
        filing_limits=(
            FilingLimit(
                term=Term(30, "calendar_days", _NOTIFICATION),
                from_member=("child", "born_on"),
                effect="officer",
                source=Source(
                    law="Late: by order of the district governor", url_or_key="tr-sariv", confirmed=True
                ),
            ),
        ),
        retention=Term(2, "years", _UNKNOWN),
        unconfirmed=(
            "since",
            "pay_within",
            "consent_within",
            "answer_within",
            "decide_within",
            "appeal_within",
            "four_eyes",
            "grounds",
            "retention",
            "entry_retention",
        ),
    ),
)
