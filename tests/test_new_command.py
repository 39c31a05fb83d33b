"""A command is its event, one row, one decision, one line at the edge and its words, as docs/how-to/add-a-command.md
says; nothing else of the house is touched.

In a copy of the tree a party may object to a case (``ObjectToCase``). The tests that every command has to pass hold
there with a line each, and a buyer objects over HTTP.
"""

from pathlib import Path

import pytest

from tests.copies import checked, copied, run

pytestmark = pytest.mark.slow

COMMAND = '''
@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectToCase(CaseCommand):
    """A party says that the request is not as it should be."""

    words: str


'''
EVENT = '''
@dataclass(frozen=True, slots=True, kw_only=True)
class CaseObjected:
    """A party objected; the officer reads it before the decision."""

    party: str
    words: Text


'''
DECISION = '''
def object_to(command: ObjectToCase, situation: Situation) -> Decision:
    """Before the decision, by any party."""
    rule = situation.must_be_allowed()
    situation.must_fit()
    return situation.by(rule, [(LEAD, e.CaseObjected(party=rule.party or "", words=command.words))])


'''
EDGE = '''
class Objection(Value):
    """What a party says against the request."""

    words: Paragraph


@router.post(
    "/v1/cases/{case}/objections",
    **documented("Object to a request", body=Objection, answer=CaseShown, asks=ObjectToCase),
)
async def object_to(request: Request, case: Id) -> Response:
    """A fact: the officer reads it before the decision."""
    _, said = await caller_and_body(request, case, Objection)
    return await act(request, case, ObjectToCase, words=said.words)


'''
PAGE = """
### case.CaseObjected.v1

A party objected.

| member | | |
|---|---|---|
| `party` | public | |
| `words` | personal: case | |

"""
SAID = """
msgctxt "command"
msgid "ObjectToCase"
msgstr "object to the request"

msgctxt "event"
msgid "CaseObjected"
msgstr "An objection came from {who}."

"""
TOLD = """
msgctxt "event"
msgid "CaseObjected"
msgstr "The request was objected to by {who}."

"""
ACT = """\
    c.ObjectToCase: lambda s: c.ObjectToCase(by=acts.applicant(s), cause="cmd:x", case=s.case_id, words="No."),
"""
ROW = '    Step(c.ObjectToCase, May("case.object", (PARTY,)), (IN_REVIEW, RETURNED)),\n'
ROUTE = "| `POST /v1/cases/{case}/objections` | fact: object to the request before it is decided |\n"

# file, what stands there, what is written before it
WRITTEN = (
    ("domain/commands.py", "@dataclass(frozen=True, slots=True, kw_only=True)\nclass WithdrawCase", COMMAND),
    ("domain/events.py", "@dataclass(frozen=True, slots=True, kw_only=True)\nclass CaseWithdrawn", EVENT),
    ("domain/events.py", "    | CaseWithdrawn\n", "    | CaseObjected\n"),
    ("domain/case_fold.py", "    CaseRefused,\n    CaseWithdrawn,\n", "    CaseObjected,\n"),
    (
        "domain/case_fold.py",
        "        case CaseWithdrawn():\n",
        "        case CaseObjected():\n            return {}\n",
    ),
    ("domain/lifecycle.py", "    # ends\n", ROW),
    ("domain/decide.py", "    c.WithdrawCase: ", "    c.ObjectToCase: review.object_to,\n"),
    ("domain/decisions/review.py", "    ProposeApproval,\n", "    ObjectToCase,\n"),
    ("domain/decisions/review.py", "def propose(", DECISION),
    ("api/cases/acts.py", "    ProposeApproval,\n", "    ObjectToCase,\n"),
    ("api/cases/acts.py", "# --- judgements ---", EDGE),
    *(  # in English here, as a translator would say it
        (f"api/messages/{language}/house.po", before, words)
        for language in ("az", "en", "kk", "ky", "ru", "tr", "uz")
        for before, words in (
            ('msgctxt "command"\nmsgid "WithdrawCase"\n', SAID),
            ('msgctxt "event"\nmsgid "CaseWithdrawn"\n', TOLD),
        )
    ),
    ("docs/reference/events.md", "### case.CaseWithdrawn.v1\n", PAGE),
    ("docs/reference/http.md", "| `POST /v1/cases/{case}/withdrawals` |", ROUTE),
    ("docs/reference/lifecycle.md", "WithdrawCase, DeclareNotNeeded |\n| `returned`", "ObjectToCase, "),
    ("docs/reference/lifecycle.md", "WithdrawCase, DeclareNotNeeded |\n| `approved`", "ObjectToCase, "),
    ("docs/reference/lifecycle.md", "ServeDecision, LodgeAppeal, TakeBackAppeal |\n", "ObjectToCase, "),
    (
        "docs/reference/lifecycle.md",
        "| `WithdrawCase` | `POST",
        "| `ObjectToCase` | `POST /v1/cases/{case}/objections` | |\n",
    ),
    ("tests/domain/test_lifecycle.py", "    c.WithdrawCase: withdraw(),\n", ACT),
    ("tests/infra/formats/test_codec.py", '    "case.CaseRefused.v1",\n', '    "case.CaseObjected.v1",\n'),
)

