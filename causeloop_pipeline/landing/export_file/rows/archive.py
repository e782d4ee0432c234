"""The one file in a zip, or its reports of tests: what tools and CI put into one to be taken away."""

import io
import zipfile
from typing import BinaryIO

from causeloop_pipeline.landing.export_file.rows.file_row import MAX_DOCUMENT_BYTES, FileContentError
from causeloop_pipeline.landing.export_file.rows.text_lines import read_document

NOT_MEANT = ("__macosx/", ".")
"""How the names of files begin that a computer adds by itself."""
MAX_NAMED = 5


def list_files(content: BinaryIO) -> list[tuple[str, bytes]]:
    """Name and content of each file in a zip; FileContentError where it cannot be opened, or is too large."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(read_document(content)))
        parts = [part for part in archive.infolist() if _is_meant(part.filename)]
        if sum(part.file_size for part in parts) > MAX_DOCUMENT_BYTES:
            raise FileContentError(
                f"it unpacks to more than {MAX_DOCUMENT_BYTES:,} bytes: unpack it yourself"
            )
        return [(part.filename, archive.read(part)) for part in parts]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # the latter: a password
        raise FileContentError(
            f"it cannot be read as a zip ({error}): is it protected by a password?"
        ) from None


def refuse_several(names: list[str]) -> FileContentError:
    """Why a zip of several files is not read as one table."""
    named = ", ".join(names[:MAX_NAMED]) + (" …" if len(names) > MAX_NAMED else "")
    return FileContentError(
        f"it holds {len(names)} files, each a table of its own: unpack it, and give {named} one by one"
    )


def _is_meant(name: str) -> bool:
    parts = name.lower().split("/")
    return bool(parts[-1]) and not name.lower().startswith(NOT_MEANT) and not parts[-1].startswith(".")
