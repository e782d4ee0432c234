"""An archive that somebody has changed is refused, and changes nothing."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from causeloop_pipeline.storage.archive.parts import ArchiveError
from causeloop_pipeline.storage.archive.reading import open_archive
from tests.storage.archive.attacks import HOSTILE, Entries
from tests.storage.archive.loading import count_rows, load
from tests.storage.own_installation import OwnInstallation


@pytest.mark.parametrize("attack", HOSTILE, ids=lambda attack: attack.__name__)
def test_a_hostile_archive_is_refused_and_changes_nothing(
    own: OwnInstallation, exported: Path, empty: UUID, tmp_path: Path, attack: Callable[[Entries], None]
) -> None:
    with zipfile.ZipFile(exported) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    attack(entries)
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    before = count_rows(own, empty)

    with pytest.raises(ArchiveError):
        load(own, empty, path)

    assert count_rows(own, empty) == before


def write_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"{}")
        archive.writestr("tables/core.issue/00001.parquet", b"\0" * 100_000_000)


def write_lying_sizes(path: Path) -> None:
    """An entry that declares ten bytes and expands to ten million."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b" " * 10_000_000)
    path.write_bytes(buffer.getvalue().replace(struct.pack("<I", 10_000_000), struct.pack("<I", 10)))


def write_two_of_one_name(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", b"{}")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("manifest.json", b"{}")


def write_no_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 and nothing that follows")


@pytest.mark.parametrize("write", [write_bomb, write_lying_sizes, write_two_of_one_name, write_no_zip])
def test_a_file_that_is_not_an_honest_zip_is_refused_before_it_is_unpacked(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "file.zip")

    with pytest.raises(ArchiveError), open_archive(tmp_path / "file.zip"):
        pass
