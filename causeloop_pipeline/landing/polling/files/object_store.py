"""A bucket or container of S3, of what speaks its protocol, of Google Cloud Storage or of Azure.

One client in Rust (obstore) speaks all three protocols, signs and pages. The interpreter does not see its
connections, so a proxy of this process carries them, and only to the store's own host.
"""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, cast
from urllib.parse import urlsplit

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.files.content import Describe, describe_failures
from causeloop_pipeline.landing.polling.files.places import FoundFile, Place
from causeloop_pipeline.landing.polling.isolated.google_key import read_google_key
from causeloop_pipeline.landing.polling.isolated.host_proxy import HostProxy

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Client

BLOCK_BYTES = 4_000_000
MAX_FILES = 200_000
TIMES = {"connect_timeout": "10s", "timeout": "5m"}
RETRY: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=60)}
GOOGLE_HOST, AZURE_DOMAIN = "storage.googleapis.com", "blob.core.windows.net"
GOOGLE_KEY_FIELDS = ("type", "project_id", "private_key_id", "private_key", "client_email", "client_id")
STATUS = re.compile(r"status code: (\d{3})")
REASON = re.compile(r"<(Code|Message)>([^<]+)</")
NOT_NOW = {408, 429}


class ObjectStore:
    """Objects are there whole or not at all: none has to be left alone first."""

    settle = timedelta(0)

    def __init__(self, client: "Client", proxy: HostProxy | None = None) -> None:
        self.client = client
        self._describe = partial(describe_failure, proxy)

    def list_files(self) -> Iterator[FoundFile]:
        """Every object below the prefix; what only marks a folder is none."""
        import obstore

        count = 0
        with describe_failures(self._describe):
            for page in obstore.list(self.client):
                count += len(page)
                if count > MAX_FILES:
                    raise PermanentFailure(
                        f"there are more than {MAX_FILES:,} objects: name a folder in the bucket"
                    )
                for described in page:
                    if described["path"] and described["size"]:
                        changed_at = described["last_modified"].astimezone(UTC)
                        yield FoundFile(changed_at, described["path"], described["size"])

    def open_file(self, name: str) -> BinaryIO:
        """An object's content, of which only one block is in memory."""
        describe = partial(describe_object_failure, name, self._describe)
        return cast(BinaryIO, io.BufferedReader(_Object(self.client, name, describe)))


class _Object(io.RawIOBase):
    """One version of an object, read by the block."""

    def __init__(self, client: "Client", name: str, describe: Describe) -> None:
        import obstore

        self._client, self._name, self._describe = client, name, describe
        with describe_failures(describe):
            described = obstore.head(client, name)
        self._size, self._version = described["size"], described["e_tag"]
        self._place = self._start = 0
        self._block = b""

    def _read_block(self) -> None:
        import obstore

        end = min(self._place + BLOCK_BYTES, self._size)
        options: Any = {"range": (self._place, end)}
        if self._version:
            options["if_match"] = self._version
        with describe_failures(self._describe):
            self._block = bytes(obstore.get(self._client, self._name, options=options).bytes())
        self._start = self._place
        if len(self._block) != end - self._start:
            raise TransientFailure(f"the store gave {len(self._block):,} bytes of {end - self._start:,}")

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
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, origin + offset)
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


def open_store(title: str, store: Mapping[str, Any]) -> Place:
    """The store of a job, which is reached at its configured address or at its vendor's."""
    open_client: Callable[[str, Mapping[str, Any], dict[str, Any]], Client] = {
        "s3": _open_s3,
        "gs": _open_google,
        "az": _open_azure,
    }[store["store"]]
    url = urlsplit(store["endpoint"])
    host, port = url.hostname or name_host(store), url.port or (80 if url.scheme == "http" else 443)
    proxy = HostProxy({(host, port)})
    client_options: dict[str, Any] = {**TIMES, "proxy_url": proxy.url}
    if url.scheme == "http":  # the proxy reads the address of a connection's first request only
        client_options |= {"allow_http": True, "pool_max_idle_per_host": "0"}
    prefix = store["prefix"].strip("/") or None
    options = {"client_options": client_options, "retry_config": RETRY, "prefix": prefix}
    return ObjectStore(open_client(title, store, options), proxy)


