"""Describes the stored backtest in the terms of the accuracy of issued predictions."""

from typing import Any

from api.predictions.accuracy.scores import SCORE_COLUMNS, add_band_check

ALL_WINDOWS = 0
DISPLAYED = "mixture"


def describe_backtest(stored: dict[str, Any] | None, window_days: int | None) -> dict[str, Any] | None:
    """The backtest of one window, or of all; null where the past was too short for one."""
    if stored is None:
        return None
    scores = [{"skill": None, **score} for score in stored.pop("scores")]
    curves = stored.pop("curves")
    requested = ALL_WINDOWS if window_days is None else window_days
    overall = next((s for s in scores if s["window_days"] == requested and s["model"] == DISPLAYED), None)
    if overall is None:
        return None
    windows = sorted({score["window_days"] for score in scores} - {ALL_WINDOWS})
    if window_days is not None:
        windows = [window_days]
    return {
        **stored,
        "predictions": overall["n"],
        "hits": round(overall["base_rate"] * overall["n"]),
        **{name: overall[name] for name in SCORE_COLUMNS if name != "n"},
        "scores": [score for score in scores if score["window_days"] in windows],
        "reliability": _select_curve(curves, requested),
        "reliability_by_window": [
            {"window_days": window, "reliability": _select_curve(curves, window)} for window in windows
        ],
    }


def _select_curve(curves: list[dict[str, Any]], window_days: int) -> list[dict[str, Any]]:
    """The bins of one window, each with whether chance explains it."""
    return [
        add_band_check({name: value for name, value in each.items() if name != "window_days"})
        for each in curves
        if each["window_days"] == window_days
    ]
