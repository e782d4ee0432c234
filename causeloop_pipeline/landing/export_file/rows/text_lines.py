"""The text of a file, whoever wrote it: UTF-8, UTF-16, or the encoding of old Windows programs."""

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from causeloop_pipeline.connectors.mapping.terminal_codes import strip_terminal_codes
from causeloop_pipeline.landing.export_file.rows.file_row import (
    MAX_DOCUMENT_BYTES,
    MAX_FILE_BYTES,
    MAX_LINE_BYTES,
    FileContentError,
)

UTF_16 = (b"\xff\xfe", b"\xfe\xff")
UTF_8_MARK = b"\xef\xbb\xbf"
BINARY = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
OLD = "cp1252"
IS_BINARY = "it holds binary data, not text: export it as CSV, JSON lines or .xlsx"
LOOKED_AT = 4096


def read_lines(content: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Number, bytes and whether they are all of a line; what is too long is passed over."""
    content = _as_utf_8(content)
    size = number = 0
    while line := content.readline(MAX_LINE_BYTES):
        number += 1
        size += len(line)
        is_whole = line.endswith(b"\n") or len(line) < MAX_LINE_BYTES
        while not line.endswith(b"\n") and not is_whole:
            rest = content.readline(MAX_LINE_BYTES)
            size += len(rest)
            if not rest or rest.endswith(b"\n") or size > MAX_FILE_BYTES:
                break
        yield number, line.removeprefix(UTF_8_MARK) if number == 1 else line, is_whole
        if size > MAX_FILE_BYTES:
            raise FileContentError(f"it is larger than {MAX_FILE_BYTES:,} bytes: split it")


def decode(line: bytes) -> str:
    """Text of UTF-8, or of what old Windows programs write, without colours."""
    try:
        return strip_terminal_codes(line.decode())
    except UnicodeDecodeError:
        return strip_terminal_codes(line.decode(OLD, errors="replace"))


def read_document(content: BinaryIO) -> bytes:
    """All of a file that can only be read as a whole."""
    document = content.read(MAX_DOCUMENT_BYTES + 1)
    if len(document) > MAX_DOCUMENT_BYTES:
        raise FileContentError(
            f"it is larger than {MAX_DOCUMENT_BYTES:,} bytes, and such a file is read as a whole: "
            "split it, or export it as CSV or JSON lines"
        )
    return document


def as_text(document: bytes) -> str:
    """The text of a document."""
    refuse_binary(document)
    if document.startswith(UTF_16):
        return document.decode("utf-16", errors="replace")
    return decode(document.removeprefix(UTF_8_MARK))


def refuse_binary(beginning: bytes) -> None:
    """FileContentError where a file that should hold text holds something else."""
    is_wide = beginning.startswith(UTF_16) or _guess_width(beginning) is not None
    if beginning.startswith(BINARY) or (b"\0" in beginning[:LOOKED_AT] and not is_wide):
        raise FileContentError(IS_BINARY)


def _as_utf_8(content: BinaryIO) -> BinaryIO:
    buffered = cast(io.BufferedReader, content)
    beginning = buffered.peek(LOOKED_AT) if hasattr(content, "peek") else _look_at(content)
    refuse_binary(beginning)
    width = "utf-16" if beginning.startswith(UTF_16) else _guess_width(beginning)
    if width is None:
        return content
    return io.BytesIO(read_document(content).decode(width, errors="replace").encode(errors="replace"))


def _look_at(content: BinaryIO) -> bytes:
    place = content.tell()
    beginning = content.read(LOOKED_AT)
    content.seek(place)
    return beginning


def _guess_width(beginning: bytes) -> str | None:
    """UTF-16 without a mark, by where its zeros are."""
    pairs = beginning[: min(len(beginning), 200) // 2 * 2]
    if len(pairs) < 4 or beginning.startswith(BINARY):
        return None
    if not any(pairs[::2]) and all(pairs[1::2]):
        return "utf-16-be"
    return "utf-16-le" if not any(pairs[1::2]) and all(pairs[::2]) else None
