"""A folder of an encoder is read, and refused where it is not the one that was pinned."""

import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from causeloop_pipeline.encoder import folder as folders
from causeloop_pipeline.encoder.folder import EncoderError, read_folder, read_pinned_folder


def test_the_digest_is_what_standard_tools_compute(folder: Path) -> None:
    printed = subprocess.run(
        ["sha256sum", "model.onnx", "tokenizer.json"], cwd=folder, capture_output=True, check=True
    ).stdout

    assert read_folder(folder).digest == sha256(printed).hexdigest()


def test_the_pinned_files_are_read_however_the_digest_is_written(folder: Path) -> None:
    digest = read_folder(folder).digest

    assert read_pinned_folder(folder, f" {digest.upper()}\n") == read_folder(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_changed_file_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    pinned = read_folder(tmp_path).digest
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b" ")

    with pytest.raises(EncoderError, match="not the one that CAUSELOOP_SEMANTIC_SHA256 pins"):
        read_pinned_folder(tmp_path, pinned)


@pytest.mark.parametrize("pinned", [None, ""])
def test_a_folder_that_is_not_pinned_is_refused_with_the_command_that_prints_the_digest(
    folder: Path, pinned: str | None
) -> None:
    with pytest.raises(EncoderError, match="causeloop semantic check"):
        read_pinned_folder(folder, pinned)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"model\.onnx cannot be read"):
        read_folder(tmp_path)


def test_a_file_that_is_too_large_is_not_read_to_its_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(folders.MAX_BYTES, "model.onnx", 100)

    with pytest.raises(EncoderError, match="larger than 100 bytes"):
        read_folder(folder)
