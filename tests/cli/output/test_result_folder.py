import polars as pl
import pytest

from causeloop_pipeline.cli.output.result_folder import ResultFolderError, write_parquet, write_result_folder

FRAMES = {"issues": pl.DataFrame({"a": [1]}), "patterns": pl.DataFrame({"b": [2]})}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class Unwritable(pl.DataFrame):
    """A frame whose writing fails half way."""

    def write_parquet(self, file, **_):
        file.write_bytes(b"half")
        raise OSError("no space left on device")


def test_every_frame_becomes_a_file(tmp_path):
    write_result_folder(tmp_path / "out", FRAMES)
    assert names(tmp_path / "out") == ["issues.parquet", "patterns.parquet"]
    assert names(tmp_path) == ["out"]


def test_an_earlier_result_is_replaced_as_a_whole(tmp_path):
    write_result_folder(tmp_path / "out", FRAMES)
    write_result_folder(tmp_path / "out", {**FRAMES, "issues": pl.DataFrame({"a": [9]})})
    assert pl.read_parquet(tmp_path / "out" / "issues.parquet")["a"].to_list() == [9]
    assert names(tmp_path) == ["out"]


def test_a_failure_leaves_nothing_half_written(tmp_path):
    with pytest.raises(OSError, match="no space"):
        write_result_folder(tmp_path / "new", {"issues": FRAMES["issues"], "patterns": Unwritable()})
    assert names(tmp_path) == []


def test_a_failure_leaves_the_earlier_result_as_it_was(tmp_path):
    write_result_folder(tmp_path / "out", FRAMES)
    with pytest.raises(OSError, match="no space"):
        write_result_folder(tmp_path / "out", {"issues": pl.DataFrame({"a": [9]}), "patterns": Unwritable()})
    assert pl.read_parquet(tmp_path / "out" / "issues.parquet")["a"].to_list() == [1]
    assert names(tmp_path) == ["out"]


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.doc").write_text("ten years of work")
    with pytest.raises(ResultFolderError, match=r"holds other files \(thesis\.doc\)"):
        write_result_folder(tmp_path, FRAMES)
    assert names(tmp_path) == ["thesis.doc"]


def test_a_single_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "predictions.parquet"
    write_parquet(path, FRAMES["issues"])
    with pytest.raises(OSError, match="no space"):
        write_parquet(path, Unwritable())
    assert pl.read_parquet(path)["a"].to_list() == [1]
    assert names(tmp_path) == ["predictions.parquet"]
