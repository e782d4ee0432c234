"""A person's answer to a suggestion counts as a link or an unlink."""

from uuid import UUID

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.patterns.test_pattern_corrections import read_constraints
from tests.api.sample import Sample


def suggest(database: Database, sample: Sample, issue: UUID, other: UUID, confidence: float = 0.34) -> None:
    with database.workspace(sample.workspace_id) as session:
        session.execute(
            "insert into detect.suggestion (workspace_id, issue_id, other_issue_id, confidence, reason) "
            """values (%s, %s, %s, %s, '{"kind": "terms", "text": "Shares the rare terms x"}')""",
            (sample.workspace_id, issue, other, confidence),
        )


@pytest.fixture(autouse=True)
def _no_suggestions(fresh_sample: Sample, database: Database) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from detect.suggestion")


def leave_pattern(database: Database, sample: Sample, issue: UUID) -> None:
    with database.workspace(sample.workspace_id) as session:
        session.execute("delete from detect.pattern_member where issue_id = %s", (issue,))
        session.execute("update core.issue set pattern_id = null where issue_id = %s", (issue,))


def test_suggestions_are_listed_likeliest_first_and_by_issue_and_pattern(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    lone, other, first, second = (fresh_sample.issues[at] for at in (11, 10, 0, 8))
    leave_pattern(database, fresh_sample, lone)
    suggest(database, fresh_sample, lone, first, 0.5)
    suggest(database, fresh_sample, second, first, 0.2)
    api = client(fresh_sample.credentials["viewer"])

    rows = api.get("/v1/suggestions").json()["data"]
    assert [row["confidence"] for row in rows] == [0.5, 0.2]
    assert (rows[0]["pattern_id"], rows[0]["other_pattern_id"]) == (
        None,
        str(fresh_sample.ids["pattern_id"]),
    )
    assert [row["issue_id"] for row in rows] == [str(lone), str(second)]
    for query, rows_left in (
        ({"issue_id": str(first)}, 2),
        ({"issue_id": str(lone)}, 1),
        ({"issue_id": str(other)}, 0),
        ({"pattern_id": str(fresh_sample.ids["other_pattern_id"])}, 1),
    ):
        assert len(api.get("/v1/suggestions", params=query).json()["data"]) == rows_left


def test_yes_links_the_issue_with_the_pattern_of_the_other_and_the_question_is_gone(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    lone, first = fresh_sample.issues[11], fresh_sample.issues[0]
    leave_pattern(database, fresh_sample, lone)
    suggest(database, fresh_sample, lone, first)
    api = client(fresh_sample.credentials["analyst"])
    (question,) = api.get("/v1/suggestions").json()["data"]

    response = api.post(f"/v1/suggestions/{question['id']}/answer", json={"same_cause": True})

    assert response.status_code == 202
    assert api.get(response.headers["location"]).json()["kind"] == "patterns"
    assert read_constraints(database, fresh_sample) == {
        ("must", frozenset((lone, other))) for other in fresh_sample.issues[:7]
    }
    assert api.get("/v1/suggestions").json()["data"] == []
    with database.workspace(fresh_sample.workspace_id) as session:
        assert session.row("select together from detect.pattern_feedback") == {"together": True}


def test_yes_for_two_issues_without_a_pattern_links_them(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    pair = fresh_sample.issues[10:12]
    for issue in pair:
        leave_pattern(database, fresh_sample, issue)
    suggest(database, fresh_sample, pair[1], pair[0])
    api = client(fresh_sample.credentials["analyst"])
    (question,) = api.get("/v1/suggestions").json()["data"]
    assert api.post(f"/v1/suggestions/{question['id']}/answer", json={"same_cause": True}).status_code == 202
    assert read_constraints(database, fresh_sample) == {("must", frozenset(pair))}


def test_no_keeps_both_apart_and_can_be_withdrawn(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    second, first = fresh_sample.issues[8], fresh_sample.issues[0]
    suggest(database, fresh_sample, second, first)
    api = client(fresh_sample.credentials["analyst"])
    (question,) = api.get("/v1/suggestions").json()["data"]
    answer = api.post(f"/v1/suggestions/{question['id']}/answer", json={"same_cause": False})
    assert read_constraints(database, fresh_sample) == {("cannot", frozenset((second, first)))}
    assert api.get("/v1/suggestions").json()["data"] == []
    api.post(f"/v1/corrections/{answer.json()['correction_id']}/withdraw", json={})
    assert len(api.get("/v1/suggestions").json()["data"]) == 1


def test_a_viewer_may_not_answer_and_an_unknown_question_is_not_found(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    suggest(database, fresh_sample, fresh_sample.issues[8], fresh_sample.issues[0])
    viewer, analyst = (client(fresh_sample.credentials[role]) for role in ("viewer", "analyst"))
    (question,) = viewer.get("/v1/suggestions").json()["data"]
    path, body = f"/v1/suggestions/{question['id']}/answer", {"same_cause": True}
    assert viewer.post(path, json=body).status_code == 403
    unknown = f"/v1/suggestions/{fresh_sample.workspace_id}/answer"
    assert analyst.post(unknown, json=body).status_code == 404
    assert analyst.post(path, json={"same_cause": "yes"}).status_code == 422
