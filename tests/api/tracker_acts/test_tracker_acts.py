"""What would be done in trackers is listed and judged, and may be done once it was right often enough."""

from uuid import uuid4

import pytest

from causeloop_pipeline.model.tracker_act import TrackerActKind, estimate_lowest_precision, may_go_live
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def list_more(database: Database, sample: Sample, right: int, wrong: int) -> None:
    """So many judged comments that would have been written."""
    with database.workspace(sample.workspace_id) as session:
        session.execute("delete from act.tracker_act")
        for number in range(right + wrong):
            session.execute(
                "insert into act.tracker_act (workspace_id, kind, issue_id, pattern_id, connector_id, "
                "place, body, status, is_right, judged_by, judged_at) "
                "values (%s, 'comment', %s, %s, %s, 'acme/shop#1', 'text', 'shadow', %s, 'user:1', now())",
                (sample.workspace_id, uuid4(), uuid4(), uuid4(), number < right),
            )


def test_what_would_have_been_written_is_listed_and_judged(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    (row,) = api.get("/v1/tracker-acts", params={"status": "shadow", "is_judged": False}).json()["data"]
    judged = api.patch(f"/v1/tracker-acts/{row['id']}", json={"is_right": True}).json()
    listed = api.get("/v1/tracker-acts", params={"is_judged": True}).json()["data"]
    taken_back = api.patch(f"/v1/tracker-acts/{row['id']}", json={"is_right": None}).json()

    assert fresh_sample.canary in row["body"]
    assert row["place"] == "acme/shop#7"
    assert (judged["is_right"], judged["judged_by_name"]) == (True, "analyst")
    assert [entry["id"] for entry in listed] == [row["id"]]
    assert (taken_back["is_right"], taken_back["judged_by"], taken_back["judged_at"]) == (None, None, None)


def test_an_act_that_is_not_there_cannot_be_judged(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])
    assert api.patch(f"/v1/tracker-acts/{uuid4()}", json={"is_right": True}).status_code == 404


def test_nothing_is_live_before_its_precision_was_measured(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    refused = api.patch("/v1/workspace/settings", json={"comment_mode": "live"})
    shadow = api.patch("/v1/workspace/settings", json={"comment_mode": "shadow", "close_mode": "shadow"})
    list_more(database, fresh_sample, right=14, wrong=4)
    still_refused = api.patch("/v1/workspace/settings", json={"comment_mode": "live"})
    list_more(database, fresh_sample, right=19, wrong=1)
    live = api.patch("/v1/workspace/settings", json={"comment_mode": "live"})
    other = api.patch("/v1/workspace/settings", json={"close_mode": "live"})

    assert (refused.status_code, refused.json()["code"]) == (422, "precision_not_shown")
    assert (shadow.json()["comment_mode"], shadow.json()["close_mode"]) == ("shadow", "shadow")
    assert "14 of 18 judged ones were right" in still_refused.json()["detail"]
    assert live.json()["comment_mode"] == "live"
    assert (other.status_code, other.json()["code"]) == (422, "precision_not_shown")


def test_what_is_live_stays_so_when_another_setting_changes(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.workspace_settings set comment_mode = 'live'")
    api = client(fresh_sample.credentials["admin"])
    assert api.patch("/v1/workspace/settings", json={"comment_mode": "live"}).status_code == 200
    assert api.patch("/v1/workspace/settings", json={"issues_days": 100}).json()["comment_mode"] == "live"


def test_the_precision_of_each_kind_is_counted(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    list_more(database, fresh_sample, right=19, wrong=1)
    kinds = client(fresh_sample.credentials["viewer"]).get("/v1/tracker-acts/precision").json()["kinds"]

    comment, close = kinds
    assert [kind["kind"] for kind in kinds] == [kind.value for kind in TrackerActKind]
    assert (comment["judged"], comment["right"], comment["precision"]) == (20, 19, 0.95)
    assert comment["may_be_live"]
    assert (close["judged"], close["precision"], close["may_be_live"]) == (0, None, False)


@pytest.mark.parametrize(
    ("right", "judged", "may_be_live"),
    [(0, 0, False), (10, 10, False), (11, 11, True), (19, 20, True), (15, 18, False), (90, 100, True)],
)
def test_few_judgements_are_not_enough(right: int, judged: int, may_be_live: bool) -> None:
    assert may_go_live(right, judged) is may_be_live
    assert 0 <= estimate_lowest_precision(right, judged) <= (right / judged if judged else 0)
