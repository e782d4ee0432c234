"""What a declared machine writes is a machine's from its first row on."""

import polars as pl

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions, group_issues
from causeloop_pipeline.connectors.machine_sources import list_machine_sources
from tests.support.failure_texts import REPORTS, issue_frame

SOURCES = ("prometheus_alertmanager",)
OPTIONS = GroupingOptions(machine_sources=SOURCES)
ALERTS: list[dict[str, object]] = [
    {"title": title, "source": "prometheus_alertmanager", "issue_id": f"a{at}"}
    for at, title in enumerate(
        ["HostOutOfMemory node-1", "PodCrashLooping checkout-7f", "KubeQuotaExceeded staging", *REPORTS[:4]]
    )
]


def test_each_message_of_a_declared_machine_is_a_machines() -> None:
    issues = issue_frame(ALERTS)
    kinds = fingerprint_issues(issues, machine_sources=SOURCES)["kind"]
    assert set(kinds) == {"machine"}
    assert set(fingerprint_issues(issues)["kind"]) == {"human"}


def test_the_second_firing_of_an_alert_joins_the_first_at_once_whatever_came_before() -> None:
    for earlier in (ALERTS[:1], ALERTS):
        before = issue_frame(earlier)
        first = group_issues(before, fingerprint_issues(before, machine_sources=SOURCES), options=OPTIONS)
        again = issue_frame([{**ALERTS[0], "title": "HostOutOfMemory node-2", "issue_id": "again"}])
        fingerprints = fingerprint_issues(again, catalog=first.index.catalog, machine_sources=SOURCES)
        delta = assign_issues(again, fingerprints, first.index, options=OPTIONS)
        assert sorted(delta.members["issue_id"]) == ["a0", "again"]
        assert delta.patterns.filter(pl.col("confidence") < 0.6).is_empty()


def test_two_runs_that_fail_alike_are_one_pattern_however_much_is_below_their_title() -> None:
    runs: list[dict[str, object]] = [
        {
            "title": "send_report.render: ValueError: template missing column revenue_eur",
            "body": "ValueError: template missing column revenue_eur, in the third of the tables",
            "source": "prometheus_alertmanager",
            "issue_id": f"r{number}",
        }
        for number in range(2)
    ]
    issues = issue_frame(runs)
    grouped = group_issues(issues, fingerprint_issues(issues, machine_sources=SOURCES), options=OPTIONS)
    assert sorted(grouped.members["issue_id"]) == ["r0", "r1"]


def test_what_has_a_stack_below_its_title_is_compared_by_its_stack() -> None:
    stack = "Traceback (most recent call last):\n  File \"pay.py\", line 7, in charge\nKeyError: 'amount'"
    issues = issue_frame([{**alert, "body": stack} for alert in ALERTS])
    kinds = fingerprint_issues(issues, machine_sources=SOURCES)["kind"]
    assert "machine" not in set(kinds)


def test_monitors_and_jobs_are_declared_machines_and_trackers_are_not() -> None:
    declared = set(list_machine_sources())
    assert {"airflow", "prometheus_alertmanager", "uptime_kuma", "prefect", "otlp"} <= declared
    assert not declared & {"jira", "github", "zendesk", "pagerduty", "servicenow"}
