"""Predictions: list, overview, forecast, accuracy, and what people say came of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.http.errors import not_found
from api.http.pagination import read_page
from api.http.responses import Page, found, gives, json_answer
from api.operation import CurrentCaller, Db, Operation
from api.queries.predict import forecasts, prediction_grades, predictions
from api.resources.prediction_accuracy import graded_accuracy
from api.schemas.predict.predictions import (
    Accuracy,
    AccuracyRequest,
    Dismissal,
    Forecast,
    ForecastRequest,
    Matrix,
    NewOutcome,
    Prediction,
    PredictionDetail,
    PredictionFilters,
    PredictionSummary,
    WindowRequest,
)

router = APIRouter(prefix="/v1/predictions", tags=["predictions"], route_class=Operation)

LIKELIHOOD = ["rare (< 20 %)", "unlikely (< 40 %)", "possible (< 60 %)", "likely (< 80 %)", "almost certain"]
IMPACT = ["low, and a risk score under 20", "low", "medium", "high", "critical"]


@router.get("", responses=gives(Page[Prediction]))
async def list_predictions(db: Db, filters: Annotated[PredictionFilters, Query()]) -> Response:
    """The newest prediction of every pattern and window, likeliest first."""
    return await read_page(db, predictions.PREDICTIONS, filters)


@router.get("/summary", responses=gives(PredictionSummary))
async def read_prediction_summary(db: Db, asked: Annotated[WindowRequest, Query()]) -> Response:
    """The tiles of the overview, each with its sample size."""
    return found(await predictions.read_summary(db, asked.window_days), "summary")


@router.get("/matrix", responses=gives(Matrix))
async def read_prediction_matrix(db: Db, asked: Annotated[WindowRequest, Query()]) -> Response:
    """Patterns by how likely they recur and how bad that would be, 5 by 5."""
    cells = await predictions.read_matrix(db, asked.window_days)
    return json_answer(
        {"window_days": asked.window_days, "likelihood": LIKELIHOOD, "impact": IMPACT, "cells": cells}
    )


@router.get("/forecast", responses=gives(Forecast))
async def read_forecast(db: Db, asked: Annotated[ForecastRequest, Query()]) -> Response:
    """Issues expected a day, with the first day that reaches the threshold."""
    return found(await forecasts.read_forecast(db, asked.pattern_id, asked.threshold), "pattern")


@router.get("/accuracy", responses=gives(Accuracy))
async def read_prediction_accuracy(db: Db, asked: Annotated[AccuracyRequest, Query()]) -> Response:
    """How well predictions kept their word: scores, and reliability with its noise band."""
    grades = await prediction_grades.read_grades(db, asked.window_days, asked.model_version, asked.days)
    scores = await run_in_threadpool(graded_accuracy, grades.graded)
    return json_answer({**scores, "open": grades.open, "next_closes_at": grades.next_closes_at})


@router.get("/{prediction_id}", responses=gives(PredictionDetail))
async def read_prediction(db: Db, prediction_id: UUID) -> Response:
    """One prediction, as it was said."""
    return found(await predictions.read_prediction(db, prediction_id), "prediction")


@router.post("/{prediction_id}/outcome", responses=gives(PredictionDetail))
async def record_outcome(db: Db, caller: CurrentCaller, prediction_id: UUID, new: NewOutcome) -> Response:
    """Say what came of a prediction; the system's grade is kept beside it."""
    if not await predictions.record_outcome(db, prediction_id, caller.actor, new.outcome, new.reason):
        raise not_found("prediction")
    return found(await predictions.read_prediction(db, prediction_id), "prediction")


@router.post("/{prediction_id}/dismiss", responses=gives(PredictionDetail))
async def dismiss_prediction(db: Db, caller: CurrentCaller, prediction_id: UUID, why: Dismissal) -> Response:
    """Take a prediction out of attention; it is graded all the same."""
    if not await predictions.dismiss(db, prediction_id, caller.actor, why.reason):
        raise not_found("prediction")
    return found(await predictions.read_prediction(db, prediction_id), "prediction")
