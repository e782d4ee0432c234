"""Reads files of payloads: one JSON document, a list, or several; and what a connector makes of them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.landing.map_payload import MappedPayload, map_payload

NOT_BLANK = re.compile(r"\S")


class PayloadFileError(ValueError):
    """The file cannot be read, or holds no JSON."""


def read_documents(file: Path) -> Iterator[Any]:
    """Every document of a file."""
    try:
        content = file.read_bytes()
        text = content.decode(json.detect_encoding(content))
    except (OSError, UnicodeDecodeError) as error:
        raise PayloadFileError(f"{file}: cannot be read: {error}") from None
    try:
        yield from _read_all(file, text)
    except RecursionError:
        raise PayloadFileError(f"{file}: nested too deep to be read") from None


def _read_all(file: Path, text: str) -> Iterator[Any]:
    """One document, JSON lines, or documents one after another, each on several lines."""
    try:
        yield json.loads(text)
    except json.JSONDecodeError as whole:
        if documents := _read_successive(text):
            yield from documents
            return
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    yield json.loads(line)
                except json.JSONDecodeError as error:
                    reason = whole if number == 1 else error
                    raise PayloadFileError(
                        f"{file}, line {number}: neither JSON nor JSON lines: {reason}"
                    ) from None


def _read_successive(text: str) -> list[Any]:
    """The documents that follow one another in a text, nothing where anything else is between them."""
    decoder, documents, place = json.JSONDecoder(), [], 0
    while beginning := NOT_BLANK.search(text, place):
        try:
            document, place = decoder.raw_decode(text, beginning.start())
        except json.JSONDecodeError:
            return []
        documents.append(document)
    return documents


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
