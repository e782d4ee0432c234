"""`causeloop audit` on files and on tools that answer as their vendors do."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from causeloop_pipeline.cli import app
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import settings
from tests.cli.audit.simulated_history import CONFIG, SECRET, TIMES, serve_history

COLUMNS = "id,title,created_at,service,severity,status,resolved_at,close notes,resolved_by,url"
ROWS = (
    ("T-1", 30, "2026-09-01 09:10", "resolved,2026-09-01 12:00,Restarted the pool,ada"),
    ("T-2", 45, "2026-09-08 09:32", "resolved,2026-09-08 11:00,Restarted the pool,ada"),
    ("T-3", 31, "2026-09-15 09:05", "resolved,2026-09-15 10:00,Raised the timeout setting,bob"),
    ("T-4", 60, "2026-09-22 09:21", "open,,,"),
)
OTHER = "T-5,Typo on the imprint page,2026-09-23 14:00,website,low,open,,,,"
HOSTILE = "<img src=x onerror=alert(1)> @everyone [x](javascript:alert(1)) | `rm`"


def run_audit(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", *map(str, arguments)])


def write_export(path: Path, rows: Sequence[tuple[str, int, str, str]]) -> Path:
    """An export of one cause, and of an issue that is none of it."""
    lines = [
        f"{name},Payment timeout after {seconds}s calling gateway-7,{began},checkout,high,{ending},"
        f"https://desk.example/{name}"
        for name, seconds, began, ending in rows
    ]
    path.write_text("\n".join((COLUMNS, *lines, OTHER)) + "\n")
    return path


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "incidents.csv"
    return write_export(path, ROWS)


def test_an_export_becomes_a_page_of_what_came_back_and_which_fixes_failed(export: Path) -> None:
    result = run_audit(export)

    assert result.exit_code == 0, result.output
    assert "5 failures from 2026-09-01 to 2026-09-23, 4 of them in 1 pattern" in result.stdout
    assert "Closed 3 times; after 3 of them it came back (100 %)." in result.stdout
    failed = result.stdout.partition("## Fixes that did not hold")[2].partition("##")[0]
    assert "[raised the timeout setting](https://desk.example/T-3) | 2026-09-15 | bob |" in failed
    assert "| after 7 days | 2 |" in failed
    assert "| 1 |" in result.stdout.partition("## What to fix first")[2]


def test_what_was_closed_for_good_is_not_called_a_return(tmp_path: Path) -> None:
    path = write_export(tmp_path / "over.csv", ROWS[:-1])

    result = run_audit(path)

    assert "Closed 3 times; after 2 of them it came back (67 %)." in result.stdout
    others = result.stdout.partition("## Fixes that hold, or are too young")[2]
    assert "raised the timeout setting" in others
    assert "| not yet | 2 |" in others


def test_closings_without_a_time_are_not_counted_as_none(tmp_path: Path) -> None:
    undated = [(name, seconds, began, ending.split(",")[0] + ",,,") for name, seconds, began, ending in ROWS]

    result = run_audit(write_export(tmp_path / "undated.csv", undated))

    assert "3 failures are closed, but nothing says when" in result.stdout
    assert "--map resolved_at=COLUMN" in result.stdout.replace("\\", "")
    assert "No failure says when it was closed." in result.stdout
    assert "Closed 0 times" not in result.stdout


def test_a_history_in_which_nothing_is_closed_says_so(tmp_path: Path) -> None:
    still_open = [(name, seconds, began, "open,,,") for name, seconds, began, _ in ROWS]

    assert "None of them is closed yet." in run_audit(write_export(tmp_path / "open.csv", still_open)).stdout


def test_the_html_page_loads_nothing_and_displays_texts_as_they_are(tmp_path: Path) -> None:
    path, out = tmp_path / "hostile.jsonl", tmp_path / "audit.html"
    rows = [
        {
            "id": f"T-{day}",
            "title": f"{HOSTILE} {day}",
            "created_at": f"2026-09-{day:02} 09:00",
            "resolved_at": f"2026-09-{day:02} 10:00",
            "close_notes": f"Restarted {HOSTILE}",
        }
        for day in range(1, 9)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))

    assert run_audit(path, "--out", out).exit_code == 0

    page = out.read_text()
    assert "<img" not in page
    assert "&lt;img src=x" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    markdown = run_audit(path).stdout
    assert "@everyone" not in markdown
    assert "<img" not in markdown.replace("\\<", "")
    assert "[x](" not in markdown.replace("\\[x\\](", "")


@pytest.mark.parametrize("tool", sorted(CONFIG))
def test_a_tool_is_read_as_its_vendor_lists_it_and_no_secret_is_printed(
    tool: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for field in CONNECTORS[tool].credentials:
        monkeypatch.setenv(f"{tool}_{field.name}".upper(), SECRET)
    monkeypatch.setenv("CAUSELOOP_STATE_DIR", str(tmp_path))
    with serve_history(tool, datetime.now(UTC)) as server:
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{server.port}")
        settings.cache_clear()
        entries = {**CONFIG[tool], "base_url": server.url}
        options = [part for pair in entries.items() for part in ("--config", "=".join(pair))]
        result = run_audit(tool, *options)
    settings.cache_clear()

    assert result.exit_code == 0, result.output
    assert f"{TIMES} failures from" in result.stdout
    assert f"Closed {TIMES - 1} times; after {TIMES - 1} of them it came back (100 %)." in result.stdout
    assert SECRET not in result.output


def test_a_missing_secret_names_the_variable_that_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JIRA_API_TOKEN", raising=False)
    monkeypatch.setenv("JIRA_EMAIL", "ada@example.com")

    result = run_audit("jira", "--config", "site=acme")

    assert result.exit_code == 2
    assert "set the variable JIRA_API_TOKEN" in " ".join(result.output.split())


def test_what_is_neither_a_file_nor_a_tool_is_refused() -> None:
    result = run_audit("gihtub")

    assert result.exit_code == 1
    assert "no file gihtub, and no tool of that name" in " ".join(result.output.split())
