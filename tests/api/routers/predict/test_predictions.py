"""Predictions through the API."""

import math
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace


def test_only_the_newest_prediction_of_a_pattern_and_window_is_listed(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    current = api.get("/v1/predictions").json()
    history = api.get("/v1/predictions", params={"history": True, "limit": 100}).json()

    assert [row["probability"] for row in current["data"]] == [0.83, None]
    assert current["data"][1]["reason"] == "too_few_events"
    assert history["page"]["total"] == 32


def test_the_summary_counts_and_tells_how_many_it_counts(client: Client, sample: Sample) -> None:
    summary = client(sample.credentials["viewer"]).get("/v1/predictions/summary").json()

    assert summary["patterns"] == 2
    assert (summary["predicted"], summary["without_prediction"]) == (1, 1)
    assert (summary["high_risk"], summary["critical"]) == (1, 1)
    assert summary["hits"] + summary["misses"] == 30


def test_the_matrix_has_25_cells_and_every_prediction_in_one(client: Client, sample: Sample) -> None:
    matrix = client(sample.credentials["viewer"]).get("/v1/predictions/matrix").json()

    assert [(cell["likelihood"], cell["impact"]) for cell in matrix["cells"]] == [
        (likelihood, impact) for likelihood in range(1, 6) for impact in range(1, 6)
    ]
    filled = [cell for cell in matrix["cells"] if cell["count"]]
    assert [(cell["likelihood"], cell["impact"], cell["pattern_ids"]) for cell in filled] == [
        (5, 5, [str(sample.ids["pattern_id"])])
    ]


def test_a_forecast_marks_the_first_day_that_reaches_the_threshold(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    whole = api.get("/v1/predictions/forecast", params={"threshold": 3}).json()
    calm = api.get("/v1/predictions/forecast", params={"threshold": 1000}).json()
    one = api.get("/v1/predictions/forecast", params={"pattern_id": str(sample.ids["pattern_id"])}).json()

    first = next(day for day in whole["forecast"] if day["yhat"] >= 3)
    assert whole["breach"]["expected_on"] == first["day"]
    assert whole["breach"]["possible_on"] < first["day"]
    assert calm["breach"] == {"expected_on": None, "possible_on": None}
    assert len(whole["actual"]) == 90
    assert sum(day["count"] for day in whole["actual"]) == 12
    assert sum(day["count"] for day in one["actual"]) == 7
    assert one["threshold"] >= 1


def test_accuracy_shows_reliability_with_its_noise_band(client: Client, sample: Sample) -> None:
    accuracy = client(sample.credentials["viewer"]).get("/v1/predictions/accuracy").json()

    assert (accuracy["graded"], accuracy["hits"], accuracy["misses"]) == (30, 15, 15)
    assert 0 < accuracy["brier"] < 1
    assert sum(row["n"] for row in accuracy["reliability"]) == 30
    assert all(
        row["band_low"] <= row["mean_probability"] <= row["band_high"] for row in accuracy["reliability"]
    )
    assert {row["model"] for row in accuracy["scores"]} >= {"mixture", "prophet"}


def test_accuracy_tells_every_score_as_one_can_compute_it_by_hand(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    graded = [
        row
        for row in api.get("/v1/predictions", params={"history": True, "limit": 100}).json()["data"]
        if row["outcome"]
    ]
    said = [(row["probability"], row["outcome"] == "hit") for row in graded]

    accuracy = api.get("/v1/predictions/accuracy").json()

    brier = sum((p - hit) ** 2 for p, hit in said) / 30
    loss = -sum(math.log(min(max(p if hit else 1 - p, 1e-9), 1)) for p, hit in said) / 30
    assert (accuracy["scored"], accuracy["base_rate"]) == (30, 0.5)
    assert accuracy["brier"] == pytest.approx(brier)
    assert accuracy["skill"] == pytest.approx(1 - brier / 0.25)
    assert accuracy["log_loss"] == pytest.approx(loss)
    assert [(row["model_version"], row["n"], row["brier"]) for row in accuracy["versions"]] == [
        ("v1", 30, pytest.approx(brier))
    ]
    (by_window,) = accuracy["reliability_by_window"]
    assert by_window == {"window_days": 30, "reliability": accuracy["reliability"]}
    assert {(row["window_days"], row["model"], row["n"]) for row in accuracy["scores"]} >= {
        (30, "mixture", 30),
        (30, "prophet", 30),
    }
    assert accuracy["open"] == 1
    assert datetime.fromisoformat(accuracy["next_closes_at"]) > datetime.now(UTC)


def test_an_empty_workspace_is_told_that_nothing_is_graded_yet(
    client: Client, owner: psycopg.Connection
) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "viewer"))

    accuracy = api.get("/v1/predictions/accuracy").json()
    summary = api.get("/v1/predictions/summary").json()
    forecast = api.get("/v1/predictions/forecast").json()

    assert {name: value for name, value in accuracy.items() if value not in (0, None)} == {
        "scores": [],
        "versions": [],
        "reliability": [],
        "reliability_by_window": [],
    }
    assert (summary["patterns"], summary["high_risk"], summary["mean_probability"]) == (0, 0, None)
    assert (forecast["computed_at"], forecast["forecast"], len(forecast["actual"])) == (None, [], 90)
    assert forecast["breach"] == {"expected_on": None, "possible_on": None}
    assert sum(cell["count"] for cell in api.get("/v1/predictions/matrix").json()["cells"]) == 0


def test_a_persons_outcome_is_the_one_that_is_scored_and_counted_as_overruling(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    missed = api.get("/v1/predictions", params={"history": True, "outcome": "miss"}).json()["data"][:3]
    before = api.get("/v1/predictions/accuracy").json()

    for row, outcome in zip(missed, ("hit", "prevented", "miss"), strict=True):
        body = {"outcome": outcome, "reason": "I was there"}
        assert api.post(f"/v1/predictions/{row['id']}/outcome", json=body).status_code == 200
    after = api.get("/v1/predictions/accuracy").json()

    assert (before["hits"], before["misses"], before["prevented"], before["overruled"]) == (15, 15, 0, 0)
    assert (after["hits"], after["misses"], after["prevented"], after["overruled"]) == (16, 13, 1, 2)
    assert (after["graded"], after["scored"]) == (30, 29)


def test_what_was_said_in_view_of_a_fix_is_counted_and_not_scored(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection
) -> None:
    with owner.transaction():
        owner.execute("alter table predict.prediction no force row level security")
        owner.execute(
            "update predict.prediction set model_probabilities "
            "= model_probabilities || jsonb_build_object('without_fix', 0.9) where workspace_id = %s",
            (fresh_sample.workspace_id,),
        )
        owner.execute("alter table predict.prediction force row level security")

    accuracy = client(fresh_sample.credentials["viewer"]).get("/v1/predictions/accuracy").json()

    assert (accuracy["graded"], accuracy["scored"], accuracy["brier"]) == (30, 0, None)


def test_what_a_person_says_of_an_open_window_is_kept_and_not_scored_yet(
    client: Client, fresh_sample: Sample
) -> None:
    api, open_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["prediction_id"]

    told = api.post(
        f"/v1/predictions/{open_id}/outcome", json={"outcome": "hit", "reason": "it struck again"}
    ).json()

    assert [(grade["outcome"], grade["reason"]) for grade in told["outcomes"]] == [("hit", "it struck again")]
    assert api.get("/v1/predictions/accuracy").json()["graded"] == 30


def test_predictions_of_a_pattern_that_is_no_more_are_history(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from detect.pattern where pattern_id = %s", (fresh_sample.ids["pattern_id"],))

    current = api.get("/v1/predictions").json()
    history = api.get("/v1/predictions", params={"history": True}).json()

    assert [row["probability"] for row in current["data"]] == [None]
    assert history["page"]["total"] == 32


def test_what_is_resolved_or_dismissed_is_no_high_risk(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, prediction_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["prediction_id"]

    def tiles() -> tuple[int, int, int, int]:
        summary = api.get("/v1/predictions/summary").json()
        cells = api.get("/v1/predictions/matrix").json()["cells"]
        shown = sum(cell["count"] for cell in cells)
        return summary["high_risk"], summary["critical"], summary["dismissed"], shown

    standing = tiles()
    api.post(f"/v1/predictions/{prediction_id}/dismiss", json={"reason": "planned"})
    dismissed = tiles()
    detail = api.get(f"/v1/predictions/{prediction_id}").json()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update detect.pattern set status = 'resolved'")

    assert (standing, dismissed, tiles()) == ((1, 1, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0))
    assert detail["dismissal_reason"] == "planned"


def test_what_a_forecast_does_not_reach_is_not_told_as_if_it_did(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    near, far = (api.get("/v1/predictions/summary", params={"window_days": days}).json() for days in (7, 90))

    assert near["expected_issues"] > 0
    assert far["expected_issues"] is None


def test_a_window_that_is_not_predicted_is_refused_with_those_that_are(
    client: Client, sample: Sample
) -> None:
    api = client(sample.credentials["viewer"])

    for path in ("summary", "matrix"):
        refused = api.get(f"/v1/predictions/{path}", params={"window_days": 8})
        assert refused.status_code == 422
        assert "7, 14, 30, 90" in refused.text


def test_an_unknown_pattern_has_no_forecast(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    assert api.get("/v1/predictions/forecast", params={"pattern_id": str(uuid4())}).status_code == 404


def test_a_persons_outcome_is_shown_and_the_systems_is_kept(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    graded = api.get("/v1/predictions", params={"history": True, "outcome": "hit"}).json()["data"][0]
    body = {"outcome": "prevented", "reason": "we had drained the node"}

    answer = api.post(f"/v1/predictions/{graded['id']}/outcome", json=body).json()
    again = api.post(f"/v1/predictions/{graded['id']}/outcome", json=body | {"outcome": "miss"}).json()

    assert answer["outcome"] == "prevented"
    assert [(grade["outcome"], grade["decided_by"] == "system") for grade in answer["outcomes"]] == [
        ("hit", True),
        ("prevented", False),
    ]
    assert again["outcome"] == "miss"
    assert again["outcome_by"].startswith("service_account:")
    with database.workspace(fresh_sample.workspace_id) as session:
        rows = session.rows(
            "select outcome from predict.outcome where prediction_id = %s order by 1", (graded["id"],)
        )
    assert [row["outcome"] for row in rows] == ["hit", "miss"]


def test_a_dismissed_prediction_can_be_left_out(client: Client, fresh_sample: Sample) -> None:
    api, prediction_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["prediction_id"]

    dismissed = api.post(f"/v1/predictions/{prediction_id}/dismiss", json={"reason": "known"}).json()
    left = api.get("/v1/predictions", params={"dismissed": False}).json()["data"]

    assert datetime.fromisoformat(dismissed["dismissed_at"]) > datetime.now(UTC) - timedelta(minutes=1)
    assert str(prediction_id) not in {row["id"] for row in left}
    assert api.post(f"/v1/predictions/{uuid4()}/dismiss", json={}).status_code == 404
