"""A bucket or container: S3's protocol by our own requests, the others' by the file systems of fsspec."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from typing import Any, BinaryIO

from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.landing.polling.files.content import describe_failures, guard_content
from causeloop_pipeline.landing.polling.files.places import FoundFile, Place
from causeloop_pipeline.landing.polling.files.s3_bucket import MAX_FILES, TOO_MANY, S3Bucket
from causeloop_pipeline.landing.polling.isolated.google_key import read_google_key

MODULES = {"gs": "gcsfs", "az": "adlfs"}
TIMES = ("LastModified", "updated", "last_modified", "mtime", "created")


class ObjectStore:
    """Objects are there whole or not at all: none has to be left alone first."""

    settle = timedelta(0)

    def __init__(self, files: Any, path: str) -> None:
        self._files, self._path = files, path.rstrip("/")

    def list_files(self) -> Iterator[FoundFile]:
        """Every object below the path."""
        with describe_failures(describe_failure):
            objects: Mapping[str, Mapping[str, Any]] = self._files.find(self._path, detail=True)
        if len(objects) > MAX_FILES:
            raise PermanentFailure(TOO_MANY)
        for path, described in objects.items():
            name = path.removeprefix(f"{self._path}/").removeprefix("/")
            yield FoundFile(read_time(described), name, int(described.get("size") or 0))

    def open_file(self, name: str) -> BinaryIO:
        """An object's content, of which only what is being read is in memory."""
        describe = partial(describe_object_failure, name)
        with describe_failures(describe):
            content = self._files.open(f"{self._path}/{name}", "rb", cache_type="readahead")
        return guard_content(content, describe)


def open_store(title: str, store: Mapping[str, Any]) -> Place:
    """The store of a job; PermanentFailure that names the extra where its file system is not installed."""
    kind = store["store"]
    if kind == "s3":
        return S3Bucket(store)
    if find_spec(MODULES[kind]) is None:
        raise PermanentFailure(
            f"{title}: what speaks its protocol is not installed: an operator runs "
            f"pip install 'causeloop[{kind}]' where the pipeline and the API run"
        )
    import fsspec

    options = {"gs": _describe_gs, "az": _describe_az}[kind](title, store)
    files = fsspec.filesystem(kind, skip_instance_cache=True, use_listings_cache=False, **options)
    return ObjectStore(files, "/".join(filter(None, (store["bucket"], store["prefix"].strip("/")))))


def _describe_gs(title: str, store: Mapping[str, Any]) -> dict[str, Any]:
    try:
        token = read_google_key(store["secret"])
    except (ValueError, TypeError):
        raise PermanentFailure(f"{title}: the secret is not the JSON of a service account's key") from None
    return {"token": token, "access": "read_only"}


def _describe_az(_: str, store: Mapping[str, Any]) -> dict[str, Any]:
    return {"account_name": store["key"], "account_key": store["secret"]}


def read_time(described: Mapping[str, Any]) -> datetime:
    """When an object was stored, as each file system says it."""
    for name in TIMES:
        moment = described.get(name)
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        if isinstance(moment, int | float):
            moment = datetime.fromtimestamp(moment, UTC)
        if isinstance(moment, datetime):
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    raise PermanentFailure("the store does not say when its objects changed: it cannot be read in order")


def describe_failure(error: Exception) -> PermanentFailure | TransientFailure:
    """What a person can do about a failure of the store."""
    text = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, FileNotFoundError | PermissionError):
        return PermanentFailure(f"the store refuses to be read: {text}; check bucket, folder and rights")
    return TransientFailure(f"the store does not answer as it should: {text}")


def describe_object_failure(name: str, error: Exception) -> PermanentFailure | TransientFailure:
    """The same of one object, which may be gone since it was listed."""
    if isinstance(error, FileNotFoundError):
        return TransientFailure(f"{name} was removed before it was read; the next sync goes on without it")
    return describe_failure(error)
