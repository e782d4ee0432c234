"""Grouping: time, memory and quality of ours and of baselines in one run, and how the cost grows.

`BENCH_MACHINE` and `BENCH_HUMAN` hold the sizes (comma-separated); the full run is
BENCH_MACHINE=10000,100000,1000000 BENCH_HUMAN=10000,100000,1000000 BENCH_REAL=10000,100000, where REAL are
reports of public trackers, if the folder of shared data is there. Baselines are left out, with a note,
where their time or memory, which grows with the square of the issues, is too large. New issues are assigned
by a process that holds the index; `load` is what reading a stored index takes.
"""

import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
import polars as pl

MAX_EXPONENT = 1.15
MAX_MACHINE_SECONDS = 8.0  # CPU seconds at 1M
MAX_COST = {  # CPU seconds and GB
    ("machine", 1_000_000): (MAX_MACHINE_SECONDS, 6.0),
    ("human", 100_000): (60.0, 2.0),
    ("human", 1_000_000): (900.0, 6.0),
    ("real", 100_000): (60.0, 2.0),
}
MAX_ASSIGN_1000_SECONDS = 1.0
MAX_ASSIGN_1_SECONDS = 0.020
MIN_F1 = {"machine": 0.99, "human": 0.3, "real": 0.18}  # of real ones most pairs have no label
MAX_BASELINE_ISSUES = {"tf-idf average link": 10_000, "hdbscan on lsa": 20_000, "drain3": 1_000_000}
BASELINES_OF_KIND = {
    "machine": ("drain3", "tf-idf average link", "hdbscan on lsa"),
    "human": ("tf-idf average link", "hdbscan on lsa"),
    "real": (),
}

Figures = dict[str, float]


def read_sizes(name: str, default: str) -> list[int]:
    """The sizes to measure at."""
    return [int(size) for size in os.environ.get(name, default).split(",")]


