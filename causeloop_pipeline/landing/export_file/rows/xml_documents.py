"""Rows of XML: JUnit's reports test by test; of other documents the records in them, as those of JSON.

`defusedxml` refuses what XML can do beyond telling data: entities that grow, and documents that name others.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from causeloop_pipeline.landing.export_file.rows.file_row import FileContentError, FileRow
from causeloop_pipeline.landing.export_file.rows.junit import SUITES, read_junit, strip_namespace
from causeloop_pipeline.landing.export_file.rows.nested_records import find_records, is_failure
from causeloop_pipeline.landing.export_file.rows.runner_reports import find_tests, read_tests
from causeloop_pipeline.landing.export_file.rows.text_lines import read_document

MAX_DEPTH = 50
TEXT = "text"
"""The name of an element's own text, where it has attributes or elements as well."""


def read_xml(content: BinaryIO) -> Iterator[FileRow]:
    """A row for each test or record."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring, iterparse

    place = content.tell()
    try:
        _, first = next(iterparse(content, events=("start",), forbid_dtd=True))
        content.seek(place)
        if strip_namespace(first.tag) in SUITES:
            yield from read_junit(content)
            return
        root = fromstring(read_document(content), forbid_dtd=True)
    except DefusedXmlException:
        raise FileContentError(
            "it declares entities or a document type, which no report needs: they are refused"
        ) from None
    except FileContentError:
        raise
    except (ParseError, LookupError, ValueError, StopIteration) as error:  # it may name any encoding
        raise FileContentError(f"it is not XML: {error}") from None
    document = _convert(root, 0)
    if tests := find_tests(document):
        yield from read_tests(tests)
        return
    for number, record in enumerate(_find_rows(root, document), 1):
        yield FileRow(number, record)


def _find_rows(root: Element, document: Any) -> list[dict[str, Any]]:
    if not isinstance(document, dict):
        raise FileContentError(f"it is XML, but <{strip_namespace(root.tag)}> holds no records")
    records = [record for record in find_records(document) if isinstance(record, dict)]
    if records == [document] and not is_failure(document):
        raise FileContentError(
            f"it is XML, but in <{strip_namespace(root.tag)}> nothing looks like a list of failures: "
            "export JUnit's XML, JSON or CSV"
        )
    return records


def _convert(element: Element, depth: int) -> Any:
    """An element as JSON would have it: its attributes and elements by name, else its text."""
    text = (element.text or "").strip()
    values: dict[str, Any] = {strip_namespace(name): value for name, value in element.attrib.items()}
    for child in element if depth < MAX_DEPTH else ():
        _add(values, strip_namespace(child.tag), _convert(child, depth + 1))
    if not values:
        return text
    return {**values, TEXT: text} if text else values


def _add(values: dict[str, Any], name: str, value: Any) -> None:
    """A value under its name; those that come again, or hold a list themselves, make a list."""
    if name not in values:
        holds_list = isinstance(value, dict) and any(isinstance(inner, list) for inner in value.values())
        values[name] = [value] if holds_list else value
    elif isinstance(values[name], list):
        values[name].append(value)
    else:
        values[name] = [values[name], value]
