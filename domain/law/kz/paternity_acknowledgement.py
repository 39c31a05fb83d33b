"""Kazakhstan: a father is entered in the birth entry on the joint application of both parents, free of charge."""

from dataclasses import replace

from domain.checks import Check
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.facts import Facts
from domain.fees import Fee
from domain.law.kz.birth_certificate import TERMS as BIRTHS
from domain.procedures.paternity_acknowledgement import (
    BY_COURT,
    JOINTLY,
    PaternityForm,
    by_proxy,
)
from domain.terms import FourEyes, Ground, Requirement, Terms


class KazakhPaternityForm(PaternityForm):
    """Nothing but what every country asks."""


FORM = KazakhPaternityForm
FORM_VERSION = 1

_TOGETHER = Source(
    "Unmarried parents apply together in person, nobody represents them; the father alone if the mother is dead, "
    "incapable, missing or without parental rights; else a court",
    "kz-pat",
    confirmed=True,
)
_FREE = Source("A change after an acknowledgement is free since 10 March 2026", "kz-fee26", confirmed=True)
_FREE_BEFORE = Source(
    "Free, as the price list of 10 March 2026 says; before that to be confirmed", "kz-fee26", confirmed=False
)
_DECIDED = Source("A change for paternity: 1 working day, as an older list has it", confirmed=False)
_PATRONYMIC = Source(
    "Code, article 207: a patronymic that does not fit the acknowledged father is no ground to refuse; a copy without "
    "address",
    confirmed=False,
)
_REASONS = Source("Law «О государственных услугах», article 19-1: the closed list", confirmed=False)


def _mother_applies(facts: Facts) -> bool:
    """The father alone applies where the mother cannot: who judges asks why."""
    return bool(facts.request["basis"] != "fathers_application")


def _patronymic_is_named(facts: Facts) -> bool:
    """Where nobody says what becomes of the patronymic that the mother named, it stays, and is no ground to refuse."""
    return facts.request["patronymic"] is not None


def _acknowledged(birth: Terms, free: Source) -> Terms:
    """What holds since that day of an acknowledgement, in the office and the register of births."""
    return replace(
        birth,
        fee=Fee(parts=(), source=free),
        times=replace(birth.times, pay=None, decide=Term(1, "working_days", _DECIDED)),
        four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
        grounds=(
            Ground("untrue_documents", _REASONS),
            Ground("requirements_not_met", _REASONS),
            Ground("court_ban", _REASONS),
            Ground("no_data_consent", _REASONS),
            Ground("has_a_father", _REASONS),
        ),
        evidence=(
            Requirement("identity", _TOGETHER, is_required=False),
            Requirement("joint_application", _TOGETHER, is_required=False, when=(JOINTLY,)),
            Requirement("court_decision", _TOGETHER, when=(BY_COURT,)),
        ),
        filing_limits=(),
        presumptions=(),
        checks=(
            by_proxy(_TOGETHER),
            Check(
                code="father_alone",
                holds=_mother_applies,
                moments=("filing",),
                effect="warn",
                source=_TOGETHER,
            ),
            Check(
                code="patronymic_of_another",
                holds=_patronymic_is_named,
                moments=("filing",),
                effect="warn",
                source=_PATRONYMIC,
            ),
        ),
    )


TERMS = (
    _acknowledged(BIRTHS[0], _FREE_BEFORE),
    _acknowledged(BIRTHS[1], _FREE_BEFORE),
    _acknowledged(BIRTHS[2], _FREE),
)
