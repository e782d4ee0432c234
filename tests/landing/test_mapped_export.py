"""A table that a tool exported is mapped as its payloads are, by the column names of the vendor."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.mapped_export import map_export

EXPORTS = {
    "jira": (
        "Summary,Issue key,Issue id,Status,Project key,Priority,Created,Updated,Resolved\n"
        "Totals are wrong,AB-7,10007,Done,AB,Highest,2026-03-02 08:00,2026-03-02 09:00,2026-03-02 09:00\n"
    ),
    "servicenow": (
        '"Number","Opened","Short description","Priority","State","Configuration item","Resolved"\n'
        '"7","2026-03-02 08:00:00","Totals are wrong","1 - Critical","Resolved","AB","2026-03-02 09:00:00"\n'
    ),
    "zendesk": (
        "Id,Subject,Status,Priority,Group,Created at,Updated at,Solved at\n"
        "7,Totals are wrong,Solved,Urgent,Billing,2026-03-02 08:00:00 +0000,2026-03-02 09:00:00 +0000,"
        "2026-03-02 09:00:00 +0000\n"
    ),
    "pagerduty": (
        "Incident Number,Status,Priority,Title,Created At,Service,Resolved At\n"
        "7,Resolved,P1,Totals are wrong,2026-03-02T08:00:00Z,AB,2026-03-02T09:00:00Z\n"
    ),
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_the_columns_of_a_vendors_export_are_known(tool: str, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(EXPORTS[tool])
    (issue,) = map_export(CONNECTORS[tool], file).issues
    fields = issue.fields
    assert (fields["title"], fields["severity"], fields["status"]) == ("Totals are wrong", "p1", "resolved")
    assert fields["source_created_at"] == datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert fields["resolved_at"] == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert {"external_id", "title", "severity", "status"} <= issue.paths.keys()


def test_a_row_without_a_title_and_a_word_without_a_meaning_are_named(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text("Id,Subject,Status,Priority,Created\n1,,Open,High,2026-03-02\n2,Late,Odd,,2026-03-02\n")
    mapped = map_export(CONNECTORS["zendesk"], file)
    (late,), (refused,) = mapped.issues, mapped.quarantined
    assert refused.reason == "no title in row 2 of a Zendesk Support export"
    assert (late.fields["status"], late.fields["attributes"]) == ("open", {"unmapped_status": "Odd"})
    assert "severity_value" not in late.fields


@pytest.mark.parametrize("separator", [".", "__"])
def test_the_columns_of_a_landed_table_are_the_tools_own_fields(separator: str, tmp_path: Path) -> None:
    columns = ("id", "key", "fields.summary", "fields.status.name", "fields.priority.name", "fields.labels")
    times = ("fields.created", "fields.updated")
    header = ",".join((*columns, *times)).replace(".", separator)
    file = tmp_path / "issues.csv"
    file.write_text(
        f'{header}\n7,AB-7,Totals are wrong,To Do,Highest,"[""cart""]",2026-03-02T08:00:00Z,'
        "2026-03-02T09:00:00Z\n"
    )
    (issue,) = map_export(CONNECTORS["jira"], file).issues
    assert (issue.variant, issue.fields["external_id"]) == ("issue", "7")
    assert (issue.fields["title"], issue.fields["severity"]) == ("Totals are wrong", "p1")
    assert issue.fields["attributes"]["labels"] == ["cart"]
    assert issue.fields["source_created_at"] == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_a_row_of_a_table_of_changes_is_a_change(tmp_path: Path) -> None:
    file = tmp_path / "change_request.csv"
    file.write_text(
        "sys_id,number,short_description,state,sys_updated_on,work_start\n"
        "c1,CHG0000007,New cart,3,2026-03-02 09:00:00,2026-03-02 08:00:00\n"
    )
    mapped = map_export(CONNECTORS["servicenow"], file)
    (change,) = mapped.changes
    assert mapped.issues == []
    assert (change.fields["title"], change.fields["changed_at"].hour) == ("New cart", 8)


def test_a_table_of_names_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "priorities.csv"
    file.write_text("id,name,description\n1,Highest,Stops the work\n2,High,May stop it\n")
    mapped = map_export(CONNECTORS["jira"], file)
    assert (mapped.issues, len(mapped.quarantined)) == ([], 2)
    assert mapped.quarantined[0].reason.startswith("neither time nor severity, status or text in row 2 of")
