import json

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app

runner = CliRunner()


@pytest.fixture
def labelled(tmp_path):
    path = tmp_path / "labelled.csv"
    texts = (
        "disk {} full on host{}",
        "login of user{} failed after {} s",
        "queue q{} stalled with {} waiting",
    )
    rows = [f"A-{n},{texts[n % 3].format(n, n * 3)},cause-{n % 3}" for n in range(90)]
    path.write_text("id,title,group\n" + "\n".join(rows) + "\nA-0,disk 0 full on host0,cause-0\n")
    return path


def test_the_figures_are_reported_against_the_labels_which_grouping_did_not_see(labelled):
    result = runner.invoke(
        app, ["evaluate", "grouping", str(labelled), "--label", "group", "--no-peers", "--json"]
    )
    assert result.exit_code == 0, result.output
    figures = {row["figure"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert figures["f1"]["value"] == 1.0
    assert figures["f1"]["low"] <= 1.0 <= figures["f1"]["high"]


def test_other_methods_are_measured_beside(labelled):
    result = runner.invoke(app, ["evaluate", "grouping", str(labelled), "--label", "group"])
    assert result.exit_code == 0, result.output
    assert "90 issues in 3 true groups" in result.stdout
    assert result.stdout.count("f1") >= 2


def test_a_label_column_that_is_absent_is_named(labelled):
    result = runner.invoke(app, ["evaluate", "grouping", str(labelled), "--label", "truth"])
    assert result.exit_code == 1
    assert "there is no column 'truth'" in result.stderr


def test_every_labelled_file_of_a_folder_is_measured_and_rows_that_cannot_be_read_are_counted(tmp_path):
    rows = [f"A-{n},disk {n} of the store is full,cause-{n % 1}" for n in range(40)]
    (tmp_path / "one.csv").write_text("id,title,group_label\n" + "\n".join([*rows, "A-99,,cause-9"]) + "\n")
    (tmp_path / "unlabelled.csv").write_text("id,title\nA-1,disk full\n")
    result = runner.invoke(app, ["evaluate", "grouping", "--all", str(tmp_path), "--no-peers", "--json"])
    assert result.exit_code == 0, result.output
    figures = {row["figure"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert {row["set"] for row in figures.values()} == {"one"}
    assert figures["f1"]["rows_left_out"] == 1
    assert figures["f1"]["value"] == figures["bcubed_f1"]["value"] == 1.0


def test_a_file_has_the_same_figures_and_floors_alone_and_through_its_folder(tmp_path):
    rows = [f"A-{n},disk {n} of the store is full,cause-{n % 2},{n % 3 > 0},x" for n in range(40)]
    path = tmp_path / "storm_1.csv"
    path.write_text(
        "id,title,group_label,label_known,template\n" + "\n".join([*rows, "A-99,,cause-9,true,x"]) + "\n"
    )
    alone = runner.invoke(app, ["evaluate", "grouping", str(path), "--no-peers", "--json"])
    among = runner.invoke(app, ["evaluate", "grouping", "--all", str(tmp_path), "--no-peers", "--json"])
    assert (alone.exit_code, among.exit_code) == (1, 1), alone.output + among.output
    assert "storm_1: F1 0.649 is below its floor 0.88" in alone.stderr == among.stderr
    figures, others = (list(map(json.loads, result.stdout.splitlines())) for result in (alone, among))
    assert figures == [
        {key: value for key, value in row.items() if key not in {"set", "rows_left_out"}} for row in others
    ]


def test_a_known_set_below_its_floor_fails_and_reliability_is_printed_by_decile(tmp_path):
    rows = [f"A-{n},disk {n} of the store is full,cause-{n}" for n in range(40)]
    (tmp_path / "machine_messages.csv").write_text("id,title,group_label\n" + "\n".join(rows) + "\n")
    result = runner.invoke(app, ["evaluate", "grouping", "--all", str(tmp_path), "--no-peers"])
    assert result.exit_code == 1
    assert "machine_messages: F1 0.000 is below its floor 0.99" in result.stderr
    assert "Reliability" in result.stdout
    assert ".00" in result.stdout
    assert "(1)" in result.stdout  # below it in a narrow terminal


def test_all_sets_and_their_peers_are_written_into_a_page(tmp_path):
    rows = [f"A-{n},disk {n} of the store is full,cause-{n % 1}" for n in range(40)]
    (tmp_path / "one.csv").write_text("id,title,group_label\n" + "\n".join(rows) + "\n")
    page = tmp_path / "quality.md"
    arguments = ["evaluate", "grouping", "--all", str(tmp_path), "--write", str(page), "--json"]
    result = runner.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    figures = [json.loads(line, parse_constant=pytest.fail) for line in result.stdout.splitlines()]
    of_peer = {row["figure"]: row for row in figures if row["method"] == "tf-idf average link"}
    assert {"f1", "bcubed_f1", "recall@10"} <= of_peer.keys()
    assert of_peer["f1"]["low"] <= of_peer["f1"]["value"] <= of_peer["f1"]["high"]
    assert "| one | 40 | 1.00 / 1.00 / 1.00 |" in page.read_text()


def test_a_single_file_is_not_a_page(tmp_path):
    (tmp_path / "one.csv").write_text("id,title,group_label\nA-1,disk full,a\n")
    page = tmp_path / "quality.md"
    result = runner.invoke(app, ["evaluate", "grouping", str(tmp_path / "one.csv"), "--write", str(page)])
    assert result.exit_code == 2
    assert "name the folder with --all" in " ".join(result.stderr.split())
    assert not page.exists()


def test_more_unreadable_rows_than_the_flag_allows_refuse_the_file_and_say_what_to_do(tmp_path):
    (tmp_path / "one.csv").write_text("id,title,group_label\nA-1,disk full,a\nA-2,,a\n")
    result = runner.invoke(app, ["evaluate", "grouping", "--all", str(tmp_path), "--no-peers"])
    assert result.exit_code == 1
    assert "1 of 2 rows cannot be read" in result.stderr
    assert "--max-bad-rows" in result.stderr


def test_a_duplicate_of_an_unknown_master_is_a_distractor(tmp_path):
    from causeloop_pipeline.cli.labelled_sets import read_labelled_set

    path = tmp_path / "one.csv"
    path.write_text("id,title,group_label,label_known\nA-1,disk full,a,true\nA-2,disk is full,b,false\n")
    assert read_labelled_set(path, "group_label", 0.0).labels.to_list() == ["a", None]


def test_each_file_is_grouped_by_what_was_fitted_without_it(tmp_path):
    from bench.data.issue_streams import draw_reports

    for seed in (1, 2):
        issues, labels = draw_reports(120, seed)
        named = issues.rename({"issue_id": "id", "source_created_at": "created_at"}).drop("source")
        named.with_columns(labels.alias("group_label")).write_csv(tmp_path / f"tracker_{seed}.csv")
    page = tmp_path / "quality.md"
    arguments = ["evaluate", "grouping", "--all", str(tmp_path), "--leave-out-families", "--json"]
    result = runner.invoke(app, [*arguments, "--write", str(page)])
    assert result.exit_code == 0, result.output
    methods = {(row["set"], row["method"]) for row in map(json.loads, result.stdout.splitlines())}
    names = ("causeloop", "causeloop, duplicates alone", "exact titles", "tf-idf average link")
    assert methods == {(f"tracker_{seed}", name) for seed in (1, 2) for name in names}
    assert "| tracker_1 | tracker_1 |" in page.read_text()


def test_families_cannot_be_left_out_of_one_file_or_of_one_family(labelled, tmp_path):
    alone = runner.invoke(app, ["evaluate", "grouping", str(labelled), "--leave-out-families"])
    assert alone.exit_code == 2
    assert "name their folder with --all" in " ".join(alone.stderr.split())
    arguments = ["evaluate", "grouping", "--all", str(tmp_path), "--label", "group", "--leave-out-families"]
    family = runner.invoke(app, arguments)
    assert family.exit_code == 1
    assert "two families at least" in " ".join(family.stderr.split())


def test_later_issues_of_a_folder_are_queried_and_written_into_a_page(labelled, tmp_path):
    page = tmp_path / "quality.md"
    arguments = ["evaluate", "seen-before", str(tmp_path), "--label", "group", "--queries", "9"]
    result = runner.invoke(app, [*arguments, "--write", str(page), "--json"])
    assert result.exit_code == 0, result.output
    row, retold = map(json.loads, result.stdout.splitlines())
    assert (row["set"], retold["set"]) == ("labelled", "labelled_retold")
    assert (row["set"], row["queries"], row["seen"], row["first"]) == ("labelled", 9, 1.0, 1.0)
    assert "| labelled | 9 | 1.00 | 1.00 | 1.00 |" in page.read_text()
