"""Reads files of payloads: one JSON document, a list, or JSON lines; and what a connector makes of them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload


class PayloadFileError(ValueError):
    """The file cannot be read, or holds no JSON."""


def read_documents(file: Path) -> Iterator[Any]:
    """Every document of a file."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PayloadFileError(f"{file}: cannot be read: {error}") from None
    try:
        yield json.loads(text)
    except json.JSONDecodeError as whole:
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    reason = whole if number == 1 else error
                    raise PayloadFileError(
                        f"{file}, line {number}: neither JSON nor JSON lines: {reason}"
                    ) from None


def list_documents(folder: Path) -> Iterator[Any]:
    """Every document of every file of a folder, nothing where there is none."""
    for file in sorted(folder.glob("*.json*")) if folder.is_dir() else ():
        yield from read_documents(file)


def map_folder(connector: Connector, folder: Path) -> MappedPayload:
    """What a connector makes of all payloads of a folder, nothing where there is none."""
    mapped = MappedPayload()
    for document in list_documents(folder):
        mapped = mapped.extend(map_payload(connector, document))
    return mapped
