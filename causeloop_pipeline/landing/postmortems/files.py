"""Which kind of document a file is, by its name and how it begins, and its blocks.

Notion and Google Docs pack a page with its pictures into a zip: the one document in it is read.
"""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.declared.yaml_text import read_yaml
from causeloop_pipeline.landing.postmortems.blocks import Document, UnreadableDocumentError
from causeloop_pipeline.landing.postmortems.html_blocks import read_html
from causeloop_pipeline.landing.postmortems.word_blocks import read_part, read_word
from causeloop_pipeline.model.file_endings import DOCUMENTS, HTML, MARKDOWN, WORD

MAX_BYTES = 5_000_000
MAX_PACKED_FILES, MAX_DEPTH = 2_000, 2
READABLE = "Markdown, HTML, Word (.docx) or a zip of one of them"
FRONT_MATTER = re.compile(r"\A---\s*\n(.{0,10000}?)\n---\s*(?:\n|\Z)", re.DOTALL)
LOOKS_LIKE_HTML = re.compile(
    r"^\s*(?:<!doctype|<html|<head|<body|<h[1-6]|<p\b|<div|<ac:|<table)", re.IGNORECASE
)
NOTION_ID = re.compile(r"[ _-]([0-9a-f]{32})$")
CONFLUENCE_ID = re.compile(r"_(\d{5,12})$")


def read_document(content: bytes, name: str) -> Document:
    """The blocks of a file; UnreadableDocumentError where it is none that can be read."""
    return _read(content, name, 0)


def _read(content: bytes, name: str, depth: int) -> Document:
    if len(content) > MAX_BYTES and not depth:
        raise UnreadableDocumentError(f"it is larger than {MAX_BYTES:,} bytes")
    ending = PurePosixPath(name.lower()).suffix
    if content.startswith(b"PK\x03\x04"):
        document = read_word(content) if ending == WORD else _read_packed(content, depth)
    else:
        document = _find_reader(ending)(_decode(content))
    if not document.blocks:
        raise UnreadableDocumentError("there is no text in it")
    document.page_id = document.page_id or find_page_id(name)
    return document


def find_page_id(name: str) -> str | None:
    """The id of a page in the tool that wrote a file of this name."""
    stem = PurePosixPath(name).stem
    if notion := NOTION_ID.search(stem):
        return f"notion:{notion[1]}"
    if (confluence := CONFLUENCE_ID.search(stem)) and name.lower().endswith(HTML):
        return f"confluence:{confluence[1]}"
    return None


def _find_reader(ending: str) -> Callable[[str], Document]:
    readers: dict[str, Callable[[str], Document]] = {
        **dict.fromkeys((*HTML, ".xml"), read_html),
        **dict.fromkeys((*MARKDOWN, ".txt", ".text", ""), read_markdown),
    }
    if ending not in readers:
        raise UnreadableDocumentError(f"files ending in {ending} are not read: give it as {READABLE}")
    return readers[ending]


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    text = content.decode(encoding, errors="replace")
    if text.count("\x00") or text.count("�") > len(text) // 10:
        raise UnreadableDocumentError(f"it is not text: give it as {READABLE}")
    return text


def read_markdown(text: str) -> Document:
    """The blocks of Markdown with tables and task lists; what is HTML in it is read as HTML."""
    from markdown_it import MarkdownIt

    fields = _read_front_matter(text)
    if match := FRONT_MATTER.match(text):
        text = text[match.end() :]
    if LOOKS_LIKE_HTML.match(text):
        return read_html(text)
    document = read_html(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text))
    document.fields = fields
    document.title = fields.get("title")
    return document


def _read_front_matter(text: str) -> dict[str, str]:
    match = FRONT_MATTER.match(text)
    if match is None:
        return {}
    try:
        values, _ = read_yaml(match[1])
    except DeclarationError:
        return {}
    if not isinstance(values, dict):
        return {}
    return {str(key).lower(): _write(value) for key, value in values.items() if value is not None}


def _write(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _read_packed(content: bytes, depth: int) -> Document:
    if depth >= MAX_DEPTH:
        raise UnreadableDocumentError("it is a zip in a zip in a zip: unpack it first")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist()[:MAX_PACKED_FILES] if not name.endswith("/")]
            if "word/document.xml" in names:
                return read_word(content)
            documents = [name for name in names if name.lower().endswith(DOCUMENTS)]
            pages = [
                name for name in documents if PurePosixPath(name).name.lower() != "index.html"
            ] or documents
            packed = pages or [name for name in names if name.lower().endswith(".zip")]
            if len(packed) != 1:
                many = f"{len(packed)} documents are in it: give each by itself"
                raise UnreadableDocumentError(
                    many if packed else f"there is no document in it: give {READABLE}"
                )
            return _read(read_part(archive, packed[0]), packed[0], depth + 1)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise UnreadableDocumentError(f"it is a broken zip: {error}") from None
