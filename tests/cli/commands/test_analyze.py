import json
from datetime import date, timedelta

import polars as pl
import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.commands.analyze import RESULTS
from tests.support.one_off_titles import ONE_OFF

runner = CliRunner()
UNSURE = ("Checkout times out at the payment gateway", "Payment page shows an error after checkout")


@pytest.fixture
def export(tmp_path):
    """Two causes over sixty days, as a service desk would export them."""
    lines = ["number,short_description,opened_at,cmdb_ci,assignment_group,priority,state"]
    for n in range(60):
        text = (f"Disk /dev/sd{n} full on host{n}", f"Login of user{n} failed after {n} s")[n % 2]
        service, team = (("storage", "Linux"), ("accounts", "IAM"))[n % 2]
        opened = date(2026, 1, 1) + timedelta(days=n)
        lines.append(f"INC{n:04},{text},{opened} 08:30:00,{service},{team},2 - High,Closed")
    path = tmp_path / "incidents.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def analyze(*arguments):
    return runner.invoke(app, ["analyze", *map(str, arguments)])


def test_an_export_becomes_patterns_predictions_and_ranked_recommendations(export):
    result = analyze(export)
    assert result.exit_code == 0, result.output
    assert "60 issues, 60 of them in 2 patterns" in result.stdout
    assert "2 - High → p2" in result.stdout
    for heading in ("Patterns (2)", "Recommendations (", "recurs in 7 d"):
        assert heading in result.stdout


def test_what_ended_failures_before_is_read_from_the_columns_that_say_so(tmp_path):
    lines = ["id,title,opened_at,closed_at,Resolution notes,Colour"]
    for week in range(12):
        opened = date(2026, 1, 5) + timedelta(weeks=week)
        note = "Raised the pool size" if week == 7 else "Restarted the pool"
        lines.append(f"D-{week},Connection pool exhausted on ledger,{opened} 08:30,{opened} 09:00,{note},red")
    path = tmp_path / "desk.csv"
    path.write_text("\n".join(lines) + "\n")

    result = analyze(path)
    assert result.exit_code == 0, result.output
    written = " ".join(result.stdout.split())
    assert "how it ended is read from: Resolution notes not used: Colour" in written
    assert "What ended it before did not last: restarted the pool (11 times, held 7 days)" in written
    assert "raised the pool size (once, held 7 days)" in written
    assert "It occurs every Monday around 08:30, 12 of 12 times." in written
    assert "95 %" in written  # of the next Monday, which lies within the next seven days


def test_patterns_that_will_hardly_come_back_are_to_be_left_alone(tmp_path):
    start = date(2019, 1, 1)
    often = [f"A-{n},Login of user{n} failed,{start + timedelta(days=14 * n)} 10:00" for n in range(140)]
    old = [f"B-{n},Disk of host{n} is full,{start + timedelta(days=n)} 10:00" for n in range(12)]
    path = tmp_path / "old.csv"
    path.write_text("\n".join(["id,title,opened_at", *often, *old]) + "\n")
    result = analyze(path, "--as-of", "2024-07-01T00:00:00Z")
    assert result.exit_code == 0, result.output
    written = " ".join(result.stdout.split())
    assert "4 missed since" in written
    assert "next on" not in written
    assert "2 patterns will hardly come back in 90 days, or are hardly one problem: leave them" in written
    assert "Keep the disks" not in result.stdout


def test_the_whole_result_is_written_as_parquet(export, tmp_path):
    out = tmp_path / "out"
    assert analyze(export, "--out", out).exit_code == 0
    frames = {name: pl.read_parquet(out / f"{name}.parquet") for name in RESULTS}
    assert frames["issues"].height == 60
    assert frames["issues"]["pattern_id"].null_count() == 0
    assert frames["members"].columns == ["issue_id", "pattern_id", "similarity", "confidence", "reason"]
    assert set(frames["members"]["pattern_id"]) == set(frames["patterns"]["pattern_id"])
    assert frames["predictions"]["probability"].is_between(0, 1).all()


def test_the_same_file_gives_the_same_bytes(export, tmp_path):
    for name in ("one", "two"):
        assert analyze(export, "--out", tmp_path / name).exit_code == 0
    for name in RESULTS:
        assert (tmp_path / "one" / f"{name}.parquet").read_bytes() == (
            tmp_path / "two" / f"{name}.parquet"
        ).read_bytes()


def test_json_lines_are_the_only_thing_on_stdout(export):
    result = analyze(export, "--json")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert {record["record"] for record in records} == {"pattern", "prediction", "recommendation"}
    assert "opened_at" in result.stderr


def test_the_day_of_the_newest_issue_is_over_by_the_time_of_its_place(export):
    result = analyze(export, "--timezone", "America/New_York")
    assert result.exit_code == 0, result.output
    assert "as of 2026-03-02 05:00 UTC" in result.stdout


def test_the_clock_can_be_set(export, tmp_path):
    assert analyze(export, "--as-of", "2026-09-01", "--out", tmp_path / "later").exit_code == 0
    assert analyze(export, "--out", tmp_path / "now").exit_code == 0
    later, now = (pl.read_parquet(tmp_path / name / "predictions.parquet") for name in ("later", "now"))
    assert later["probability"].mean() < now["probability"].mean()


