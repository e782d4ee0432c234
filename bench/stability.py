"""Stability: how many issues change their pattern when a tenth more comes, at once and at the next rebuild.

Nine tenths of each set are grouped; the last tenth (the newest, where there are dates) is assigned; then all
issues are grouped again from the patterns before. Real sets of the shared folder are left out, with a note,
where the folder is absent. `--write PAGE` writes the figures into a page on quality.
"""

import argparse
import sys
from pathlib import Path

import polars as pl

from bench.data.issue_streams import draw_machine_issues, draw_reports
from bench.data.shared_folder import find_shared_file
from bench.data.unrelated_reports import build_unrelated_reports
from causeloop_pipeline.cli.output.quality.page import write_part
from causeloop_pipeline.cli.output.quality.stability import StabilityLine, describe_stability

MAX_MOVED = {"recomputed": 0.0, "between": 0.01, "nightly": 0.03, "next night": 0.0}
OLD_SHARE = 0.9
MAX_UNRELATED = 0.01
MAX_BAD_ROWS = 0.05


def read_real_issues(name: str) -> pl.DataFrame | None:
    """A set of failures from real systems, or None where the folder is absent."""
    path = find_shared_file(f"data/grouping/{name}.parquet")
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


def split_by_age(issues: pl.DataFrame, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The older nine tenths and the newest tenth; a random tenth where there are no dates."""
    if "source_created_at" not in issues.columns or issues["source_created_at"].null_count():
        ordered = issues.sample(fraction=1.0, shuffle=True, seed=seed)
    else:
        ordered = issues.sort("source_created_at", "issue_id")
    old = int(OLD_SHARE * ordered.height)
    return ordered.head(old), ordered.slice(old)


def count_moved(before: pl.DataFrame, after: pl.DataFrame, issue_ids: pl.Series) -> tuple[float, float]:
    """The shares of issues that changed or lost their pattern, and of those that got their first one."""
    then, now = before.select("issue_id", then="pattern_id"), after.select("issue_id", now="pattern_id")
    both = pl.DataFrame({"issue_id": issue_ids}).join(then, on="issue_id", how="left")
    both = both.join(now, on="issue_id", how="left")
    has_moved = both["then"].is_not_null() & both["then"].ne_missing(both["now"])
    has_first = both["then"].is_null() & both["now"].is_not_null()
    return int(has_moved.sum()) / len(issue_ids), int(has_first.sum()) / len(issue_ids)


def count_joined(issues: pl.DataFrame) -> float:
    """The share of unrelated reports that are linked with anything, at once or when all are grouped again."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues

    reports = build_unrelated_reports(issues)
    own = pl.col("issue_id").is_in(reports["issue_id"].implode())
    index = group_issues(issues, fingerprint_issues(issues)).index
    at_once = assign_issues(reports, fingerprint_issues(reports, catalog=index.catalog), index).members
    every = pl.concat([issues, reports.select(issues.columns)])
    rebuilt = group_issues(every, fingerprint_issues(every)).members
    return max(at_once.filter(own).height, rebuilt.filter(own).height) / reports.height


def measure_unrelated() -> dict[str, float]:
    """Prints one line a labelled set; returns the share of unrelated reports linked in each."""
    from causeloop_pipeline.cli.labelled_sets import find_labelled_sets, read_labelled_set

    joined = {}
    for path in find_labelled_sets(find_shared_file("data/grouping"), "group_label"):
        share = count_joined(read_labelled_set(path, "group_label", MAX_BAD_ROWS).issues)
        goal = f"goal at most {MAX_UNRELATED:.0%}"
        print(f"{path.stem:28} unrelated reports linked {share:.1%} ({goal})", flush=True)
        joined[path.stem] = share
    return joined


def measure(name: str, issues: pl.DataFrame) -> StabilityLine:
    """Measures one set, and prints its line."""
    from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues

    old, new = split_by_age(issues)
    first = group_issues(old, fingerprint_issues(old))
    again = group_issues(old, fingerprint_issues(old), previous=first.members)
    assigned = assign_issues(new, fingerprint_issues(new, catalog=first.index.catalog), first.index)
    between = pl.concat(
        [first.members.join(assigned.members, on="issue_id", how="anti"), assigned.members], how="vertical"
    )
    night = group_issues(issues, fingerprint_issues(issues), previous=between)
    next_night = group_issues(issues, fingerprint_issues(issues), previous=night.members)
    figures = {
        "recomputed": count_moved(first.members, again.members, old["issue_id"]),
        "between": count_moved(first.members, between, old["issue_id"]),
        "nightly": count_moved(between, night.members, issues["issue_id"]),
        "next night": count_moved(night.members, next_night.members, issues["issue_id"]),
    }
    text = "  ".join(
        f"{figure} {moved:.2%} (goal at most {MAX_MOVED[figure]:.0%}; +{gained:.2%} their first)"
        for figure, (moved, gained) in figures.items()
    )
    print(f"{name:20} {issues.height:>8,}  {text}", flush=True)
    return StabilityLine(name, issues.height, {figure: moved for figure, (moved, _) in figures.items()})


def list_missed(lines: list[StabilityLine], unrelated: dict[str, float]) -> list[str]:
    """The goals that were missed."""
    moved = [
        f"{line.name}: {figure} {line.moved[figure]:.2%} > {limit:.0%}"
        for line in lines
        for figure, limit in MAX_MOVED.items()
        if line.moved[figure] > limit
    ]
    joined = [
        f"{name}: {share:.1%} of unrelated reports are linked"
        for name, share in unrelated.items()
        if share > MAX_UNRELATED
    ]
    return moved + joined


def main() -> int:
    """Measures every set; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.stability", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="PAGE", help="also write the figures into this page")
    page = parser.parse_args().write
    real = {
        name: issues
        for name in ("machine_messages", "eclipse_duplicates", "hadoop_bug_reports")
        if (issues := read_real_issues(name)) is not None
    }
    lines = [measure(name, issues) for name, issues in real.items()]
    lines.append(measure("machine stream", draw_machine_issues(100_000)[0]))
    lines.append(measure("report stream", draw_reports(20_000)[0]))
    unrelated = measure_unrelated()
    if page is not None:
        write_part(page, "stability", describe_stability(lines, unrelated))
    missed = list_missed(lines, unrelated)
    for line in missed:
        print(f"MISSED: {line}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
