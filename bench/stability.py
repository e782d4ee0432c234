"""Stability: how many issues change their pattern when a tenth more comes, at once and at the next rebuild.

Nine tenths of each set are grouped; the last tenth (the newest, where there are dates) is assigned, then all
is grouped anew with the patterns of before. Real sets are read from the folder that CAUSELOOP_SHARED names
(`../shared` beside the repository) and left out, saying so, where there is none.
"""

import os
import sys
from pathlib import Path

import polars as pl

from bench.data.issue_streams import machine_stream, report_stream

SHARED = Path(os.environ.get("CAUSELOOP_SHARED", Path(__file__).resolve().parents[2] / "shared"))
BETWEEN_GOAL, NIGHTLY_GOAL = 0.01, 0.03
SHARE = 0.9


def real_issues(name: str) -> pl.DataFrame | None:
    """A set of failures from real systems, or None where the folder is absent."""
    path = SHARED / "data" / "grouping" / f"{name}.parquet"
    if not path.exists():
        print(f"{name}: left out, there is no {path.name} in the folder that CAUSELOOP_SHARED names")
        return None
    table = pl.read_parquet(path)
    if "message" in table.columns:
        return table.select(issue_id="id", title="message", source="system")
    created = pl.col("created_at" if "created_at" in table.columns else "updated_at")
    if table.select(created).dtypes[0] == pl.String:
        created = created.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    return table.select(
        pl.lit("tracker").alias("source"),
        created.alias("source_created_at"),
        pl.col("component").cast(pl.String),
        issue_id="id",
        title="title",
        body="description",
        service="product",
    )


def split(issues: pl.DataFrame, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The older nine tenths and the newest tenth; a random tenth where there are no dates."""
    if "source_created_at" not in issues.columns or issues["source_created_at"].null_count():
        mixed = issues.sample(fraction=1.0, shuffle=True, seed=seed)
    else:
        mixed = issues.sort("source_created_at", "issue_id")
    old = int(SHARE * mixed.height)
    return mixed.head(old), mixed.slice(old)


def moved(before: pl.DataFrame, after: pl.DataFrame, issue_ids: pl.Series) -> tuple[float, float]:
    """Shares of issues whose pattern is another than before (or gone), and of those that now have one."""
    then, now = before.select("issue_id", then="pattern_id"), after.select("issue_id", now="pattern_id")
    both = pl.DataFrame({"issue_id": issue_ids}).join(then, on="issue_id", how="left")
    both = both.join(now, on="issue_id", how="left")
    changed = both["then"].is_not_null() & both["then"].ne_missing(both["now"])
    found = both["then"].is_null() & both["now"].is_not_null()
    return int(changed.sum()) / len(issue_ids), int(found.sum()) / len(issue_ids)


def measure(name: str, issues: pl.DataFrame) -> list[str]:
    """One line of figures; what fell short."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues

    old, new = split(issues)
    first = group_issues(old, fingerprint_issues(old))
    again = group_issues(old, fingerprint_issues(old), previous=first.members)
    joined = assign_issues(new, fingerprint_issues(new, book=first.index.book), first.index)
    between = pl.concat(
        [first.members.join(joined.members, on="issue_id", how="anti"), joined.members], how="vertical"
    )
    night = group_issues(issues, fingerprint_issues(issues), previous=between)
    next_night = group_issues(issues, fingerprint_issues(issues), previous=night.members)
    figures = {
        "recomputed": moved(first.members, again.members, old["issue_id"]),
        "between": moved(first.members, between, old["issue_id"]),
        "nightly": moved(between, night.members, issues["issue_id"]),
        "next night": moved(night.members, next_night.members, issues["issue_id"]),
    }
    text = "  ".join(
        f"{figure} {changed:.2%} (+{found:.2%} their first)" for figure, (changed, found) in figures.items()
    )
    print(f"{name:20} {issues.height:>8,}  {text}", flush=True)
    limits = {"recomputed": 0.0, "between": BETWEEN_GOAL, "nightly": NIGHTLY_GOAL, "next night": 0.0}
    return [
        f"{name}: {figure} {figures[figure][0]:.2%} > {limit:.0%}"
        for figure, limit in limits.items()
        if figures[figure][0] > limit
    ]


def main() -> int:
    """Measure every set; 1 when a goal is missed."""
    short: list[str] = []
    for name in ("machine_messages", "eclipse_duplicates", "hadoop_bug_reports"):
        issues = real_issues(name)
        if issues is not None:
            short += measure(name, issues)
    short += measure("machine stream", machine_stream(100_000)[0])
    short += measure("report stream", report_stream(20_000)[0])
    for line in short:
        print(f"short: {line}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