def name_host(store: Mapping[str, Any]) -> str:
    """The host of a store that is at its vendor."""
    if store["store"] == "gs":
        return GOOGLE_HOST
    if store["store"] == "az":
        return f"{store['key']}.{AZURE_DOMAIN}"
    host = f"s3.{store['region'] or 'us-east-1'}.amazonaws.com"
    return f"{store['bucket']}.{host}" if _has_host_of_its_own(store) else host


def _has_host_of_its_own(store: Mapping[str, Any]) -> bool:
    """Whether a bucket is a host: a certificate of AWS covers no name with dots."""
    return not store["endpoint"] and "." not in store["bucket"]


def _open_s3(_title: str, store: Mapping[str, Any], options: dict[str, Any]) -> "Client":
    from obstore.store import S3Store

    if store["endpoint"]:
        options["endpoint"] = store["endpoint"]
    return S3Store(
        store["bucket"],
        region=store["region"] or "us-east-1",
        access_key_id=store["key"],
        secret_access_key=store["secret"],
        virtual_hosted_style_request=_has_host_of_its_own(store),
        **options,
    )


def _open_google(title: str, store: Mapping[str, Any], options: dict[str, Any]) -> "Client":
    from obstore.exceptions import BaseError
    from obstore.store import GCSStore

    try:
        service_account = read_google_key(store["secret"])
    except (ValueError, TypeError):
        raise PermanentFailure(f"{title}: the secret is not the JSON of a service account's key") from None
    # Only these: the client would also take an address from the key.
    key = {name: service_account[name] for name in GOOGLE_KEY_FIELDS if name in service_account}
    if store["endpoint"]:
        key["gcs_base_url"] = store["endpoint"]
    try:
        return GCSStore(store["bucket"], service_account_key=json.dumps(key), **options)
    except BaseError:  # its text may hold a part of the key
        raise PermanentFailure(f"{title}: the secret is not a key of a service account") from None


def _open_azure(title: str, store: Mapping[str, Any], options: dict[str, Any]) -> "Client":
    from obstore.exceptions import BaseError
    from obstore.store import AzureStore

    if store["endpoint"]:
        options["endpoint"] = store["endpoint"]
    try:
        return AzureStore(store["bucket"], account_name=store["key"], account_key=store["secret"], **options)
    except BaseError:  # its text may hold a part of the key
        raise PermanentFailure(f"{title}: the account name or key is none of Azure's") from None


def describe_failure(proxy: HostProxy | None, error: Exception) -> PermanentFailure | TransientFailure:
    """What a person can do about a failure of the store."""
    from obstore import exceptions

    if proxy is not None and proxy.refused:
        return PermanentFailure(f"the store leads to {proxy.refused[0]}, which is not its own address")
    reason, code = _read_reason(str(error))
    if isinstance(error, exceptions.PreconditionError):
        return TransientFailure("an object was replaced while it was read; the next sync reads the new one")
    if isinstance(error, exceptions.InvalidPathError):
        return PermanentFailure(f"{reason}: rename this object, or name a folder that is without it")
    is_refused = isinstance(
        error, FileNotFoundError | exceptions.PermissionDeniedError | exceptions.UnauthenticatedError
    )
    if is_refused or (300 <= code < 500 and code not in NOT_NOW):
        return PermanentFailure(
            f"the store refuses to be read: {reason}; check bucket, region, folder, keys and rights"
        )
    return TransientFailure(f"the store does not answer as it should: {reason}")


def _read_reason(text: str) -> tuple[str, int]:
    """The message of the store, as far as there is one, and the status of its answer or 0."""
    summary = " ".join(text.partition("\n\nDebug source")[0].split())
    message = ": ".join(part for _, part in REASON.findall(summary))
    status = STATUS.search(summary)
    return (message or summary.partition(" - ")[2] or summary)[:200], int(status[1]) if status else 0


def describe_object_failure(name: str, describe: Describe, error: Exception) -> OutsideFailure:
    """The same of one object, which may be gone since it was listed."""
    if isinstance(error, FileNotFoundError):
        return TransientFailure(f"{name} was removed before it was read; the next sync goes on without it")
    return describe(error)
