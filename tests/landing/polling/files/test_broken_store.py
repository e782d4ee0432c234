"""A file is read again where its store broke off in the middle, and set aside where it is broken itself."""

import gzip
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import fsspec
import polars as pl
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.files.local_folder import LocalFolder
from causeloop_pipeline.landing.polling.files.object_store import ObjectStore
from causeloop_pipeline.landing.polling.files.places import Place
from causeloop_pipeline.landing.polling.files.reader import read_place
from causeloop_pipeline.landing.polling.files.rows import read_file

PROTOCOL, FOLDER = "breaking", "/bucket/exports"
ROWS = [{"id": number, "subject": f"Time-out {number * 7919 % 10007}"} for number in range(2_000)]
JOB = {"cursor": {}, "backfill_from": "2000-01-01T00:00:00+00:00", "format": "by name"}
LIMITS = {"max_rows": 100_000, "page_rows": 100, "settle_seconds": 0}


class HttpError(Exception):
    """As gcsfs and adlfs raise them: neither an OSError nor a ValueError."""


class BreakingFiles(MemoryFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Objects in memory, of which only so many bytes can be read before the network fails."""

    protocol = PROTOCOL
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    bytes_left: ClassVar[int | None] = None
    error: ClassVar[Exception] = OSError("Connection reset by peer")

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        opened = super()._open(path, mode, **options)
        return opened if mode != "rb" else BreakingContent(opened.getvalue())


class BreakingContent(io.BytesIO):
    """One object of them."""

    def read(self, size: int | None = -1) -> bytes:
        part = super().read(size)
        if BreakingFiles.bytes_left is not None:
            BreakingFiles.bytes_left -= len(part)
            if BreakingFiles.bytes_left < 0:
                raise BreakingFiles.error
        return part


@pytest.fixture(autouse=True)
def files(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr("causeloop_pipeline.landing.polling.files.content.BLOCK_BYTES", 2_000)
    fsspec.register_implementation(PROTOCOL, BreakingFiles, clobber=True)
    BreakingFiles.bytes_left = None
    BreakingFiles.error = OSError("Connection reset by peer")
    BreakingFiles.store.clear()
    yield fsspec.filesystem(PROTOCOL)
    BreakingFiles.bytes_left = None


def write_jsonl() -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def write_csv() -> bytes:
    return pl.DataFrame(ROWS).write_csv().encode()


def write_parquet() -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(buffer, row_group_size=200)
    return buffer.getvalue()


CONTENTS = {
    "a.jsonl": write_jsonl,
    "a.csv": write_csv,
    "a.parquet": write_parquet,
    "a.jsonl.gz": lambda: gzip.compress(write_jsonl()),
    "a.csv.gz": lambda: gzip.compress(write_csv()),
}
ERRORS = [
    OSError("Connection reset by peer"),
    TimeoutError("timed out"),
    HttpError("Response payload is not completed"),
    EOFError("the stream ended"),
    ValueError("Expected 4,096 bytes, got 17"),
]


def read(place: Place, cursor: dict[str, Any] | None = None) -> tuple[list[Any], list[Any], dict[str, Any]]:
    """Records, broken rows and the last cursor; what came before a failure is kept, as a sync keeps it."""
    records, broken, cursor = [], [], cursor or {}
    try:
        for page in read_place({**JOB, **LIMITS, "cursor": cursor}, place):
            records += [row["record"] for row in page["rows"] if "record" in row]
            broken += [row for row in page["rows"] if "broken" in row]
            cursor = page["cursor"]
    except TransientFailure:
        cursor["broke off"] = True
    return records, broken, cursor


def ids(records: list[Any]) -> list[int]:
    return [int(record["id"]) for record in records]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_whose_store_breaks_off_is_read_on_at_the_next_sync(files, name, error):
    content = CONTENTS[name]()
    files.pipe(f"{FOLDER}/{name}", content)
    store = ObjectStore(files, FOLDER)
    BreakingFiles.bytes_left, BreakingFiles.error = len(content) * 2 // 3, error
    first, broken, cursor = read(store)
    assert cursor.pop("broke off")
    assert broken == []
    BreakingFiles.bytes_left = None
    rest, broken, cursor = read(store, cursor)
    assert broken == []
    assert ids([*first, *rest]) == [row["id"] for row in ROWS]
    assert read(store, cursor)[:2] == ([], [])


@pytest.mark.parametrize("name", CONTENTS)
def test_a_store_that_never_answers_lets_no_file_be_passed_over(files, name):
    files.pipe(f"{FOLDER}/{name}", CONTENTS[name]())
    BreakingFiles.bytes_left = 0
    with pytest.raises(TransientFailure, match="Connection reset by peer"):
        list(read_place({**JOB, **LIMITS}, ObjectStore(files, FOLDER)))


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl.gz", "a.csv.gz"])
def test_a_file_that_is_broken_itself_is_set_aside_and_never_read_again(files, name):
    content = bytearray(CONTENTS[name]())
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(byte ^ 0x5A for byte in content[middle : middle + 200])
    files.pipe(f"{FOLDER}/{name}", bytes(content))
    records, broken, cursor = read(ObjectStore(files, FOLDER))
    assert len(records) < len(ROWS)
    assert "cannot be read" in broken[-1]["broken"]
    assert read(ObjectStore(files, FOLDER), cursor)[:2] == ([], [])


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl.gz", "a.jsonl"])
def test_a_file_that_ends_too_soon_is_set_aside_with_what_it_holds_read(files, name):
    files.pipe(f"{FOLDER}/{name}", CONTENTS[name]()[:-100])
    records, broken, _ = read(ObjectStore(files, FOLDER))
    assert len(broken) == 1
    assert len(records) < len(ROWS)


def test_an_object_that_is_gone_since_it_was_listed_is_no_refusal_of_the_store(files):
    files.pipe(f"{FOLDER}/a.jsonl", write_jsonl())
    store = ObjectStore(files, FOLDER)
    with pytest.raises(TransientFailure, match=r"gone\.jsonl was removed"):
        store.open_file("gone.jsonl")
    BreakingFiles.bytes_left, BreakingFiles.error = 0, PermissionError("AccessDenied")
    with pytest.raises(PermanentFailure, match="check bucket, folder and rights"):
        store.open_file("a.jsonl").read()


def test_a_disk_that_fails_while_it_is_read_is_no_broken_file():
    """The memory of a process is a plain file whose beginning no read gets."""
    memory = LocalFolder("/proc/self", "", timedelta(0)).open_file("mem")
    with pytest.raises(TransientFailure, match="Input/output error"):
        list(read_file(memory, "mem.jsonl", "jsonl"))
