"""`causeloop semantic check` and `--semantic`: an encoder on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.doctor import State
from causeloop_pipeline.cli.doctor.check_encoder import check_encoder
from causeloop_pipeline.encoder import judgement
from causeloop_pipeline.encoder.folder import read_folder
from causeloop_pipeline.settings import Settings, settings
from tests.support.tiny_encoder import SYNONYMS, make_tiny_encoder

PAIRS_OF_TINY_WORDS = (
    ("app crashes", "application fails"),
    ("customers login", "users authentication"),
    ("invoice total wrong", "bill amount incorrect"),
    ("search slow", "lookup sluggish"),
)
HISTORY = """id,title,created_at
T-1,The app crashes at start,2026-09-01 09:10
T-2,Invoice total is wrong,2026-09-08 09:32
T-3,Search is slow in the evening,2026-09-15 09:05
T-4,The printer jams,2026-09-22 09:21
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture
def is_judged_by_tiny_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judgement, "SAME_IN_OTHER_WORDS", PAIRS_OF_TINY_WORDS)
    monkeypatch.setattr(judgement, "MIN_PAIRS", len(PAIRS_OF_TINY_WORDS))


@pytest.mark.usefixtures("is_judged_by_tiny_words")
def test_a_fit_folder_is_printed_with_the_digest_that_pins_it(folder: Path) -> None:
    result = CliRunner().invoke(app, ["semantic", "check", str(folder), "--json"])

    figures = {row["about"]: row["value"] for row in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 0
    assert figures["CAUSELOOP_SEMANTIC_SHA256"] == read_folder(folder).digest
    assert figures["model.onnx"] == read_folder(folder).hashes["model.onnx"]
    assert figures["judgement"] == "fit for the search"


def test_an_unfit_folder_fails(folder: Path) -> None:
    result = CliRunner().invoke(app, ["semantic", "check", str(folder)])

    assert result.exit_code == 1
    assert "not fit" in result.stdout


def test_a_folder_without_a_model_fails_with_the_file_that_is_absent(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["semantic", "check", str(tmp_path)])

    assert result.exit_code == 1
    assert "model.onnx cannot be read" in result.stderr.replace("onnx\n", "onnx ").replace("\n", "")


@pytest.fixture
def failure(tmp_path: Path) -> list[str]:
    """The arguments of a question about a failure in other words."""
    (tmp_path / "history.csv").write_text(HISTORY)
    (tmp_path / "failure.txt").write_text("program fails on launch")
    return [
        "seen-before",
        str(tmp_path / "failure.txt"),
        "--history",
        str(tmp_path / "history.csv"),
        "--json",
    ]


@pytest.mark.usefixtures("named")
def test_a_failure_in_other_words_is_nearer_by_meaning(failure: list[str]) -> None:
    by_words, by_meaning = (
        [json.loads(line) for line in CliRunner().invoke(app, [*failure, *option]).stdout.splitlines()]
        for option in ([], ["--semantic"])
    )

    assert [row["name"] for row in by_words if row["is_match"]] == []
    assert by_meaning[0]["name"] == "The app crashes at start"
    assert "Close in meaning to T-1" in by_meaning[0]["why"]


def test_the_option_without_an_encoder_says_what_to_set(failure: list[str]) -> None:
    result = CliRunner().invoke(app, [*failure, "--semantic"])

    assert result.exit_code == 1
    assert "CAUSELOOP_SEMANTIC_FOLDER" in result.stderr.replace("onnx\n", "onnx ").replace("\n", "")


@pytest.fixture
def named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The settings name and pin the encoder."""
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_FOLDER", str(folder))
    monkeypatch.setenv("CAUSELOOP_SEMANTIC_SHA256", read_folder(folder).digest)
    settings.cache_clear()
    yield folder
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.usefixtures("named")
def test_both_searches_are_measured_on_labelled_issues(tmp_path: Path) -> None:
    rows = [
        f"T-{place}{number},{group[number]} of the printer,2026-09-{2 * place + number + 1:02d} 09:00,{place}"
        for number in range(2)
        for place, group in enumerate(SYNONYMS)
    ]
    (tmp_path / "set.csv").write_text("\n".join(["id,title,created_at,group_label", *rows]))

    result = CliRunner().invoke(app, ["evaluate", "semantic", str(tmp_path), "--queries", "9", "--json"])

    by_words, by_meaning = (json.loads(line) for line in result.stdout.splitlines())
    assert (by_words["search"], by_meaning["search"]) == ("words", "meaning too")
    assert by_words["queries"] == by_meaning["queries"] > 0
    assert by_words["recall@1"] < 1.0
    assert by_meaning["recall@1"] == by_meaning["recall@10"] == 1.0


@pytest.mark.usefixtures("is_judged_by_tiny_words")
def test_the_doctor_judges_the_encoder_that_the_settings_name(folder: Path) -> None:
    pinned = Settings(semantic_folder=folder, semantic_sha256=read_folder(folder).digest)
    replaced = Settings(semantic_folder=folder, semantic_sha256="0" * 64)

    assert [finding.state for finding in check_encoder(pinned)] == [State.OK]
    assert [finding.state for finding in check_encoder(replaced)] == [State.WRONG]
    assert list(check_encoder(Settings(semantic_folder=None))) == []
