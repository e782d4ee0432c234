"""Predictions through the API."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from causeloop_pipeline.storage.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


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
    assert summary["expected_issues"] > 0


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


def test_accuracy_without_grades_is_told_as_none(client: Client, sample: Sample) -> None:
    accuracy = (
        client(sample.credentials["viewer"]).get("/v1/predictions/accuracy", params={"window_days": 7}).json()
    )

    assert (accuracy["graded"], accuracy["brier"], accuracy["reliability"]) == (0, None, [])


def test_a_persons_outcome_is_shown_and_the_systems_is_kept(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    graded = api.get("/v1/predictions", params={"history": True, "outcome": "hit"}).json()["data"][0]
    body = {"outcome": "prevented", "reason": "we had drained the node"}

    answer = api.post(f"/v1/predictions/{graded['id']}/outcome", json=body).json()
    again = api.post(f"/v1/predictions/{graded['id']}/outcome", json=body | {"outcome": "miss"}).json()

    assert answer["outcome"] == "prevented"
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
