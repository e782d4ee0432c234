"""Predictions."""

import math
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from causeloop_pipeline.model.prediction import NEAREST_WINDOW, WINDOWS
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace

MONTH = {"window_days": 30}


def test_only_the_latest_prediction_of_a_pattern_and_window_is_listed(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    current = api.get("/v1/predictions").json()
    history = api.get("/v1/predictions", params={"history": True, "limit": 100}).json()

    assert [row["probability"] for row in current["data"]] == [0.83, None]
    assert current["data"][1]["reason"] == "too_few_events"
    assert history["page"]["total"] == 32


def test_the_summary_includes_its_sample_sizes(client: Client, sample: Sample) -> None:
    summary = client(sample.credentials["viewer"]).get("/v1/predictions/summary", params=MONTH).json()

    assert summary["patterns"] == 2
    assert (summary["predicted"], summary["without_prediction"]) == (1, 1)
    assert (summary["high_risk"], summary["critical"]) == (1, 1)
    assert summary["hits"] + summary["misses"] == 30


def test_the_matrix_has_25_cells_and_every_prediction_is_in_one(client: Client, sample: Sample) -> None:
    matrix = client(sample.credentials["viewer"]).get("/v1/predictions/matrix", params=MONTH).json()

    assert [(cell["likelihood"], cell["impact"]) for cell in matrix["cells"]] == [
        (likelihood, impact) for likelihood in range(1, 6) for impact in range(1, 6)
    ]
    non_empty = [cell for cell in matrix["cells"] if cell["count"]]
    assert [(cell["likelihood"], cell["impact"], cell["pattern_ids"]) for cell in non_empty] == [
        (5, 5, [str(sample.ids["pattern_id"])])
    ]


def test_a_forecast_marks_the_first_day_that_reaches_the_threshold(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    workspace = api.get("/v1/predictions/forecast", params={"threshold": 3}).json()
    high_threshold = api.get("/v1/predictions/forecast", params={"threshold": 1000}).json()
    pattern = api.get("/v1/predictions/forecast", params={"pattern_id": str(sample.ids["pattern_id"])}).json()

    first = next(day for day in workspace["forecast"] if day["yhat"] >= 3)
    assert workspace["breach"]["expected_on"] == first["day"]
    assert workspace["breach"]["possible_on"] < first["day"]
    assert high_threshold["breach"] == {"expected_on": None, "possible_on": None}
    assert len(workspace["actual"]) == 90
    assert sum(day["count"] for day in workspace["actual"]) == 12
    assert sum(day["count"] for day in pattern["actual"]) == 7
    assert pattern["threshold"] >= 1


def test_accuracy_includes_the_reliability_curve_with_its_noise_band(client: Client, sample: Sample) -> None:
    accuracy = client(sample.credentials["viewer"]).get("/v1/predictions/accuracy").json()

    assert (accuracy["graded"], accuracy["hits"], accuracy["misses"]) == (30, 15, 15)
    assert 0 < accuracy["brier"] < 1
    assert sum(row["n"] for row in accuracy["reliability"]) == 30
    assert all(
        row["band_low"] <= row["mean_probability"] <= row["band_high"] for row in accuracy["reliability"]
    )
    assert {row["model"] for row in accuracy["scores"]} >= {"mixture", "prophet"}


def test_every_accuracy_score_equals_the_one_computed_by_hand(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    graded = [
        row
        for row in api.get("/v1/predictions", params={"history": True, "limit": 100}).json()["data"]
        if row["outcome"]
    ]
    issued = [(row["probability"], row["outcome"] == "hit") for row in graded]

    accuracy = api.get("/v1/predictions/accuracy").json()

    brier = sum((p - hit) ** 2 for p, hit in issued) / 30
    loss = -sum(math.log(min(max(p if hit else 1 - p, 1e-9), 1)) for p, hit in issued) / 30
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


def test_in_an_empty_workspace_nothing_is_graded(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner), "k", "viewer"))

    accuracy = api.get("/v1/predictions/accuracy").json()
    summary = api.get("/v1/predictions/summary", params=MONTH).json()
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
    assert sum(cell["count"] for cell in api.get("/v1/predictions/matrix", params=MONTH).json()["cells"]) == 0


def test_a_persons_outcome_is_scored_and_counted_as_overruling(client: Client, fresh_sample: Sample) -> None:
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


def test_predictions_made_in_view_of_a_fix_are_counted_but_not_scored(
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


def test_a_persons_outcome_of_an_open_window_is_stored_but_not_scored_yet(
    client: Client, fresh_sample: Sample
) -> None:
    api, open_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["prediction_id"]

    prediction = api.post(
        f"/v1/predictions/{open_id}/outcome", json={"outcome": "hit", "reason": "it occurred again"}
    ).json()

    assert [(grade["outcome"], grade["reason"]) for grade in prediction["outcomes"]] == [
        ("hit", "it occurred again")
    ]
    assert api.get("/v1/predictions/accuracy").json()["graded"] == 30


def test_predictions_of_a_deleted_pattern_are_listed_only_in_the_history(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from detect.pattern where pattern_id = %s", (fresh_sample.ids["pattern_id"],))

    current = api.get("/v1/predictions").json()
    history = api.get("/v1/predictions", params={"history": True}).json()

    assert [row["probability"] for row in current["data"]] == [None]
    assert history["page"]["total"] == 32


def test_resolved_patterns_and_dismissed_predictions_are_not_high_risk(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, prediction_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["prediction_id"]

    def read_figures() -> tuple[int, int, int, int]:
        summary = api.get("/v1/predictions/summary", params=MONTH).json()
        cells = api.get("/v1/predictions/matrix", params=MONTH).json()["cells"]
        in_matrix = sum(cell["count"] for cell in cells)
        return summary["high_risk"], summary["critical"], summary["dismissed"], in_matrix

    standing = read_figures()
    api.post(f"/v1/predictions/{prediction_id}/dismiss", json={"reason": "planned"})
    dismissed = read_figures()
    detail = api.get(f"/v1/predictions/{prediction_id}").json()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update detect.pattern set status = 'resolved'")

    assert (standing, dismissed, read_figures()) == ((1, 1, 0, 1), (0, 0, 1, 0), (0, 0, 0, 0))
    assert detail["dismissal_reason"] == "planned"


def test_a_window_beyond_the_forecast_has_no_expected_issues(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    near, far = (api.get("/v1/predictions/summary", params={"window_days": days}).json() for days in (7, 90))

    assert near["expected_issues"] > 0
    assert far["expected_issues"] is None


def test_an_unknown_window_is_refused_with_a_list_of_the_windows(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    for path in ("summary", "matrix"):
        refused = api.get(f"/v1/predictions/{path}", params={"window_days": 8})
        assert refused.status_code == 422
        assert ", ".join(map(str, WINDOWS)) in refused.text


def test_an_unknown_pattern_has_no_forecast(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    assert api.get("/v1/predictions/forecast", params={"pattern_id": str(uuid4())}).status_code == 404


def test_a_persons_outcome_takes_precedence_and_the_systems_is_kept(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    graded = api.get("/v1/predictions", params={"history": True, "outcome": "hit"}).json()["data"][0]
    body = {"outcome": "prevented", "reason": "we had drained the node"}

    result = api.post(f"/v1/predictions/{graded['id']}/outcome", json=body).json()
    again = api.post(f"/v1/predictions/{graded['id']}/outcome", json=body | {"outcome": "miss"}).json()

    assert result["outcome"] == "prevented"
    assert [(grade["outcome"], grade["decided_by"] == "system") for grade in result["outcomes"]] == [
        ("hit", True),
        ("prevented", False),
    ]
    assert [grade["decided_by_name"] for grade in result["outcomes"]] == [None, "analyst"]
    assert again["outcome"] == "miss"
    assert again["outcome_by"].startswith("service_account:")
    with database.workspace(fresh_sample.workspace_id) as session:
        rows = session.rows(
            "select outcome from predict.outcome where prediction_id = %s order by 1", (graded["id"],)
        )
    assert [row["outcome"] for row in rows] == ["hit", "miss"]


def test_dismissed_predictions_can_be_filtered_out(client: Client, fresh_sample: Sample) -> None:
    api, prediction_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["prediction_id"]

    dismissed = api.post(f"/v1/predictions/{prediction_id}/dismiss", json={"reason": "known"}).json()
    left = api.get("/v1/predictions", params={"dismissed": False}).json()["data"]

    assert datetime.fromisoformat(dismissed["dismissed_at"]) > datetime.now(UTC) - timedelta(minutes=1)
    assert str(prediction_id) not in {row["id"] for row in left}
    assert api.post(f"/v1/predictions/{uuid4()}/dismiss", json={}).status_code == 404


def test_without_a_window_the_overview_is_of_the_one_that_tells_most(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])

    def read_windows() -> tuple[int, int, bool]:
        summary, matrix = (api.get(f"/v1/predictions/{path}").json() for path in ("summary", "matrix"))
        listed = api.get("/v1/predictions").json()["data"][0]
        assert listed["window_days"] == 30
        return summary["window_days"], matrix["window_days"], listed["is_headline"]

    before = read_windows()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "insert into predict.backtest (workspace_id, computed_at, model_version, first_origin,"
            " last_origin, patterns, predictions, hits, scores, curves, headline_window)"
            " values (%s, now(), 'v', now(), now(), 1, 1, 1, '[]', '[]', 30)",
            (fresh_sample.workspace_id,),
        )

    assert before == (NEAREST_WINDOW, NEAREST_WINDOW, False)
    assert read_windows() == (30, 30, True)
