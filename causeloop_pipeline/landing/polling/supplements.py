"""Reads what a list leaves out of its records, such as what an id names; each document once a sync."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from causeloop_pipeline.connectors.json_paths import MissingValueError, fill, find_first_value, find_value
from causeloop_pipeline.connectors.pulls import Pull, Supplement
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.polling.client import Client, JsonRequest


class Supplements:
    """The further documents of one list's records."""

    def __init__(self, client: Client, pull: Pull, base_url: str, values: Mapping[str, Any]) -> None:
        self._client, self._pull, self._base_url, self._values = client, pull, base_url, values
        self._documents: dict[str, Any] = {}

    def add_to(self, record: Any) -> Any:
        """The record with what the tool has of it elsewhere; as it is where it counts for nothing."""
        if not self._pull.supplements or not isinstance(record, dict) or not self._counts(record):
            return record
        read = {supplement.into: self._read(supplement, record) for supplement in self._pull.supplements}
        return record | {name: value for name, value in read.items() if value is not None}

    def _counts(self, record: dict[str, Any]) -> bool:
        keep = self._pull.schema.keep
        return keep is None or keep(record)

    def _read(self, supplement: Supplement, record: dict[str, Any]) -> Any:
        try:
            path = fill(supplement.path, lambda name: self._find_part(record, name))
        except MissingValueError:
            return None
        if any(segment in {".", ".."} for segment in path.split("/")):
            return None
        document = self._fetch(self._base_url + path)
        value = find_value(document, supplement.take)
        is_long = supplement.last is not None and isinstance(value, list | str)
        return value[-supplement.last :] if is_long and supplement.last else value

    def _find_part(self, record: dict[str, Any], name: str) -> str | None:
        value = find_first_value(record, tuple(name.split("|")))
        value = self._values.get(name) if value is None else value
        return None if value is None else quote(str(value), safe="")

    def _fetch(self, url: str) -> Any:
        """The document; None where the tool does not have it or does not let us read it."""
        if url not in self._documents:
            try:
                self._documents[url] = self._client.fetch(JsonRequest(url)).document
            except PermanentFailure:
                self._documents[url] = None
        return self._documents[url]
