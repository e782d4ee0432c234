"""A bucket is read by signed requests: its whole list, and of its objects only what is needed."""

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import polars as pl
import pytest

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.landing.conformance.rows.bucket import BUCKET, KEY, BucketScript
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolServer, serve
from causeloop_pipeline.landing.polling.files.object_store import open_store
from causeloop_pipeline.landing.polling.files.rows import read_file
from causeloop_pipeline.landing.polling.files.s3_bucket import S3Bucket

BLOCK = "causeloop_pipeline.landing.polling.files.s3_bucket.BLOCK_BYTES"


@pytest.fixture
def server() -> Iterator[ToolServer]:
    with serve() as server:
        yield server


@pytest.fixture
def script(server: ToolServer) -> BucketScript:
    script = BucketScript()
    server.script = script.answer
    return script


def open_bucket(server: ToolServer, **changes: Any) -> S3Bucket:
    store = {"store": "s3", "bucket": BUCKET, "prefix": "", "region": KEY.region, "endpoint": server.url}
    keys = {"key": KEY.access_key_id, "secret": KEY.secret_access_key}
    bucket = open_store("Object store", {**store, **keys, **changes})
    assert isinstance(bucket, S3Bucket)
    return bucket


def test_every_page_of_the_list_is_read_below_the_folder(server, script):
    names = ["a.jsonl", "in a folder/ü & +.csv", "in a folder/b.jsonl", "in a folder/c.jsonl", "z.jsonl"]
    for name in [*names, "in a folder/"]:
        script.store(name, b"{}\n")
    assert [file.name for file in open_bucket(server).list_files()] == sorted(names)
    inside = list(open_bucket(server, prefix="/in a folder/").list_files())
    assert {file.name for file in inside} == {"ü & +.csv", "b.jsonl", "c.jsonl"}
    assert {file.size for file in inside} == {3}
    assert open_bucket(server, prefix="in a folder").open_file("ü & +.csv").read() == b"{}\n"


@pytest.mark.parametrize("block", [1, 7, 1_000_000])
def test_an_object_is_read_by_the_block(server, script, monkeypatch, block):
    monkeypatch.setattr(BLOCK, block)
    content = b"".join(b'{"id": %d}\n' % number for number in range(20))
    script.store("a.jsonl", content)
    script.store("empty.jsonl", b"")
    bucket = open_bucket(server)
    with bucket.open_file("a.jsonl") as opened:
        assert opened.read() == content
        assert opened.seek(-5, io.SEEK_END) == len(content) - 5
        assert opened.read() == content[-5:]
    assert bucket.open_file("empty.jsonl").read() == b""


def test_a_parquet_file_is_read_from_its_end_by_the_block(server, script, monkeypatch):
    monkeypatch.setattr(BLOCK, 5_000)
    buffer = io.BytesIO()
    pl.DataFrame({"id": range(4_000)}).write_parquet(buffer, row_group_size=1_000, compression="uncompressed")
    script.store("a.parquet", buffer.getvalue())
    rows = read_file(open_bucket(server).open_file("a.parquet"), "a.parquet", "parquet")
    assert [row.record and row.record["id"] for row in rows] == list(range(4_000))
    assert len(script.ranges) > 3


def test_an_object_that_is_replaced_meanwhile_is_never_mixed_with_its_successor(server, script, monkeypatch):
    monkeypatch.setattr(BLOCK, 4)
    script.store("a.jsonl", b"first version")
    opened = open_bucket(server).open_file("a.jsonl")
    script.store("a.jsonl", b"other version")
    with pytest.raises(TransientFailure, match="replaced while it was read"):
        opened.read()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"secret": "another"}, "SignatureDoesNotMatch"),
        ({"region": "us-west-2"}, "SignatureDoesNotMatch"),
        ({"bucket": "nothing"}, "NoSuchBucket"),
    ],
)
def test_a_refusal_says_what_to_check(server, script, changes, reason):
    with pytest.raises(PermanentFailure, match=f"{reason}.*check bucket, region"):
        list(open_bucket(server, **changes).list_files())


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Answer(status=503, raw=b"<Error><Code>SlowDown</Code></Error>"), TransientFailure),
        (Answer(status=429, raw=b""), TransientFailure),
        (Answer(raw=b"<html>"), TransientFailure),
        (Answer(raw=b"<a><Contents><Key>a", cut=True), TransientFailure),
        (Answer(status=301, raw=b"", headers={"Location": "http://127.0.0.1:1/"}), PermanentFailure),
        (Answer(status=400, raw=b"not XML"), PermanentFailure),
    ],
)
def test_an_answer_that_is_no_list_ends_the_sync_with_a_reason(server, answer, failure):
    server.script = lambda _request: answer
    with pytest.raises(failure) as raised:
        list(open_bucket(server).list_files())
    assert isinstance(raised.value, OutsideFailure)
    assert raised.value.reason


@pytest.mark.parametrize(
    ("bucket", "host", "path"),
    [
        ("exports", "exports.s3.eu-central-1.amazonaws.com", "/"),
        ("with.dots", "s3.eu-central-1.amazonaws.com", "/with.dots/"),
    ],
)
def test_without_an_address_the_bucket_is_one_of_aws(server, bucket, host, path):
    address = urlsplit(open_bucket(server, bucket=bucket, endpoint="").url)
    assert (address.scheme, address.hostname, address.path) == ("https", host, path)
