"""Azerbaijan: the registration of a birth at a registration department of the Ministry of Justice."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from domain.checks import told
from domain.country import TO_BE_CONFIRMED, Source
from domain.days.deadlines import Term
from domain.events import Personal
from domain.facts import Facts, Is, Late, Where
from domain.fees import Fee
from domain.forms import Line
from domain.names import normal_form, with_dotless_i
from domain.persons import (
    acts_by_mandate,
)
from domain.procedures.birth_certificate import (
    BORN_ON,
    FOUNDLING,
    STILL_BORN,
    BirthForm,
    born_inside,
    born_outside,
    father_known_by,
    shown_by_court,
)
from domain.terms import (
    Amendments,
    AppealBody,
    Court,
    FilingLimit,
    Forever,
    FourEyes,
    Ground,
    Notices,
    Presumption,
    Requirement,
    Restriction,
    Terms,
    Times,
)

SurnameEnding = Literal["kept", "li", "zade", "oglu", "qizi", "none"]


class AzerbaijaniBirthForm(BirthForm):
    """The entry holds the nationality (milliyyət) of each parent, the father's by the mother's word where she alone
    names him.

    ``surname_of``: whose surname the child has, as the parents agree; ``surname_ending``: what becomes of -ov or -yev.
    ``late_reason``: why the birth was not told in time.
    """

    mother_nationality: Annotated[Line | None, Personal("mother")] = None
    father_nationality: Annotated[Line | None, Personal("father")] = None
    surname_of: Annotated[Literal["father", "mother"] | None, Personal("child")] = Field(
        None, examples=[None]
    )
    surname_ending: Annotated[SurnameEnding, Personal("child")] = "kept"
    late_reason: Annotated[Line | None, Personal("case")] = None


FORM = AzerbaijaniBirthForm
FORM_VERSION = 1

_CODE: Final = Source("Family Code, articles 158 to 170", "az-167", confirmed=True)
_SINCE_2000: Final = Source("First day of the Family Code, general knowledge", confirmed=False)
_RULES: Final = Source(
    "Rules on registering birth and death, after the decree of 23 September 2020: article 166",
    "az-166",
    confirmed=True,
)
_LIMIT: Final = Source(
    "Family Code, article 167: one month; of a stillbirth three days", "az-167", confirmed=True
)
_ABROAD: Final = Source("One month, as the pages of four missions say", "az-abroad", confirmed=False)
_ABROAD_LATER: Final = Source(
    "Three months, as the pages of the missions in Dubai and Muscat say", "az-abroad3", confirmed=False
)
_FREE: Final = Source(
    "State Fee Law, article 13: the registration and the first certificate are free; a fine is no fee",
    "az-13",
    confirmed=True,
)
_DECIDE: Final = Source(
    "Up to two days, by the representative of the executive power; whether working days is not said",
    "az-dxr",
    confirmed=False,
)
_APPEAL: Final = Source(
    "To a court within 30 days from service, or from the answer to a complaint", "az-30", confirmed=True
)
_LIST: Final = Source("What is brought to register a birth", "az-list", confirmed=True)
_DOCUMENTS_ABROAD: Final = Source(
    "Apostille or legalisation, and a notarised translation", "az-abroad", confirmed=True
)
_BY_COURT: Final = Source(
    "Cabinet Decision 145 (2003), 2.6, in the words of 8 August 2014: without documents a court establishes the birth",
    "az-145",
    confirmed=False,
)
_NAMES: Final = Source("Cabinet Decision 79 of 12 May 2011, 1.4", "az-names", confirmed=True)
_NAMES_SINCE: Final = Source(
    "Cabinet Decision 79 of 12 May 2011; its first day is to be confirmed", "az-names", confirmed=False
)
_SURNAME: Final = Source(
    "A parent's first name is not taken as the surname of the child", "az-abroad", confirmed=True
)
_PATRONYMIC: Final = Source("The patronymic is written with oğlu or qızı", confirmed=False)
_MOTHERS_WORD: Final = Source(
    "Family Code, articles 46.3 and 168.2: the mother's surname, the father by her indication",
    "az-167",
    confirmed=True,
)
_FATHER: Final = Source(
    "Unmarried: by joint application, the father's application, or a court", "az-father", confirmed=True
)
_HUSBAND: Final = Source(
    "Family Code, articles 169 and 170: ten months after the marriage ended", "az-167", confirmed=True
)
_HUSBAND_TEXTBOOK: Final = Source(
    "300 days, as a textbook reads article 44 of the Family Code", "cmp-family", confirmed=False
)
_MENDED: Final = Source(
    "The registration department corrects and restores; the first entry is annulled by a court alone",
    "az-3",
    confirmed=True,
)
_KEPT: Final = Source(
    "75 years at the registration service, then the National Archive", "az-just", confirmed=True
)
_PROPOSED: Final = Source(
    "Follows from what a registration is; the article is to be confirmed", confirmed=False
)

# --- conditions -----------------------------------------------------------------------------------------------

_HERE: Final = born_inside("AZ")
_OUTSIDE: Final = born_outside("AZ")
_NOT_FOUND: Final = Is("kind", ("live", "still_born"))


def _with_paper(facts: Facts) -> bool:
    return facts.request["medical_certificate"] is not None


def _is_by_mandate(facts: Facts) -> bool:
    return acts_by_mandate(facts.request["applicant"])


def _is_of_elsewhere(parent: Any) -> bool:
    number = parent["personal_number"]
    return number is None or number["country"] != "AZ"


def _has_parent_of_elsewhere(facts: Facts) -> bool:
    parents = (facts.request["mother"], facts.request["father"])
    return any(parent is not None and _is_of_elsewhere(parent) for parent in parents)


_OF_MARRIAGE: Final = father_known_by("marriage", "marriage_ended", code="father_by_marriage")

# --- what an officer should see ---------------------------------------------------------------------------------


def _spelt(name: str | None) -> str | None:
    return normal_form(name, with_dotless_i) if name else None


def _surname_is_no_first_name(facts: Facts) -> bool:
    """Unless the parent has it as a surname, too."""
    request = facts.request
    surname = _spelt(request["child"]["surname"])
    parents = [parent for parent in (request["mother"], request["father"]) if parent]
    named = {_spelt(parent["given_names"]) for parent in parents}
    return surname is None or surname not in named - {_spelt(parent["surname"]) for parent in parents}


def _patronymic_has_its_word(facts: Facts) -> bool:
    """Of a girl qızı, of a boy oğlu; whoever has no patronymic has none."""
    child = facts.request["child"]
    patronymic = _spelt(child["patronymic"])
    words = {"female": ("qızı",), "male": ("oğlu",)}.get(child["sex"], ("qızı", "oğlu"))
    return patronymic is None or patronymic.endswith(words)


def _is_of_that_family(child: str | None, parent: str | None) -> bool:
    """A daughter of Məmmədov is Məmmədova."""
    one, other = _spelt(child), _spelt(parent)
    return one is None or other is None or one.removesuffix("a") == other.removesuffix("a")


def _surname_is_of_that_parent(facts: Facts) -> bool:
    """As the parents agree; where the mother alone names the father, it is hers. Another ending is not looked at."""
    request = facts.request
    whose = "mother" if request.get("fatherhood") == "mothers_word" else request.get("surname_of")
    if whose is None or request[whose] is None or request.get("surname_ending") not in (None, "kept"):
        return True
    return _is_of_that_family(request["child"]["surname"], request[whose]["surname"])


# --- the terms --------------------------------------------------------------------------------------------------

_FIRST: Final = Terms(
    since=date(2000, 6, 1),
    since_source=_SINCE_2000,
    source=_CODE,
    authority="az-civil-registry",
    registry="az-birth-register",
    fee=Fee(parts=(), source=_FREE),
    times=Times(
        decide=Term(2, "working_days", _DECIDE),
        served=Term(7, "calendar_days", TO_BE_CONFIRMED, is_moved=False),
        appeal=Term(30, "calendar_days", _APPEAL),
        answer=Term(10, "working_days", TO_BE_CONFIRMED),
        consent=Term(10, "working_days", TO_BE_CONFIRMED),
    ),
    four_eyes=FourEyes(are_asked=False, source=TO_BE_CONFIRMED),
    appeals=AppealBody("az-court", _APPEAL),
    grounds=(
        Ground("registered_already", _PROPOSED),
        Ground("not_entitled", _PROPOSED),
        Ground("no_documents", _BY_COURT),
        Ground("parent_name_as_surname", _SURNAME),
    ),
    evidence=(
        # Whoever signs in has shown who they are; the hospital tells of the birth (EHİS), and marriages stand with the
        # same office. Who has no birth certificate of their own is not turned away: the officer asks.
        Requirement("parent_identity", _LIST, is_required=False, when=(_NOT_FOUND,)),
        Requirement(
            "birth_report",
            _LIST,
            is_required=False,
            when=(_HERE, _NOT_FOUND, Where("with_certificate", _with_paper)),
        ),
        Requirement("marriage_certificate", _LIST, is_required=False, when=(_OF_MARRIAGE,)),
        Requirement("parents_birth_certificates", _LIST, is_required=False, when=(_NOT_FOUND,)),
        Requirement(
            "residence_proof",
            _LIST,
            is_required=False,  # a parent without a number may be a citizen
            when=(_HERE, Where("parent_from_elsewhere", _has_parent_of_elsewhere)),
        ),
        # Of a stillbirth nobody asks how the child is.
        Requirement("health_certificate", _LIST, when=(Late("notification", "abroad"),)),
        Requirement("foundling_record", _LIST, when=(FOUNDLING,)),
        Requirement("age_report", _LIST, when=(FOUNDLING,)),
        shown_by_court(_LIST),
        # Both consent here, and the mother's request is her application.
        Requirement(
            "joint_application",
            _FATHER,
            is_required=False,
            when=(father_known_by("joint_application"),),
        ),
        Requirement(
            "mothers_application",
            _PROPOSED,
            is_required=False,
            when=(father_known_by("mothers_word"),),
        ),
        Requirement("power_of_attorney", _RULES, when=(Where("acts_by_mandate", _is_by_mandate),)),
        Requirement("foreign_birth_document", _DOCUMENTS_ABROAD, when=(_OUTSIDE,)),
        Requirement("translation", _DOCUMENTS_ABROAD, when=(_OUTSIDE,)),
    ),
    filing_limits=(
        FilingLimit(
            code="notification",
            term=Term(1, "months", _LIMIT),
            from_member=BORN_ON,
            effect="evidence",
            source=_LIMIT,
            when=(_HERE, Is("kind", ("live", "foundling"))),
        ),
        FilingLimit(
            code="stillbirth",
            term=Term(3, "calendar_days", _LIMIT),
            from_member=BORN_ON,
            effect="evidence",
            source=_LIMIT,
            when=(STILL_BORN,),
        ),
        # The missions contradict each other: the earlier day asks for more, and both are shown.
        FilingLimit(
            code="abroad",
            term=Term(1, "months", _ABROAD),
            from_member=BORN_ON,
            effect="evidence",
            source=_ABROAD,
            when=(_OUTSIDE, Is("kind", ("live", "foundling"))),
        ),
        FilingLimit(
            code="abroad_three_months",
            term=Term(3, "months", _ABROAD_LATER),
            from_member=BORN_ON,
            effect="evidence",
            source=_ABROAD_LATER,
            when=(_OUTSIDE, Is("kind", ("live", "foundling"))),
        ),
    ),
    presumptions=(
        Presumption(
            code="husband",
            from_member=("marriage_ended_on",),
            to_member=BORN_ON,
            term=Term(10, "months", _HUSBAND, is_moved=False),
            source=_HUSBAND,
            when=(_OF_MARRIAGE,),
        ),
        Presumption(
            code="husband_textbook",
            from_member=("marriage_ended_on",),
            to_member=BORN_ON,
            term=Term(300, "calendar_days", _HUSBAND_TEXTBOOK, is_moved=False),
            source=_HUSBAND_TEXTBOOK,
            when=(_OF_MARRIAGE,),
        ),
    ),
    checks=(
        told("parent_name_as_surname", _surname_is_no_first_name, _SURNAME),
        told("patronymic_form", _patronymic_has_its_word, _PATRONYMIC),
        told("surname_of_another", _surname_is_of_that_parent, _MOTHERS_WORD),
    ),
    restrictions=(
        Restriction(kind="paternity_disputed", authority="az-court", source=TO_BE_CONFIRMED),
        Restriction(kind="adoption_secret", authority="az-court", source=TO_BE_CONFIRMED),
    ),
    amendments=Amendments(_MENDED, Court("az-court", _MENDED)),
    retention=Term(2, "years", TO_BE_CONFIRMED),
    entry_retention=Forever(_KEPT),  # the archive takes it then: no entry is erased
)
_WITH_NAMES: Final = replace(
    _FIRST,
    since=date(2011, 5, 12),
    since_source=_NAMES_SINCE,
    grounds=(*_FIRST.grounds, Ground("name_not_allowed", _NAMES)),
)
TERMS = (
    _FIRST,
    _WITH_NAMES,
    replace(
        _WITH_NAMES,
        since=date(2020, 9, 23),
        since_source=_RULES,
        source=_RULES,
        notices=Notices("az-hospitals", _RULES),  # by the ministry of health (TƏBİB) to that of justice
    ),
)
