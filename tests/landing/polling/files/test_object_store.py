"""An object store is read by signed requests: its whole list, of its objects what is needed, nothing else."""

import io
import json
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from typing import Any

import polars as pl
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.landing.conformance.rows.bucket import BUCKET, KEY, BucketScript
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest, ToolServer, serve
from causeloop_pipeline.landing.export_file.rows.formats import read_rows
from causeloop_pipeline.landing.polling.files.object_store import ObjectStore, name_host, open_store
from causeloop_pipeline.landing.polling.files.reader import read_place
from causeloop_pipeline.landing.polling.files.source import describe_reading
from causeloop_pipeline.landing.polling.isolated.parent import read_isolated

MODULE = "causeloop_pipeline.landing.polling.files.object_store"
READING = describe_reading({"fields": {"title": "subject"}})
JOB = {"cursor": {}, "backfill_from": "2000-01-01T00:00:00+00:00", "reading": READING}
LIMITS = {"max_rows": 10, "page_rows": 10}


@pytest.fixture
def server() -> Iterator[ToolServer]:
    with serve() as server:
        yield server


@pytest.fixture
def script(server: ToolServer) -> BucketScript:
    script = BucketScript()
    server.script = script.answer
    return script


@pytest.fixture(autouse=True)
def retry_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}.RETRY", {"max_retries": 0})


def describe_store(endpoint: str, **changes: Any) -> dict[str, Any]:
    store = {"store": "s3", "bucket": BUCKET, "prefix": "", "region": KEY.region, "endpoint": endpoint}
    return {**store, "key": KEY.access_key_id, "secret": KEY.secret_access_key, **changes}


def open_bucket(server: ToolServer, **changes: Any) -> ObjectStore:
    place = open_store("Object store", describe_store(server.url, **changes))
    assert isinstance(place, ObjectStore)
    return place


def test_every_page_of_the_list_is_read_below_the_folder(server, script):
    names = ["a.jsonl", "in a folder/ü & +.csv", "in a folder/b.jsonl", "in a folder/c%2F.jsonl", "z.jsonl"]
    for name in names:
        script.store(name, b"{}\n")
    script.store("in a folder/", b"")
    assert [file.name for file in open_bucket(server).list_files()] == sorted(names)
    inside = list(open_bucket(server, prefix="/in a folder/").list_files())
    assert {file.name for file in inside} == {"ü & +.csv", "b.jsonl", "c%2F.jsonl"}
    assert {file.size for file in inside} == {3}
    for name in ("ü & +.csv", "c%2F.jsonl"):
        assert open_bucket(server, prefix="in a folder").open_file(name).read() == b"{}\n"


def test_an_object_is_read_once(server, script):
    script.store("exports/a.jsonl", b'{"subject": 1}\n')
    script.store("other.jsonl", b'{"subject": 2}\n')
    place = open_bucket(server, prefix="exports")
    pages = list(read_place({**JOB, **LIMITS}, place))
    assert [row["record"]["title"] for page in pages for row in page["rows"]] == ["1"]
    assert list(read_place({**JOB, **LIMITS, "cursor": pages[-1]["cursor"]}, place)) == []


@pytest.mark.parametrize("block", [1, 7, 1_000_000])
def test_an_object_is_read_by_the_block(server, script, monkeypatch, block):
    monkeypatch.setattr(f"{MODULE}.BLOCK_BYTES", block)
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
    monkeypatch.setattr(f"{MODULE}.BLOCK_BYTES", 5_000)
    buffer = io.BytesIO()
    pl.DataFrame({"id": range(4_000)}).write_parquet(buffer, row_group_size=1_000, compression="uncompressed")
    script.store("a.parquet", buffer.getvalue())
    rows = read_rows(open_bucket(server).open_file("a.parquet"), "a.parquet", "parquet")
    assert [row.record and row.record["id"] for row in rows] == list(range(4_000))
    assert len(script.ranges) > 3


def test_an_object_that_is_replaced_meanwhile_is_never_mixed_with_its_successor(server, script, monkeypatch):
    monkeypatch.setattr(f"{MODULE}.BLOCK_BYTES", 4)
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
def test_an_answer_that_is_not_a_list_ends_the_sync_with_a_reason(server, answer, failure):
    server.script = lambda _request: answer
    with pytest.raises(failure) as raised:
        list(open_bucket(server).list_files())
    assert isinstance(raised.value, OutsideFailure)
    assert raised.value.reason


def test_an_object_whose_name_cannot_be_read_is_named_and_never_passed_over(server, script):
    for name in ("a.jsonl", "b//c.jsonl"):
        script.store(name, b"{}\n")
    with pytest.raises(PermanentFailure, match=r"b//c\.jsonl.*rename"):
        list(open_bucket(server).list_files())


def note_in(requests: list[ToolRequest]) -> Callable[[ToolRequest], Answer]:
    def answer(request: ToolRequest) -> Answer:
        requests.append(request)
        return Answer(raw=b"")

    return answer


