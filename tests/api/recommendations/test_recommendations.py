"""Recommendations."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_the_list_is_sorted_by_rank(client: Client, sample: Sample) -> None:
    listed = client(sample.credentials["viewer"]).get("/v1/recommendations").json()

    assert [row["rank"] for row in listed["data"]] == [1, 2, 3]


def test_steps_can_be_ticked_and_unticked(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), build_path(fresh_sample)

    api.patch(path, json={"step": 0, "step_done": True, "note": "found it"})
    api.patch(path, json={"step": 1, "step_done": True})
    recommendation = api.patch(path, json={"step": 1, "step_done": False}).json()

    assert [(step["text"], step["done"]) for step in recommendation["steps"]] == [
        ("find it", True),
        ("fix it", False),
    ]
    assert recommendation["steps"][0]["changed_by"].startswith("service_account:")
    assert recommendation["steps"][0]["changed_by_name"] == "analyst"
    assert [note["note"] for note in recommendation["notes"]] == ["found it"]
    assert recommendation["proofs"][0]["verdict"] == "not_provable_yet"


def test_implemented_claims_a_fix_and_another_status_withdraws_it(
    client: Client, fresh_sample: Sample
) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), build_path(fresh_sample)

    done = api.patch(path, json={"status": "implemented", "fixed_at": "2026-01-02T00:00:00Z"}).json()
    again = api.patch(path, json={"status": "implemented"}).json()
    back = api.patch(path, json={"status": "in_progress"}).json()

    assert [fix["pattern_id"] for fix in done["fixes"]] == [str(fresh_sample.ids["pattern_id"])]
    assert done["fixes"][0]["expected_loops_prevented"] == 4
    assert len(again["fixes"]) == 1
    assert (back["status"], back["fixes"][0]["withdrawn_at"] is not None) == ("in_progress", True)


def test_a_day_that_is_picked_begins_at_midnight_in_the_zone_of_the_workspace(
    client: Client, fresh_sample: Sample
) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), build_path(fresh_sample)

    done = api.patch(path, json={"status": "implemented", "fixed_on": "2025-11-10"}).json()

    assert datetime.fromisoformat(done["fixes"][0]["fixed_at"]) == datetime(2025, 11, 9, 23, tzinfo=UTC)


def test_invalid_progress_is_refused(client: Client, sample: Sample) -> None:
    api, path = client(sample.credentials["analyst"]), build_path(sample)

    for body in (
        {},
        {"step": 0},
        {"step": 9, "step_done": True},
        {"status": "done"},
        {"fixed_at": "2026-01-01T00:00:00Z"},
        {"status": "implemented", "fixed_at": "2999-01-01T00:00:00Z"},
        {"status": "implemented", "fixed_on": "2999-01-01"},
        {"status": "implemented", "fixed_on": "2026-01-01", "fixed_at": "2026-01-01T00:00:00Z"},
    ):
        assert api.patch(path, json=body).status_code == 422


def test_repeated_pushes_open_one_ticket(client: Client, fresh_sample: Sample, database: Database) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), build_path(fresh_sample)
    body = {"connector_id": str(fresh_sample.ids["tracker_id"])}

    with ThreadPoolExecutor(10) as pool:
        responses = list(pool.map(lambda _: api.post(f"{path}/push", json=body), range(20)))

    assert {response.status_code for response in responses} == {202}
    assert len({response.text for response in responses}) == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        assert len(session.rows("select 1 as n from act.ticket")) == 1
        session.execute("update act.ticket set status = 'failed', error = 'no permission'")
    retried = api.post(f"{path}/push", json=body).json()
    assert (retried["status"], retried["error"]) == ("queued", None)


def test_a_push_that_failed_is_retried_elsewhere_or_cancelled_but_not_while_it_is_under_way(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), build_path(fresh_sample)
    first = str(fresh_sample.ids["tracker_id"])
    second = api.post(
        "/v1/connectors",
        json={
            "type": "github",
            "display_name": "Elsewhere",
            "config": {"repositories": ["acme/shop"]},
            "credentials": {"token": "t"},
        },
    ).json()["id"]
    assert api.delete(f"{path}/ticket").json()["code"] == "nothing_to_cancel"
    api.post(f"{path}/push", json={"connector_id": first})

    def set_ticket(assignments: str) -> None:
        with database.workspace(fresh_sample.workspace_id) as session:
            session.execute(f"update act.ticket set {assignments}")

    set_ticket("attempts = 2, error = null")
    assert api.delete(f"{path}/ticket").status_code == 409
    unchanged = api.post(f"{path}/push", json={"connector_id": second}).json()
    assert unchanged["connector_id"] == first

    set_ticket("error = 'GitHub answered 501'")
    moved = api.post(f"{path}/push", json={"connector_id": second}).json()
    assert (moved["connector_id"], moved["status"], moved["error"]) == (second, "queued", None)

    assert api.delete(f"{path}/ticket").json()["status"] == "cancelled"
    again = api.post(f"{path}/push", json={"connector_id": first}).json()
    assert (again["connector_id"], again["status"]) == (first, "queued")

    set_ticket("status = 'open', external_id = 'X-1'")
    assert api.delete(f"{path}/ticket").status_code == 409


def test_only_an_active_tracker_of_the_workspace_can_open_a_ticket(
    client: Client, fresh_sample: Sample, other_sample: Sample
) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), build_path(fresh_sample)
    tracker = fresh_sample.ids["tracker_id"]

    def push(connector_id: object) -> tuple[int, str]:
        response = api.post(f"{path}/push", json={"connector_id": str(connector_id)})
        return response.status_code, response.json()["code"]

    assert push(other_sample.ids["tracker_id"]) == (422, "no_such_connector")
    assert push(fresh_sample.ids["connector_id"]) == (422, "takes_no_tickets")
    api.post(f"/v1/connectors/{tracker}/pause")
    assert push(tracker) == (409, "connector_inactive")


def build_path(sample: Sample) -> str:
    return f"/v1/recommendations/{sample.ids['recommendation_id']}"