def test_a_column_can_be_chosen(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Was geschah\n" + "\n".join(f"Plattenfehler {n}" for n in range(40)))
    refused = analyze(path)
    assert refused.exit_code == 1
    assert "no column for a title" in refused.stderr
    chosen = analyze(path, "--map", "title=Was geschah")
    assert chosen.exit_code == 0, chosen.output
    noted = " ".join(chosen.stdout.split())
    assert "nothing can be predicted" in noted
    assert "--map source_created_at=COLUMN" in noted
    assert "no dates" in chosen.stdout


def test_columns_that_no_name_tells_are_recognized_by_their_values_with_a_note(tmp_path):
    path = tmp_path / "x.tsv"
    rows = [f"{1_767_225_600_000 + n * 90_000_000}\tplatte {n % 7} ist voll" for n in range(40)]
    path.write_text("passiert_ms\twas geschah\n" + "\n".join(rows))

    result = analyze(path)

    assert result.exit_code == 0, result.output
    assert "40 of them in 1 pattern" in result.stdout
    noted = " ".join(result.stdout.split())
    assert "'was geschah' is read as title, by its values; if another one is, name it with --map" in noted


def test_without_a_title_issues_are_grouped_by_their_structure_with_a_note(tmp_path):
    path = tmp_path / "x.csv"
    rows = [f"2026-01-{1 + n % 28:02},db{n % 2},OutOfMemory" for n in range(40)]
    path.write_text("created_at,service,error_type\n" + "\n".join(rows))
    result = analyze(path)
    assert result.exit_code == 0, result.output
    assert "no column holds a title" in result.stdout


@pytest.mark.parametrize(
    ("spoil", "arguments", "code", "message"),
    [
        (
            lambda text: text.replace("2026-01-03 08:30:00", "soon"),
            ["--max-bad-rows", "0.01"],
            1,
            "row 4, column 'opened_at': is not a date",
        ),
        (
            lambda text: text.replace("Disk /dev/sd2 full on host2", ""),
            ["--max-bad-rows", "0"],
            1,
            "row 4, column 'short_description'",
        ),
        (lambda text: "", [], 1, "is empty"),
        (lambda text: text, ["--map", "title"], 2, "write field=Column"),
        (lambda text: text, ["--map", "title=Nope"], 1, "there is no column 'Nope'"),
        (lambda text: text, ["--as-of", "tomorrow"], 2, "is not an ISO date"),
        (lambda text: text, ["--timezone", "Mars/Base"], 2, "there is no time zone 'Mars/Base'"),
    ],
)
def test_an_error_names_its_place_and_nothing_is_written(export, tmp_path, spoil, arguments, code, message):
    export.write_text(spoil(export.read_text()))
    result = analyze(export, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == code
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output
    assert not (tmp_path / "out").exists()


def test_what_is_not_sure_enough_is_not_a_pattern_but_a_suggestion(tmp_path):
    path = tmp_path / "reports.csv"
    titles = [*UNSURE, *ONE_OFF[:58]]
    rows = [f'R-{n},"{title}",2026-01-{n % 28 + 1:02d} 09:00' for n, title in enumerate(titles)]
    path.write_text("id,title,created_at\n" + "\n".join(rows) + "\n")
    result = analyze(path)
    assert result.exit_code == 0, result.output
    assert "0 of them in 0 patterns" in result.stdout
    _, table = result.stdout.split("Not sure enough to be linked")
    assert "same cause?" in table
    assert all(title.split()[0] in table for title in UNSURE)


def test_one_row_that_cannot_be_read_is_left_out_counted_and_shown(export):
    export.write_text(export.read_text().replace("2026-01-03 08:30:00", "soon"))
    result = analyze(export)
    assert result.exit_code == 0, result.output
    assert "59 issues" in result.stdout
    assert "1 row could not be read and was left out" in result.stdout


def test_a_line_that_is_no_row_is_named_by_its_number_and_left_out_if_that_is_wanted(tmp_path):
    path = tmp_path / "x.json"
    rows = [
        {"level": "info", "msg": "started", "time": "2026-01-01T08:00:00Z"},
        {"level": "error", "msg": "copy failed: no such folder", "time": "2026-01-01T08:00:01Z"},
    ]
    path.write_text("\n".join([*map(json.dumps, rows), "2026/01/01 08:00:02 copy failed", ""]))

    refused, result = analyze(path), analyze(path, "--skip-bad-rows")

    assert refused.exit_code == 1
    assert "row 3: it is not JSON" in " ".join(refused.stderr.split())
    assert result.exit_code == 0, result.output
    assert "1 issue," in result.stdout
    assert "1 row could not be read and was left out, the first: row 3:" in " ".join(result.stdout.split())


def test_a_folder_with_other_files_is_refused_before_any_work(export, tmp_path):
    result = analyze(export, "--out", tmp_path)
    assert result.exit_code == 1
    assert "holds other files (incidents.csv)" in " ".join(result.stderr.split())


def test_a_title_cannot_command_the_terminal(tmp_path):
    path = tmp_path / "x.jsonl"
    rows = [
        {"title": f"\x1b]0;owned\x07[bold]boom[/bold] {n}", "created": f"2026-01-{n + 1:02}"}
        for n in range(28)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    result = analyze(path)
    assert result.exit_code == 0, result.output
    assert "\x1b]0;" not in result.stdout
    assert "\x07" not in result.stdout


def test_a_demo_workspace_can_be_exported_and_analyzed(tmp_path):
    path = tmp_path / "payments.jsonl"
    assert runner.invoke(app, ["demo", "export", "payments", str(path)]).exit_code == 0
    result = runner.invoke(app, ["patterns", "preview", "--file", str(path)])
    assert result.exit_code == 0, result.output
    assert "ledger-db" in result.stdout
