"""A bucket of Amazon S3, or of what speaks its protocol: its list and its objects, by signed requests."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast
from urllib.parse import quote, unquote, urlencode
from xml.etree import ElementTree

import httpx2

from causeloop_pipeline.egress.aws_signature import AwsKey, sign_request
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.files.places import FoundFile

BLOCK_BYTES = 4_000_000
CONNECT_SECONDS, READ_SECONDS = 10, 60
MAX_FILES = 200_000
TOO_MANY = f"there are more than {MAX_FILES:,} objects: name a folder in the bucket"
NO_CONTENT = hashlib.sha256(b"").hexdigest()
EMPTY, CHANGED = 416, 412


class S3Bucket:
    """Objects are there whole or not at all: none has to be left alone first."""

    settle = timedelta(0)

    def __init__(self, store: Mapping[str, Any]) -> None:
        region, bucket = store["region"] or "us-east-1", store["bucket"]
        self._key = AwsKey(store["key"], store["secret"], "s3", region)
        self._prefix = f"{store['prefix'].strip('/')}/".removeprefix("/")
        if store["endpoint"] or "." in bucket:  # a certificate of AWS covers no name with dots
            self.url = f"{store['endpoint'] or f'https://s3.{region}.amazonaws.com'}/{bucket}/"
        else:
            self.url = f"https://{bucket}.s3.{region}.amazonaws.com/"
        timeout = httpx2.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx2.Client(timeout=timeout, trust_env=False)

    def list_files(self) -> Iterator[FoundFile]:
        """Every object below the prefix; what only marks a folder is none."""
        for count, entry in enumerate(self._list_entries(), 1):
            if count > MAX_FILES:
                raise PermanentFailure(TOO_MANY)
            name = unquote(entry.findtext("Key") or "").removeprefix(self._prefix)
            stored_at = datetime.fromisoformat(entry.findtext("LastModified") or "").astimezone(UTC)
            if name and not name.endswith("/"):
                yield FoundFile(stored_at, name, int(entry.findtext("Size") or 0))

    def _list_entries(self) -> Iterator[ElementTree.Element]:
        query = {"list-type": "2", "encoding-type": "url"}
        query |= {"prefix": self._prefix} if self._prefix else {}
        while True:
            page = _parse(self.get("", query).content)
            yield from page.iter("Contents")
            if not (token := page.findtext("NextContinuationToken")):
                return
            query["continuation-token"] = token

    def open_file(self, name: str) -> BinaryIO:
        """An object's content, of which only one block is in memory."""
        return cast(BinaryIO, io.BufferedReader(_S3Object(self, f"{self._prefix}{name}")))

    def get(
        self, key: str, query: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """The store's answer, also where there is no such part; a failure where it refuses or breaks off."""
        url = self.url + quote(key, safe="/-_.~")
        url += f"?{urlencode(query, quote_via=quote)}" if query else ""
        added = {"X-Amz-Content-Sha256": NO_CONTENT, **(headers or {})}
        signed = sign_request(self._key, "GET", url, added, None, datetime.now(UTC))
        try:
            answer = self._client.get(url, headers=added | signed)
        except httpx2.HTTPError as error:
            raise TransientFailure(f"the store does not answer as it should: {error}") from None
        if not answer.is_success and answer.status_code != EMPTY:
            raise _describe_refusal(answer)
        return answer


class _S3Object(io.RawIOBase):
    """One version of an object, read by the block."""

    def __init__(self, bucket: S3Bucket, key: str) -> None:
        self._bucket, self._key = bucket, key
        self._place = self._start = self._size = 0
        self._version, self._block = "", b""
        self._read_block()

    def _read_block(self) -> None:
        headers = {"Range": f"bytes={self._place}-{self._place + BLOCK_BYTES - 1}"}
        headers |= {"If-Match": self._version} if self._version else {}
        answer = self._bucket.get(self._key, {}, headers)
        if answer.status_code == EMPTY:
            return
        is_part = "content-range" in answer.headers
        self._start, self._block = self._place if is_part else 0, answer.content
        self._version = answer.headers.get("etag", "")
        size = answer.headers["content-range"].rpartition("/")[2] if is_part else ""
        self._size = int(size) if size.isdigit() else self._start + len(self._block)

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer from the block, of which the next is fetched where it is needed."""
        if self._place >= self._size:
            return 0
        if not self._start <= self._place < self._start + len(self._block):
            self._read_block()
        part = self._block[self._place - self._start :][: len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; nothing is fetched before it is read."""
        self._place = max(
            0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        )
        return self._place

    def tell(self) -> int:
        """The place of what is read next."""
        return self._place

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always: a Parquet file is read from its end."""
        return True


def _parse(content: bytes) -> ElementTree.Element:
    """The elements of an answer, their names without a namespace."""
    try:
        document = ElementTree.fromstring(content)  # noqa: S314 the process that reads it is bounded
    except ElementTree.ParseError as error:
        raise TransientFailure(f"the store does not answer in XML: {error}") from None
    for element in document.iter():
        element.tag = element.tag.rpartition("}")[2]
    return document


def _describe_refusal(answer: httpx2.Response) -> PermanentFailure | TransientFailure:
    """What a person can do about it."""
    status = answer.status_code
    if status == CHANGED:
        return TransientFailure("an object was replaced while it was read; the next sync reads the new one")
    if status == 429 or status >= 500:
        return TransientFailure(f"the store does not answer as it should: status {status}")
    try:
        error = _parse(answer.content)
        reason = ": ".join(filter(None, (error.findtext("Code"), error.findtext("Message"))))
    except TransientFailure:
        reason = ""
    return PermanentFailure(
        f"the store refuses to be read: {reason[:200] or f'status {status}'}; "
        "check bucket, region, folder, keys and rights"
    )