def test_a_redirect_leads_to_no_other_host(server):
    requests: list[ToolRequest] = []
    with serve() as other:
        other.script = note_in(requests)
        for status in (301, 302, 307, 308):
            moved = Answer(status=status, raw=b"", headers={"Location": f"{other.url}/"})
            server.script = lambda _request, moved=moved: moved
            with pytest.raises(PermanentFailure, match=f"leads to 127.0.0.1:{other.port}"):
                list(open_bucket(server).list_files())
            with pytest.raises(PermanentFailure, match=f"leads to 127.0.0.1:{other.port}"):
                open_bucket(server).open_file("a.jsonl")
    assert requests == []


@pytest.mark.parametrize("kind", ["s3", "gs", "az"])
def test_a_connection_that_the_process_may_not_open_is_opened_past_no_guard(server, kind):
    """Should the client ever connect without its proxy, this store would be reached."""
    requests: list[ToolRequest] = []
    server.script = note_in(requests)
    store = describe_store(server.url, **KINDS[kind]())
    job = {"title": "Object store", "folder": None, "store": store, "reach": {"public_https": True}}
    with pytest.raises(PermanentFailure, match=f"127.0.0.1:{server.port} may not be reached"):
        list(read_isolated("causeloop_pipeline.landing.polling.files.reader", {**job, **JOB, **LIMITS}))
    assert requests == []


@pytest.mark.parametrize(
    ("changes", "host"),
    [
        ({}, "exports.s3.eu-central-1.amazonaws.com"),
        ({"region": ""}, "exports.s3.us-east-1.amazonaws.com"),
        ({"bucket": "with.dots"}, "s3.eu-central-1.amazonaws.com"),
        ({"store": "gs"}, "storage.googleapis.com"),
        ({"store": "az", "key": "account"}, "account.blob.core.windows.net"),
    ],
)
def test_without_an_address_a_store_is_at_its_vendor(changes, host):
    assert name_host(describe_store("", **changes)) == host


def test_an_account_name_leads_to_no_host_of_its_own():
    store = describe_store("", store="az", key="evil.example/x?", secret="a2V5")
    with pytest.raises(PermanentFailure, match=r"leads to evil\.example:443"):
        list(open_store("Object store", store).list_files())


def make_google_key() -> str:
    private = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = {"type": "service_account", "private_key_id": "1", "private_key": private.decode()}
    elsewhere = {"gcs_base_url": "http://127.0.0.1:1", "disable_oauth": True}
    return json.dumps({**key, "client_email": "reader@exports.iam.gserviceaccount.com", **elsewhere})


KINDS: dict[str, Callable[[], dict[str, str]]] = {
    "s3": dict,
    "gs": lambda: {"store": "gs", "secret": make_google_key()},
    "az": lambda: {"store": "az", "key": "account", "secret": "a2V5"},
}


class OtherStore(BucketScript):
    """The same objects as Google and Azure give them; signatures are not checked."""

    def answer(self, request: ToolRequest) -> Answer:
        scheme = request.headers["authorization"].partition(" ")[0]
        assert scheme in {"Bearer", "SharedKey"}
        name = request.path.removeprefix(f"/{BUCKET}").removeprefix("/")
        if name:
            return self._get(name, request)
        return self._list(request) if scheme == "Bearer" else self._list_blobs(request.query["prefix"])

    def _list_blobs(self, prefix: str) -> Answer:
        blobs = "".join(
            f"<Blob><Name>{name}</Name><Properties><Last-Modified>"
            f"{format_datetime(stored.stored_at, usegmt=True)}</Last-Modified><Etag>{stored.version}</Etag>"
            f"<Content-Type>text/plain</Content-Type><Content-Length>{len(stored.content)}</Content-Length></Properties></Blob>"
            for name, stored in self.objects.items()
            if name.startswith(prefix)
        )
        listed = f"<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>"
        return Answer(raw=listed.encode())


@pytest.mark.parametrize("kind", ["gs", "az"])
def test_google_and_azure_are_read_in_the_same_way(server, kind, monkeypatch):
    monkeypatch.setattr(f"{MODULE}.BLOCK_BYTES", 4)
    script = OtherStore()
    server.script = script.answer
    script.store("exports/a.jsonl", b'{"subject": 1}\n')
    script.store("exports/ü b.jsonl", b'{"subject": 2}\n')
    script.store("other.jsonl", b'{"id": 3}\n')
    place = open_bucket(server, prefix="exports", **KINDS[kind]())
    pages = list(read_place({**JOB, **LIMITS}, place))
    assert [row["record"]["title"] for page in pages for row in page["rows"]] == ["1", "2"]
    assert server.defects == []
    with pytest.raises(TransientFailure, match=r"gone\.jsonl was removed"):
        place.open_file("gone.jsonl")


@pytest.mark.parametrize("secret", ["", "no JSON", "[]", "{}", '{"private_key": "k"}'])
def test_what_is_not_a_key_of_google_is_refused_without_showing_it(secret):
    with pytest.raises(PermanentFailure, match="service account") as raised:
        open_store("Object store", describe_store("", store="gs", secret=secret))
    assert '"k"' not in raised.value.reason


def test_what_is_not_a_key_of_azure_is_refused_without_showing_it():
    with pytest.raises(PermanentFailure, match="none of Azure") as raised:
        open_store("Object store", describe_store("", store="az", key="account", secret="*** no base64"))
    assert "***" not in raised.value.reason
