"""A file is read again where its store broke off in the middle, and set aside where it is broken itself."""

import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.conformance.rows.bucket import BUCKET, KEY, BucketScript
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest, ToolServer, serve
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from causeloop_pipeline.landing.polling.files.local_folder import LocalFolder
from causeloop_pipeline.landing.polling.files.object_store import open_store
from causeloop_pipeline.landing.polling.files.places import Place
from causeloop_pipeline.landing.polling.files.reader import read_place
from causeloop_pipeline.landing.polling.files.source import describe_reading

MODULE = "causeloop_pipeline.landing.polling.files.object_store"
ROWS = [{"id": number, "subject": f"Time-out {number * 7919 % 10007}"} for number in range(2_000)]
READING = describe_reading({"fields": {"title": "subject"}})
JOB = {"cursor": {}, "backfill_from": "2000-01-01T00:00:00+00:00", "reading": READING}
LIMITS = {"max_rows": 100_000, "page_rows": 100, "settle_seconds": 0}


@dataclass
class BreakingBucket(BucketScript):
    """A bucket of which only so many bytes can be read before it fails."""

    bytes_left: int | None = None
    breaks: Callable[[Answer], Answer] = lambda answer: replace(answer, cut=True)

    def answer(self, request: ToolRequest) -> Answer:
        """The answer, as far as the bytes that are left go."""
        answer = super().answer(request)
        if self.bytes_left is None or request.method == "HEAD" or request.path == f"/{BUCKET}":
            return answer
        self.bytes_left -= len(answer.content)
        return answer if self.bytes_left >= 0 else self.breaks(answer)


@pytest.fixture
def server() -> Iterator[ToolServer]:
    with serve() as server:
        yield server


@pytest.fixture
def bucket(server: ToolServer, monkeypatch: pytest.MonkeyPatch) -> BreakingBucket:
    monkeypatch.setattr(f"{MODULE}.BLOCK_BYTES", 2_000)
    monkeypatch.setattr(f"{MODULE}.RETRY", {"max_retries": 0})
    bucket = BreakingBucket()
    server.script = bucket.answer
    return bucket


@pytest.fixture
def place(server: ToolServer, bucket: BreakingBucket) -> Place:
    store = {"store": "s3", "bucket": BUCKET, "prefix": "", "region": KEY.region, "endpoint": server.url}
    return open_store("Store", {**store, "key": KEY.access_key_id, "secret": KEY.secret_access_key})


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
BREAKS: dict[str, Callable[[Answer], Answer]] = {
    "cut": lambda answer: replace(answer, raw=answer.content[:-200], cut=True),
    "busy": lambda _answer: Answer(status=503, raw=b"<Error><Code>SlowDown</Code></Error>"),
    "slower": lambda _answer: Answer(status=429, raw=b""),
    "whole": lambda answer: Answer(raw=answer.content, headers={"ETag": answer.headers["ETag"]}),
    "short": lambda answer: replace(answer, raw=answer.content[:-200]),
}


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
    return [int(record["external_id"]) for record in records]


@pytest.mark.parametrize("breaks", BREAKS)
@pytest.mark.parametrize("name", CONTENTS)
def test_a_file_whose_store_breaks_off_is_read_on_at_the_next_sync(bucket, place, name, breaks):
    content = CONTENTS[name]()
    bucket.store(name, content)
    bucket.bytes_left, bucket.breaks = len(content) * 2 // 3, BREAKS[breaks]
    first, broken, cursor = read(place)
    assert cursor.pop("broke off")
    assert broken == []
    bucket.bytes_left = None
    rest, broken, cursor = read(place, cursor)
    assert broken == []
    assert ids([*first, *rest]) == [row["id"] for row in ROWS]
    assert read(place, cursor)[:2] == ([], [])


@pytest.mark.parametrize("name", CONTENTS)
def test_a_store_that_never_answers_lets_no_file_be_passed_over(bucket, place, name):
    bucket.store(name, CONTENTS[name]())
    bucket.bytes_left = 0
    with pytest.raises(TransientFailure, match="does not answer as it should"):
        list(read_place({**JOB, **LIMITS}, place))


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl.gz", "a.csv.gz"])
def test_a_file_that_is_broken_itself_is_set_aside_and_never_read_again(bucket, place, name):
    content = bytearray(CONTENTS[name]())
    middle = len(content) // 2
    content[middle : middle + 200] = bytes(byte ^ 0x5A for byte in content[middle : middle + 200])
    bucket.store(name, bytes(content))
    records, broken, cursor = read(place)
    assert len(records) < len(ROWS)
    assert "cannot be read" in broken[-1]["broken"]
    assert read(place, cursor)[:2] == ([], [])


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl.gz", "a.jsonl"])
def test_a_file_that_ends_too_soon_is_set_aside_with_what_it_holds_read(bucket, place, name):
    bucket.store(name, CONTENTS[name]()[:-100])
    records, broken, _ = read(place)
    assert len(broken) == 1
    assert len(records) < len(ROWS)


def test_an_object_that_is_gone_since_it_was_listed_is_not_a_refusal_of_the_store(bucket, place):
    bucket.store("a.jsonl", write_jsonl())
    with pytest.raises(TransientFailure, match=r"gone\.jsonl was removed"):
        place.open_file("gone.jsonl")
    denied = b"<Error><Code>AccessDenied</Code><Message>-</Message></Error>"
    bucket.bytes_left, bucket.breaks = 0, lambda _answer: Answer(status=403, raw=denied)
    with pytest.raises(PermanentFailure, match=r"AccessDenied.*check bucket, region, folder"):
        place.open_file("a.jsonl").read()


def test_a_disk_that_fails_while_it_is_read_is_not_a_broken_file():
    """The memory of a process is a plain file whose beginning no read gets."""
    memory = LocalFolder("/proc/self", "", timedelta(0)).open_file("mem")
    with pytest.raises(TransientFailure, match="Input/output error"):
        list(read_rows(memory, "mem.jsonl", "jsonl"))
