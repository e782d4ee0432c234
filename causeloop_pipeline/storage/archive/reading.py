"""Opens an untrusted archive: nothing is unpacked to disk, and every declaration is verified.

Refused: entries that the manifest does not list, or with other sizes or checksums than it says; names that
are not those of parts; more than a zip of that size can plausibly hold.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from causeloop_pipeline.storage.archive.manifest import (
    BILLING,
    FORMAT,
    MANIFEST,
    PART_NAME,
    PEOPLE,
    VERSION,
    WORKSPACE,
    File,
    Manifest,
    People,
    WorkspaceEntry,
)
from causeloop_pipeline.storage.archive.parts import ArchiveError

MAX_MANIFEST_BYTES = 50_000_000
MAX_DOCUMENT_BYTES = 50_000_000
MAX_TOTAL_BYTES = 200_000_000_000
MAX_RATIO = 300
ENCRYPTED = 0x1
Document = TypeVar("Document", bound=BaseModel)


class OpenArchive:
    """An open archive whose list of entries was checked; each file is checked when it is read."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._entries = _check_entries(file)
        manifest = self._read_bounded(MANIFEST, MAX_MANIFEST_BYTES)
        self.manifest = _parse(Manifest, manifest, MANIFEST)
        self._check_manifest()
        self.workspace = self._read_document(WorkspaceEntry, WORKSPACE)
        self.people = self._read_document(People, PEOPLE)

    def read(self, listed: File) -> bytes:
        """The bytes of a file, verified by the manifest's checksum."""
        content = self._read_bounded(listed.name, listed.bytes)
        if len(content) != listed.bytes or hashlib.sha256(content).hexdigest() != listed.sha256:
            raise ArchiveError(
                f"{listed.name} is not what its checksum says: the archive was changed or damaged"
            )
        return content

    def _read_document(self, model: type[Document], name: str) -> Document:
        listed = next((file for file in self.manifest.documents if file.name == name), None)
        if listed is None or listed.bytes > MAX_DOCUMENT_BYTES:
            raise ArchiveError(f"{name} is missing or too large")
        return _parse(model, self.read(listed), name)

    def _read_bounded(self, name: str, limit: int) -> bytes:
        """Read at most this many bytes, whatever size the entry declares."""
        if name not in self._entries:
            raise ArchiveError(f"{name} is missing in the archive")
        try:
            with self._file.open(name) as entry:
                content = entry.read(limit + 1)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError) as failure:
            raise ArchiveError(f"{name} cannot be read: {str(failure)[:200]}") from None
        if len(content) > limit:
            raise ArchiveError(f"{name} is larger than it says")
        return content

    def _check_manifest(self) -> None:
        manifest = self.manifest
        if (manifest.format, manifest.version) != (FORMAT, VERSION):
            raise ArchiveError(f"this is no {FORMAT} archive of version {VERSION}")
        names = [file.name for file in manifest.list_files()]
        if len(set(names)) != len(names) or {*names, MANIFEST} != self._entries:
            raise ArchiveError("the archive holds other files than its manifest lists")
        for table in manifest.tables:
            if sum(part.rows for part in table.parts) != table.rows:
                raise ArchiveError(f"{table.name}: its parts have other rows than the manifest says")
            if any(not part.name.startswith(f"tables/{table.name}/") for part in table.parts):
                raise ArchiveError(f"{table.name}: a part belongs to another table")


@contextmanager
def open_archive(path: Path) -> Iterator[OpenArchive]:
    """An archive, checked; raises ArchiveError."""
    try:
        file = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as failure:
        raise ArchiveError(f"{path} is not a zip file: {str(failure)[:200]}") from None
    with file:
        yield OpenArchive(file)


def _check_entries(file: zipfile.ZipFile) -> set[str]:
    entries = file.infolist()
    names = {entry.filename for entry in entries}
    if len(names) != len(entries):
        raise ArchiveError("two entries of the archive have the same name")
    allowed = {MANIFEST, WORKSPACE, PEOPLE, BILLING}
    strange = sorted(name for name in names if name not in allowed and not PART_NAME.fullmatch(name))
    if strange:
        raise ArchiveError(f"an archive of Causeloop has no entry {strange[0][:80]!r}")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise ArchiveError("the archive is encrypted: decrypt it first")
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if total > MAX_TOTAL_BYTES or total > MAX_RATIO * max(packed, 10_000):
        raise ArchiveError("the archive would expand beyond all measure: it is not unpacked")
    return names


def _parse(model: type[Document], content: bytes, name: str) -> Document:
    try:
        return model.model_validate_json(content)
    except ValidationError as failure:
        first = failure.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise ArchiveError(f"{name} is not valid: {place}: {first['msg']}") from None
