"""`fingerprints`: what each issue has that another failure of the same cause would have too."""

from causeloop_pipeline.orchestration.regrouping import last_book, regroups
from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset


@stage_asset(
    "fingerprints",
    group="detect",
    description="Kind of text, template, stack signature and dimensions of each issue, redone if it changed.",
    deps=[["core", "issue"]],
    kinds={"polars"},
)
def fingerprints(step: Step) -> Counts:
    """Fingerprint the new and changed issues by what the last grouping learnt, or all of them."""
    import polars as pl

    from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
    from causeloop_pipeline.model.frames import INSTANT, ISSUE_SCHEMA
    from causeloop_pipeline.storage.core.issues import read_issues, read_issues_without_fingerprint
    from causeloop_pipeline.storage.detect.fingerprints import write_fingerprints

    anew = regroups(step)
    read = read_issues if anew else read_issues_without_fingerprint
    issues = read(step.session, step.workspace_id, pl.Schema({**ISSUE_SCHEMA, "changed_at": INSTANT}))
    book = None if anew else last_book(step)
    prints = fingerprint_issues(issues, timezone=step.workspace.timezone, book=book)
    written = write_fingerprints(
        step.session, step.workspace_id, prints, issues.select("issue_id", "changed_at")
    )
    return {"fingerprints": written, "templates": prints["template_key"].n_unique(), "anew": int(anew)}