OVER_HTTP = '''
"""A party objects."""

from tests.town.caller import good, problem
from tests.town.people import Town

WORDS = {"words": "The car was never mine to buy."}


def test_a_party_objects_and_nobody_else(town: Town) -> None:
    case = town.take_to("in_review", "KZ", "car_sale")
    path = f"/v1/cases/{case}/objections"
    assert "ObjectToCase" in town.read(case)["fits"]
    objected = good(town.as_("kz-citizen-2").post(path, WORDS))
    assert objected["timeline"][-1] | {"at": ""} == {
        "version": objected["version"], "what": "CaseObjected", "by": "buyer", "at": ""
    }
    assert problem(town.as_("kz-vehicle-registration-officer-1").post(path, WORDS)) == (403, "not_allowed")
    assert problem(town.as_("kz-citizen-3").post(path, WORDS)) == (404, "not_found")


def test_an_objection_comes_too_late_for_a_decision(town: Town) -> None:
    case = town.take_to("approved", "KZ", "car_sale")
    late = town.as_("kz-citizen-2").post(f"/v1/cases/{case}/objections", WORDS)
    assert problem(late) == (409, "wrong_stage")
    assert late.json()["fits"] == []  # of a party
'''


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree with the command, and nothing else changed."""
    folder = tmp_path_factory.mktemp("new-command") / "tamga"
    copied(folder)
    for place, before, text in WRITTEN:
        file = folder / place
        old = file.read_text("utf-8")
        assert old.count(before) == 1, f"{place} does not have this once: {before}"
        file.write_text(old.replace(before, text.lstrip("\n") + before), "utf-8")
    run(folder, "-m", "api.messages")
    (folder / "tests" / "api" / "test_objections.py").write_text(OVER_HTTP.lstrip(), "utf-8")
    return folder


def test_the_house_is_complete_with_it(copy: Path) -> None:
    """Its event has a name, its row a line of authorisation, its route the headers that the row says, its page."""
    assert "CaseObjected" in checked(copy, "tests/test_completeness.py", "tests/test_messages.py")
    assert "PASSED" in checked(copy, "tests/test_docs.py", "-k", "event or operation or http")


def test_it_passes_what_every_command_has_to_pass(copy: Path) -> None:
    assert "ObjectToCase" in checked(
        copy, "tests/domain/test_lifecycle.py", "tests/infra/formats/test_codec.py"
    )


def test_it_works_over_http(copy: Path) -> None:
    assert checked(copy, "tests/api/test_objections.py").count("PASSED") == 2
