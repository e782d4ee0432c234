"""A comment is written once on an issue, edited in place, and says nothing that anybody else wrote."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.outbound.comment_text import Recurrence, write_recurrence
from causeloop_pipeline.outbound.commenters import find_place, make_commenter
from causeloop_pipeline.outbound.comments import Commenter, write_comment
from tests.outbound.fake_commented import CommentedGitHub, CommentedJira
from tests.support.fake_tool import FakeTool, Script, fake_tool

PLACES = {"github": "acme/shop#7", "jira": "OPS-11"}
CREDENTIALS = {
    "github": {"token": "planted-token"},
    "jira": {"email": "ada@example.com", "api_token": "planted-token"},
}
RECURRENCE = Recurrence(
    ordinal=4,
    previous_at=datetime(2026, 3, 2, tzinfo=UTC),
    fixed_at=datetime(2026, 3, 3, tzinfo=UTC),
    verdict=Verdict.FAILED,
    ended_at=None,
    action=None,
    next_due=date(2026, 3, 16),
    probability=0.8,
    window_days=7,
    pattern_url="https://causeloop.example/#/patterns/1",
)


def commenter(name: str, tool: FakeTool) -> Commenter:
    config = {"base_url": tool.url, "repositories": ["acme/shop"], "site": "acme"}
    return make_commenter(CONNECTORS[name], config, CREDENTIALS[name], tool.egress)


@pytest.mark.parametrize(("name", "fake"), [("github", CommentedGitHub()), ("jira", CommentedJira())])
def test_a_comment_is_written_once_whatever_was_stored_of_it(name: str, fake: Script) -> None:
    act_id, place = uuid4(), PLACES[name]
    with fake_tool(fake) as tool:
        service = commenter(name, tool)
        first = write_comment(service, place, act_id, "The first text.", None)
        after_a_kill = write_comment(service, place, act_id, "The second text.", None)
        edited = write_comment(service, place, act_id, "The third text.", first.external_id)
        other = write_comment(service, place, uuid4(), "Another act.", None)
        service.close(place)
        service.close(place)

    assert first.external_id == after_a_kill.external_id == edited.external_id != other.external_id
    texts = str(fake.comments)  # type: ignore[attr-defined]
    assert "The third text." in texts
    assert "The second text." not in texts
    closings = [each for each in tool.requests if each.method in {"PATCH", "POST"} and is_closing(each.path)]
    assert len(closings) == 1


def is_closing(path: str) -> bool:
    return path.endswith(("/transitions", "/issues/7"))


def test_a_comment_that_people_deleted_is_not_written_again() -> None:
    with fake_tool(CommentedGitHub()) as tool, pytest.raises(PermanentFailure):
        write_comment(commenter("github", tool), "acme/shop#7", uuid4(), "Text.", "99")


def test_an_issue_outside_of_what_the_connector_reads_has_no_place() -> None:
    config = {"repositories": ["Acme/shop"]}
    assert find_place("github", config, "https://github.com/acme/shop/issues/7", None) == "acme/shop#7"
    assert find_place("github", config, "https://github.com/other/shop/issues/7", None) is None
    assert find_place("github", config, "https://github.com/acme/shop/issues/7/../8", None) is None
    assert find_place("github", config, None, None) is None
    assert find_place("jira", {}, None, "OPS-11") == "OPS-11"
    assert find_place("jira", {}, None, "../../serverInfo") is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "occurred for the 4th time, last on 2 March 2026. The fix of 3 March 2026 did not hold. "
             "It is next expected on Monday, 16 March 2026."),
        ({"ordinal": 12, "next_due": None}, "for the 12th time, "),
        ({"ordinal": 22}, "for the 22nd time, "),
        ({"next_due": None, "probability": 0.83}, "The chance that it recurs within 7 days is about 80 %."),
        ({"verdict": Verdict.PARTLY}, "The fix of 3 March 2026 helped in part."),
        ({"verdict": Verdict.NO_SIGN}, "there is no sign that it helped."),
        ({"verdict": None}, "whether it helped is not provable yet."),
        ({"fixed_at": None, "ended_at": datetime(2026, 3, 2, tzinfo=UTC), "action": "restarted"},
         "The last one ended on 2 March 2026 (restarted), and it came back."),
    ],
)  # fmt: skip
def test_a_comment_tells_the_time_the_last_fix_and_what_is_expected(
    changes: dict[str, object], sentence: str
) -> None:
    values = {name: getattr(RECURRENCE, name) for name in RECURRENCE.__dataclass_fields__} | changes
    assert sentence in write_recurrence(Recurrence(**values))
