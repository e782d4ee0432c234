"""A fingerprint: which kind of text, which template, which trace, which dimensions, in the workspace's time
zone.
"""

from datetime import UTC, datetime

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import (
    compute_template_key,
    fingerprint_issues,
    learn_templates,
)
from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA
from tests.support.failure_texts import human_issues, issue_frame, machine_issues


def kinds(issues: pl.DataFrame) -> set[str]:
    return set(fingerprint_issues(issues)["kind"])


def test_messages_that_repeat_are_a_machines_from_the_second_on_and_others_are_peoples() -> None:
    assert kinds(machine_issues()) == {"machine"}
    assert kinds(human_issues()) == {"human"}
    assert "machine" in kinds(machine_issues(copies=2))
    assert kinds(machine_issues(copies=1)) == {"human"}


def test_titles_of_ids_or_dimensions_are_structured() -> None:
    rows = [{"service": f"s{at % 5}", "component": "disk"} for at in range(40)]
    ids = issue_frame([{**row, "title": f"INC{at:07d}"} for at, row in enumerate(rows)])
    echo = issue_frame([{**row, "title": f"{row['service']} - disk"} for row in rows])
    assert kinds(ids) == kinds(echo) == {"structured"}


def test_one_and_the_same_title_at_many_places_is_structured() -> None:
    assert kinds(issue_frame([{"title": "Incident", "service": f"s{at % 20}"} for at in range(60)])) == {
        "structured"
    }


def test_a_machines_template_shows_its_slots_and_its_key_is_the_same_in_every_process() -> None:
    fingerprints = fingerprint_issues(machine_issues())
    assert "Connection to <*> refused after <*>" in set(fingerprints["template"])
    assert compute_template_key("a b c") == "30cc09468d276974"  # pragma: allowlist secret
    assert fingerprints["template_key"].str.contains(r"^[0-9a-f]{16}$").all()
    assert fingerprint_issues(human_issues())["template"].null_count() == 8


def test_time_of_day_and_weekday_are_the_workspaces() -> None:
    issues = issue_frame([{"title": "x y", "source_created_at": datetime(2024, 3, 4, 23, 30, tzinfo=UTC)}])
    utc, tokyo = fingerprint_issues(issues), fingerprint_issues(issues, timezone="Asia/Tokyo")
    assert utc.select("time_of_day", "weekday").rows() == [("18-24", "monday")]
    assert tokyo.select("time_of_day", "weekday").rows() == [("06-12", "tuesday")]


def test_a_stack_trace_in_title_or_body_gives_the_signature_of_its_frames() -> None:
    head = "Traceback (most recent call last):\n"
    trace = head + '  File "/srv/app/pay.py", line {}, in charge\n    x\nValueError: {}'
    fingerprints = fingerprint_issues(
        issue_frame(
            [
                {"title": "one", "body": trace.format(1, "a")},
                {"title": trace.format(9, "b")},
                {"title": "no trace"},
            ]
        )
    )
    in_body, in_title, without = fingerprints["trace_key"].to_list()
    assert in_body == in_title is not None
    assert without is None


def test_the_catalog_of_an_earlier_grouping_knows_kind_and_template_of_a_single_issue() -> None:
    _, catalog = learn_templates(canonical_issues(machine_issues()))
    new = issue_frame([{"title": "Worker 77 finished job 3 in 9.9 s", "source": "syslog"}])
    assert fingerprint_issues(new)["kind"].to_list() == ["human"]
    fingerprints = fingerprint_issues(new, catalog=catalog)
    assert fingerprints.select("kind", "template").rows() == [
        ("machine", "Worker <*> finished job <*> in <*>")
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1_000))
def test_row_order_does_not_matter(seed: int) -> None:
    issues = pl.concat([machine_issues(), human_issues().with_columns(issue_id="h" + pl.col("issue_id"))])
    fingerprints = fingerprint_issues(issues.sample(fraction=1.0, shuffle=True, seed=seed))
    assert fingerprints.schema == FINGERPRINT_SCHEMA
    assert fingerprints.equals(fingerprint_issues(issues))