def measure_work(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the work returns, its CPU seconds (own and children's), its wall seconds."""
    cpu, wall = sum(os.times()[:4]), time.perf_counter()
    result = work()
    return result, sum(os.times()[:4]) - cpu, time.perf_counter() - wall


def measure_cpu_seconds(work: Callable[[], Any]) -> float:
    """CPU seconds of short work: on a busy machine the wall clock measures other processes too."""
    start = time.process_time()
    work()
    return time.process_time() - start


def draw_issues(kind: str, size: int, seed: int = 0) -> tuple[pl.DataFrame, pl.Series]:
    """Issues of one kind with their labels."""
    from bench.data.issue_streams import draw_machine_issues, draw_reports
    from bench.data.real_texts import draw_real_reports

    streams = {"machine": draw_machine_issues, "human": draw_reports, "real": draw_real_reports}
    return streams[kind](size, seed)


def prepare_search(index: Any) -> None:
    """Builds what the first search of an index builds, once in the life of a process."""
    for segment in index.segments:
        _ = segment.postings


def measure_ours(kind: str, size: int) -> Figures:
    """Our figures at one size; runs in a process of its own, so that its memory is its own."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import PatternIndex, assign_issues
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
    from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
    from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores, read_predicted_groups

    issues, labels = draw_issues(kind, size)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grouping, cpu, wall = measure_work(
        lambda: group_issues(issues, fingerprint_issues(issues), options=EVERY_GROUP)
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scores = pair_scores(read_predicted_groups(issues["issue_id"], grouping.members), labels)

    new = draw_issues(kind, 1_000, seed=1)[0].with_columns(issue_id="n" + pl.col("issue_id"))
    fingerprints = fingerprint_issues(new)
    prepare_search(grouping.index)
    thousand = measure_cpu_seconds(
        lambda: assign_issues(new, fingerprints, grouping.index, options=EVERY_GROUP)
    )
    by_issue = {part["issue_id"][0]: part for part in fingerprints.iter_slices(1)}
    singles = [
        measure_cpu_seconds(partial(assign_issues, issue, by_issue[issue["issue_id"][0]], grouping.index))
        for issue in new[:25].iter_slices(1)
    ]
    stored = grouping.index.to_bytes()
    return {
        "cpu": cpu,
        "wall": wall,
        "gb": peak / 1e6,
        "gb_added": (peak - before) / 1e6,
        "f1": scores["f1"],
        "assign_1000": thousand,
        "assign_1": float(np.median(singles)),
        "load": measure_cpu_seconds(lambda: prepare_search(PatternIndex.from_bytes(stored))),
    }


def measure_baseline(kind: str, size: int, name: str) -> Figures:
    """A baseline's figures at one size."""
    from causeloop_pipeline.analysis.evaluation.grouping_baselines import BASELINES
    from causeloop_pipeline.analysis.evaluation.grouping_metrics import pair_scores

    issues, labels = draw_issues(kind, size)
    predicted, cpu, wall = measure_work(lambda: BASELINES[name](issues))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {"cpu": cpu, "wall": wall, "gb": peak, "f1": pair_scores(predicted, labels)["f1"]}


def run_in_process(work: Callable[..., Figures], *arguments: Any) -> Figures:
    """Runs work in a fresh process."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def fit_exponent(figures_at: dict[int, Figures]) -> float:
    """The exponent b of CPU ~ size^b over the sizes of 10,000 and more; NaN with fewer than two."""
    points = sorted((size, figures["cpu"]) for size, figures in figures_at.items() if size >= 10_000)
    if len(points) < 2:
        return float("nan")
    x, y = (np.log([point[side] for point in points]) for side in (0, 1))
    return float(np.polyfit(x, y, 1)[0])


def measure(kind: str, sizes: list[int]) -> tuple[dict[int, Figures], list[str]]:
    """Ours at every size, baselines where they fit; and the goals missed."""
    figures_at: dict[int, Figures] = {}
    missed: list[str] = []
    for size in sizes:
        figures_at[size] = run_in_process(measure_ours, kind, size)
        print_figures(kind, size, "causeloop", figures_at[size])
        if figures_at[size]["f1"] < MIN_F1[kind]:
            missed.append(f"{kind} {size}: F1 {figures_at[size]['f1']:.3f} is below its floor {MIN_F1[kind]}")
        for name in BASELINES_OF_KIND[kind]:
            if size > MAX_BASELINE_ISSUES[name]:
                print(f"{kind:8} {size:>9,}  {name:20} left out above {MAX_BASELINE_ISSUES[name]:,} issues")
                continue
            baseline = run_in_process(measure_baseline, kind, size, name)
            print_figures(kind, size, name, baseline)
            if baseline["f1"] > figures_at[size]["f1"] + 0.01:
                missed.append(f"{kind} {size}: {name} groups better")
    return figures_at, missed


def print_figures(kind: str, size: int, name: str, figures: Figures) -> None:
    """One line of figures."""
    text = "  ".join(f"{figure} {value:.3f}" for figure, value in figures.items())
    print(f"{kind:8} {size:>9,}  {name:20} {text}", flush=True)


def find_missed_goals(kind: str, figures_at: dict[int, Figures]) -> list[str]:
    """The goals of cost that were missed."""
    limits = (("assign_1000", MAX_ASSIGN_1000_SECONDS), ("assign_1", MAX_ASSIGN_1_SECONDS))
    missed = [
        f"{kind} {size}: {name} {figures[name]:.3f} > {limit}"
        for size, figures in figures_at.items()
        for name, limit in limits
        if figures[name] > limit
    ]
    for size, figures in figures_at.items():
        seconds, gigabytes = MAX_COST.get((kind, size), (float("inf"), float("inf")))
        if figures["cpu"] > seconds or figures["gb"] > gigabytes:
            used = f"{figures['cpu']:.1f} CPU s, {figures['gb']:.1f} GB"
            missed.append(f"{kind} {size}: {used} > {seconds:g} s, {gigabytes:g} GB")
    exponent = fit_exponent(figures_at)
    if exponent > MAX_EXPONENT:
        missed.append(f"{kind}: cost grows as n^{exponent:.2f} > n^{MAX_EXPONENT}")
    return missed


def main() -> int:
    """Measures all kinds; the last line holds figures and goals; 1 when a goal is missed."""
    from bench.data.real_texts import has_real_texts

    print(f"load {os.getloadavg()[0]:.1f}")
    machine, machine_missed = measure("machine", read_sizes("BENCH_MACHINE", "10000,100000"))
    human, human_missed = measure("human", read_sizes("BENCH_HUMAN", "5000,10000"))
    real, real_missed = measure("real", read_sizes("BENCH_REAL", "10000") if has_real_texts() else [])
    missed = (
        machine_missed
        + human_missed
        + real_missed
        + find_missed_goals("machine", machine)
        + find_missed_goals("human", human)
        + find_missed_goals("real", real)
    )
    for line in missed:
        print(f"MISSED: {line}")

    largest = max(machine)
    slowest = 1_000 * max(
        figures["assign_1"] for figures in (*machine.values(), *human.values(), *real.values())
    )
    print(
        f"grouping machine {largest:,}: {machine[largest]['cpu']:.2f} CPU s "
        f"(goal {MAX_MACHINE_SECONDS:g} at 1,000,000), machine n^{fit_exponent(machine):.2f}, "
        f"human n^{fit_exponent(human):.2f} (goal {MAX_EXPONENT}), "
        f"one issue {slowest:.0f} ms (goal {MAX_ASSIGN_1_SECONDS * 1_000:.0f})"
    )
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
