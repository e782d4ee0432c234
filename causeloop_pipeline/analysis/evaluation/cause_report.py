"""How often the kind of cause that is read from a report agrees with the one that people gave it."""

import re
from collections.abc import Sequence

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.act.stated_causes import UNKNOWN, read_stated_cause
from causeloop_pipeline.analysis.arrays import Bools

DRAWS = 400
MIN_RIGHT, MIN_NAMED = 0.85, 20
RIGHT_WHERE_NAMED = "right where a cause is named"
WITH_COMMONEST = "agrees, the commonest label where none is stated"
_FIRST = "agrees with the first label"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
CAUSE_REPORT_SCHEMA = pl.Schema(
    {
        "method": pl.String,
        "figure": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "n": pl.Int64,
    }
)


def evaluate_causes(texts: pl.Series, labels: pl.Series, *, seed: int = 0) -> pl.DataFrame:
    """Read the cause of labelled reports, and compare its origin with the labels.

    In: texts; labels: internal causes, external causes or unknown, several separated by semicolons. Out:
    CAUSE_REPORT_SCHEMA: agreement with the first label and with any label, with 95 % bootstrap intervals;
    how often it is right where it names a cause, which is what advice rests on; agreement where the commonest
    label stands in for a cause that is not stated; `right when …` for each answer; beside it the peer that
    always answers the commonest label.
    """
    label_lists = [_split_labels(text) for text in labels.fill_null("").to_list()]
    read = [cause.origin if (cause := read_stated_cause(text)) else UNKNOWN for text in texts.to_list()]
    firsts = [names[0] for names in label_lists]
    commonest = max(sorted(set(firsts)), key=firsts.count, default=UNKNOWN)
    rows = []
    for method, answers in (("causeloop", read), ("commonest label", [commonest] * len(read))):
        is_first = np.array(
            [answer == name for answer, name in zip(answers, firsts, strict=True)], dtype=bool
        )
        is_any = np.array(
            [answer in names for answer, names in zip(answers, label_lists, strict=True)], dtype=bool
        )
        rows.append((method, _FIRST, *_share(is_first, seed), len(is_first)))
        rows.append((method, "agrees with a label", *_share(is_any, seed), len(is_any)))
        if method == "causeloop":
            is_named = np.array([answer != UNKNOWN for answer in answers], dtype=bool)
            rows.append((method, RIGHT_WHERE_NAMED, *_share(is_first[is_named], seed), is_named.sum()))
            filled = [commonest if answer == UNKNOWN else answer for answer in answers]
            is_filled = np.array([a == b for a, b in zip(filled, firsts, strict=True)], dtype=bool)
            rows.append((method, WITH_COMMONEST, *_share(is_filled, seed), len(is_filled)))
        for kind in sorted(set(answers)):
            correct = is_first[np.array([answer == kind for answer in answers], dtype=bool)]
            rows.append((method, f"right when it says {kind}", *_share(correct, seed), len(correct)))
    return pl.DataFrame(rows, schema=CAUSE_REPORT_SCHEMA, orient="row")


def list_missed_goals(report: pl.DataFrame, without: str | None = None) -> list[str]:
    """List what a report on causes must hold and does not.

    In: CAUSE_REPORT_SCHEMA; the column whose sentences were removed. Out: sentences; the share that is right
    counts from 20 named causes on.
    """
    value = {(row["method"], row["figure"]): row for row in report.iter_rows(named=True)}
    where = f" without {without}" if without else ""
    named = value["causeloop", RIGHT_WHERE_NAMED]
    missed = []
    if named["n"] >= MIN_NAMED and named["value"] < MIN_RIGHT:
        missed.append(f"{named['value']:.3f} of the causes named{where} are right, not {MIN_RIGHT:g}")
    ours, commonest = value["causeloop", WITH_COMMONEST], value["commonest label", _FIRST]
    if ours["value"] < commonest["value"]:
        missed.append(
            f"the causes named{where} are right for {ours['value']:.3f} of the reports, "
            f"the commonest label alone for {commonest['value']:.3f}"
        )
    return missed


def remove_text(text: str, removed: str | None) -> str:
    """Remove from a report the sentences that another text holds.

    In: a report; what is to go, such as its text on the cause. Out: the other sentences, joined by blanks.
    """
    gone = _fold(removed or "")
    others = [part for part in _SENTENCE.split(text) if (folded := _fold(part)) and not _meet(folded, gone)]
    return " ".join(others)


def _meet(sentence: str, removed: str) -> bool:
    return bool(removed) and (sentence in removed or removed in sentence)


def _fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def _split_labels(text: str) -> Sequence[str]:
    return [name.strip().lower() for name in text.split(";") if name.strip()] or [UNKNOWN]


def _share(hits: Bools, seed: int) -> tuple[float, float, float]:
    """The share, and its 95 % bootstrap interval."""
    if not len(hits):
        return 0.0, 0.0, 0.0
    samples = np.random.default_rng(seed).integers(0, len(hits), (DRAWS, len(hits)))
    low, high = np.quantile(hits[samples].mean(axis=1), (0.025, 0.975))
    return float(hits.mean()), float(low), float(high)
