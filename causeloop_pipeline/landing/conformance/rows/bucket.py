"""A bucket of a store on loopback that speaks the protocol of S3, into which the kit puts objects."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.aws_signature import AwsKey, sign_request
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.conformance.rows.folder import Exports
from causeloop_pipeline.landing.conformance.rows.row_source import RowSource
from causeloop_pipeline.landing.conformance.simulation.loopback import Answer, ToolRequest, serve

BUCKET, PREFIX = "exports", "failures"
KEY = AwsKey("AKIDEXAMPLE", "a key for loopback only", "s3", "eu-central-1")
OBJECTS_PER_PAGE = 2
ADDED_HEADERS = {"host", "x-amz-date"}
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


@dataclass(frozen=True)
class StoredObject:
    """An object, and when it was stored."""

    content: bytes
    stored_at: datetime

    @property
    def version(self) -> str:
        """The entity tag."""
        return f'"{hashlib.sha256(self.content).hexdigest()}"'


@dataclass
class BucketScript:
    """Answers as S3 does: signed requests only, lists in pages, objects whole or in ranges."""

    objects: dict[str, StoredObject] = field(default_factory=dict)
    ranges: list[str] = field(default_factory=list)
    """Which parts of objects were requested."""

    def store(self, name: str, content: bytes) -> None:
        """Store an object, or a new version of it."""
        self.objects[name] = StoredObject(content, datetime.now(UTC))

    def answer(self, request: ToolRequest) -> Answer:
        """The answer to a request."""
        if not _is_signed(request):
            return _refuse(403, "SignatureDoesNotMatch")
        bucket, _, name = request.path.removeprefix("/").partition("/")
        if bucket != BUCKET:
            return _refuse(404, "NoSuchBucket")
        return self._get(name, request) if name else self._list(request)

    def _list(self, request: ToolRequest) -> Answer:
        after = request.query.get("continuation-token", "")
        prefix = request.query.get("prefix", "")
        names = [name for name in sorted(self.objects) if name.startswith(prefix) and name > after]
        page = names[:OBJECTS_PER_PAGE]
        entries = "".join(self._describe(name) for name in page)
        more = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if names != page else ""
        listed = f'<ListBucketResult xmlns="{NAMESPACE}">{entries}{more}</ListBucketResult>'
        return Answer(raw=listed.encode(), headers={"Content-Type": "application/xml"})

    def _describe(self, name: str) -> str:
        stored = self.objects[name]
        at = stored.stored_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        size = len(stored.content)
        times = f"<LastModified>{at}</LastModified>"
        return f"<Contents><Key>{escape(name)}</Key>{times}<Size>{size}</Size></Contents>"

    def _get(self, name: str, request: ToolRequest) -> Answer:
        stored = self.objects.get(name)
        if stored is None:
            return _refuse(404, "NoSuchKey")
        if request.headers.get("if-match", stored.version) != stored.version:
            return _refuse(412, "PreconditionFailed")
        wanted = request.headers.get("range", "bytes=0-")
        if request.method == "GET":
            self.ranges.append(wanted)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        size = len(stored.content)
        if int(first) >= max(size, 1):
            return _refuse(416, "InvalidRange")
        part = stored.content[int(first) : int(last) + 1 if last else size]
        described = {
            "Content-Type": "application/octet-stream",
            "ETag": stored.version,
            "Last-Modified": format_datetime(stored.stored_at, usegmt=True),
        }
        if "range" not in request.headers:
            return Answer(raw=stored.content, headers=described)
        described["Content-Range"] = f"bytes {first}-{int(first) + len(part) - 1}/{size}"
        return Answer(raw=part, status=206, headers=described)


def _is_signed(request: ToolRequest) -> bool:
    """Whether the signature fits what was received, and the key."""
    url = f"http://{request.headers['host']}{quote(request.path)}"
    url += f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
    authorization = request.headers.get("authorization", "")
    names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    headers = {name: request.headers.get(name, "") for name in names if name not in ADDED_HEADERS}
    try:
        moment = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except (KeyError, ValueError):
        return False
    expected = sign_request(KEY, request.method, url, headers, None, moment, headers)
    return authorization == expected["Authorization"]


def _refuse(status: int, code: str) -> Answer:
    error = f"<Error><Code>{code}</Code><Message>-</Message></Error>"
    return Answer(raw=error.encode(), status=status, headers={"Content-Type": "application/xml"})


@contextmanager
def make_bucket(connector: Connector) -> Iterator[RowSource]:
    """A bucket that is gone afterwards."""
    with serve() as server:
        script = BucketScript()
        server.script = script.answer
        config = {
            "store": "s3",
            "bucket": BUCKET,
            "prefix": PREFIX,
            "region": KEY.region,
            "endpoint": server.url,
        }
        secrets = {"key": KEY.access_key_id, "secret": KEY.secret_access_key}
        egress = EgressPolicy(frozenset({("127.0.0.1", server.port)}))
        exports = Exports(lambda name, content: script.store(f"{PREFIX}/{name}", content))
        yield RowSource(connector, exports, config, secrets, egress)
