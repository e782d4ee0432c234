"""Writes the result of an analysis as one folder of parquet files: all of it, or nothing."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from causeloop_pipeline.model.json_columns import encode_json_columns


class ResultFolderError(ValueError):
    """The result cannot be written to the folder; the message says why."""


def check_result_folder(folder: Path, names: tuple[str, ...]) -> None:
    """Refuse a folder that holds something else, before any work is done."""
    if folder.is_file():
        raise ResultFolderError(f"{folder} is a file: --out needs a folder")
    foreign = sorted({path.name for path in folder.iterdir()} - _list_files(names)) if folder.is_dir() else []
    if foreign:
        raise ResultFolderError(
            f"{folder} holds other files ({', '.join(foreign[:3])}): choose an empty folder"
        )


def write_result_folder(folder: Path, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write each frame as <name>.parquet into a temporary folder, then swap it with `folder`."""
    check_result_folder(folder, tuple(frames))
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, frame in frames.items():
            encode_json_columns(frame).write_parquet(draft / f"{name}.parquet")
        draft.chmod(0o755)
        _swap(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Write one frame; a failure leaves the previous file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    try:
        encode_json_columns(frame).write_parquet(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _swap(draft: Path, folder: Path) -> None:
    if not folder.exists():
        draft.rename(folder)
        return
    replaced = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(replaced / folder.name)
    draft.rename(folder)
    shutil.rmtree(replaced)


def _list_files(names: tuple[str, ...]) -> set[str]:
    return {f"{name}.parquet" for name in names}
