"""Predictions: list, overview, forecast, accuracy, and people's outcomes and dismissals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.permissions import requires
from api.http.computing.processes import Computing
from api.http.errors import not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response, row_or_404
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside
from api.predictions import queries as predictions
from api.predictions.accuracy import queries as accuracy
from api.predictions.accuracy.backtest import describe_backtest
from api.predictions.accuracy.schemas import Accuracy, AccuracyRequest
from api.predictions.accuracy.scores import score_accuracy
from api.predictions.forecasts import queries as forecasts
from api.predictions.forecasts.schemas import Forecast, ForecastRequest
from api.predictions.schemas import (
    Dismissal,
    Matrix,
    NewOutcome,
    Prediction,
    PredictionDetail,
    PredictionFilters,
    PredictionSummary,
    WindowRequest,
)
from causeloop_pipeline.model.prediction import Impact
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/predictions", tags=["predictions"], route_class=Operation)

LIKELIHOOD = [
    *(
        "rare (<\u00a020\u00a0%)",
        "unlikely (20 to 40\u00a0%)",
        "possible (40 to 60\u00a0%)",
        "likely (60 to 80\u00a0%)",
    ),
    "almost certain",
]
IMPACT = [f"{Impact.LOW}, and a risk score under 20", *reversed(Impact)]


@router.get("", summary="List predictions", responses=documents(Page[Prediction]))
@requires(Role.VIEWER)
@returns_page_of(predictions.PREDICTIONS)
async def list_predictions(
    db: Db,
    filters: Annotated[PredictionFilters, build_filter_dependency(PredictionFilters)],
) -> Response:
    """The latest prediction of every pattern and window, most likely first unless sorted otherwise."""
    listing = predictions.ISSUED_PREDICTIONS if filters.history else predictions.PREDICTIONS
    return await read_page(db, listing, filters)


@router.get("/summary", summary="Get the overview", responses=documents(PredictionSummary))
@requires(Role.VIEWER)
async def read_prediction_summary(db: Db, window: Annotated[WindowRequest, Query()]) -> Response:
    """The figures of the overview for one window, with their sample sizes; it says which window."""
    days = window.window_days or await predictions.read_headline_window(db)
    return row_or_404(await predictions.read_summary(db, days), "summary")


@router.get("/matrix", summary="Get the risk matrix", responses=documents(Matrix))
@requires(Role.VIEWER)
async def read_prediction_matrix(db: Db, window: Annotated[WindowRequest, Query()]) -> Response:
    """Patterns by likelihood and impact, 5 by 5."""
    days = window.window_days or await predictions.read_headline_window(db)
    cells = await predictions.read_matrix(db, days)
    return json_response({"window_days": days, "likelihood": LIKELIHOOD, "impact": IMPACT, "cells": cells})


@router.get("/forecast", summary="Get the forecast", responses=documents(Forecast))
@requires(Role.VIEWER)
async def read_forecast(db: Db, request: Annotated[ForecastRequest, Query()]) -> Response:
    """The expected number of issues per day, with the first day that reaches the threshold."""
    return row_or_404(await forecasts.read_forecast(db, request.pattern_id, request.threshold), "pattern")


@router.get("/accuracy", summary="Get the accuracy of predictions", responses=documents(Accuracy))
@requires(Role.VIEWER)
@calls_outside
async def read_prediction_accuracy(
    request: Request, db: Db, of: Annotated[AccuracyRequest, Query()]
) -> Response:
    """Scores of past predictions, the reliability curve with its noise band, and apart from it a backtest."""
    grades = await accuracy.read_grades(db, of.window_days, of.model_version, of.days)
    computing: Computing = request.app.state.computing
    scores = await computing.run(db.workspace_id, score_accuracy, grades.graded)
    return json_response(
        {
            **scores,
            "open": grades.open,
            "next_closes_at": grades.next_closes_at,
            "backtest": describe_backtest(grades.backtest, of.window_days),
        }
    )


@router.get("/{prediction_id}", summary="Get a prediction", responses=documents(PredictionDetail))
@requires(Role.VIEWER)
async def read_prediction(db: Db, prediction_id: UUID) -> Response:
    """A prediction as it was issued, with its outcomes."""
    return row_or_404(await predictions.read_prediction(db, prediction_id), "prediction")


@router.post("/{prediction_id}/outcome", summary="Record an outcome", responses=documents(PredictionDetail))
@requires(Role.ANALYST)
async def record_outcome(db: Db, caller: CurrentCaller, prediction_id: UUID, new: NewOutcome) -> Response:
    """Records a person's outcome of a prediction. It takes precedence over the system's, which is kept."""
    if not await predictions.record_outcome(db, prediction_id, caller.actor, new.outcome, new.reason):
        raise not_found("prediction")
    return row_or_404(await predictions.read_prediction(db, prediction_id), "prediction")


@router.post(
    "/{prediction_id}/dismiss", summary="Dismiss a prediction", responses=documents(PredictionDetail)
)
@requires(Role.ANALYST)
async def dismiss_prediction(
    db: Db, caller: CurrentCaller, prediction_id: UUID, dismissal: Dismissal
) -> Response:
    """Removes a prediction from the overview. It is graded all the same."""
    if not await predictions.dismiss(db, prediction_id, caller.actor, dismissal.reason):
        raise not_found("prediction")
    return row_or_404(await predictions.read_prediction(db, prediction_id), "prediction")


@router.delete(
    "/{prediction_id}/outcome", summary="Withdraw an outcome", responses=documents(PredictionDetail)
)
@requires(Role.ANALYST)
async def withdraw_outcome(db: Db, caller: CurrentCaller, prediction_id: UUID) -> Response:
    """Takes back one's own outcome of a prediction; that of others, or the system's, counts again."""
    await predictions.withdraw_outcome(db, prediction_id, caller.actor)
    return row_or_404(await predictions.read_prediction(db, prediction_id), "prediction")


@router.delete(
    "/{prediction_id}/dismissal", summary="Withdraw a dismissal", responses=documents(PredictionDetail)
)
@requires(Role.ANALYST)
async def withdraw_dismissal(db: Db, prediction_id: UUID) -> Response:
    """Brings a dismissed prediction back to the overview."""
    await predictions.withdraw_dismissal(db, prediction_id)
    return row_or_404(await predictions.read_prediction(db, prediction_id), "prediction")
