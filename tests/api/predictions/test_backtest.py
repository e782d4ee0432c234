"""On day one, the accuracy of predictions is that of a backtest: labelled, and never mixed with grades."""

from datetime import UTC, datetime

import pytest

from causeloop_pipeline.analysis.evaluation.backtested_accuracy import measure_backtest
from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs, predict_recurrence
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.predict.backtests import replace_backtest
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.recurring_failures import AS_OF, workspace

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def test_a_backtest_stands_beside_the_grades_and_changes_none_of_them(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])
    before = api.get("/v1/predictions/accuracy").json()
    trained = predict_recurrence(RecurrenceInputs(workspace(12)), as_of=AS_OF, windows=(7, 30)).trained_model
    assert trained is not None
    workspace_id = fresh_sample.workspace_id

    with database.workspace(workspace_id) as session:
        replace_backtest(session, workspace_id, measure_backtest(trained.simulated), "recurrence-2", NOW)

    accuracy = api.get("/v1/predictions/accuracy").json()
    backtest = accuracy.pop("backtest")
    assert before.pop("backtest") is None
    assert accuracy == before
    assert backtest["model_version"] == "recurrence-2"
    assert backtest["first_origin"] < backtest["last_origin"] < AS_OF.isoformat()
    assert sum(row["n"] for row in backtest["reliability"]) == backtest["predictions"]
    assert backtest["hits"] == pytest.approx(backtest["base_rate"] * backtest["predictions"])
    assert {row["window_days"] for row in backtest["scores"]} == {7, 30}

    weekly = api.get("/v1/predictions/accuracy", params={"window_days": 7}).json()["backtest"]
    mixture = next(row for row in weekly["scores"] if row["model"] == "mixture")
    assert {row["window_days"] for row in weekly["scores"]} == {7}
    assert (weekly["predictions"], weekly["brier"]) == (mixture["n"], mixture["brier"])
    assert [curve["reliability"] for curve in weekly["reliability_by_window"]] == [weekly["reliability"]]
    of_another = api.get("/v1/predictions/accuracy", params={"model_version": "v1"}).json()
    assert of_another["backtest"] is None
