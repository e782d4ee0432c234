"""Reads the blocks of a Word document (.docx), as Google Docs and Word write it.

It is a zip of XML. `defusedxml` refuses entities and document types, and no part is unpacked beyond a bound.
"""

import io
import zipfile
from collections.abc import Mapping
from string import digits
from typing import TYPE_CHECKING

from causeloop_pipeline.landing.postmortems.blocks import (
    MAX_TEXT,
    Block,
    BlockKind,
    Document,
    Passage,
    UnreadableDocumentError,
)
from causeloop_pipeline.landing.postmortems.html_blocks import MAX_BLOCKS
from causeloop_pipeline.landing.postmortems.open_passage import BOX, CHECKED_SIGNS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WORD_2010 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
MAX_PART_BYTES = 20_000_000


def read_word(content: bytes) -> Document:
    """The blocks of a Word document; UnreadableDocumentError where it is none."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            body = _parse(archive, "word/document.xml").find(f"{WORD}body")
            links = _read_links(archive)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        raise UnreadableDocumentError(f"it is not a Word document: {error}") from None
    blocks: list[Block] = []
    for element in [] if body is None else body:
        if element.tag == f"{WORD}p":
            blocks.append(_read_paragraph(element, links))
        elif element.tag == f"{WORD}tbl":
            blocks.append(_read_table(element, links))
        elif element.tag == f"{WORD}sdt":
            blocks += [_read_paragraph(each, links) for each in element.iter(f"{WORD}p")]
    kept_blocks = [block for block in blocks if block.passage.text or block.rows][:MAX_BLOCKS]
    return Document(kept_blocks)


def read_part(archive: zipfile.ZipFile, name: str, max_bytes: int = MAX_PART_BYTES) -> bytes:
    """A file of a zip, as long as it does not unpack to more than a bound."""
    with archive.open(name) as part:
        content = part.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise UnreadableDocumentError(f"{name} in it unpacks to more than {max_bytes:,} bytes")
    return content


def _parse(archive: zipfile.ZipFile, name: str) -> "Element":
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    content = read_part(archive, name)
    try:
        return fromstring(content, forbid_dtd=True)  # type: ignore[no-any-return]
    except DefusedXmlException:
        raise UnreadableDocumentError("it declares entities or a document type: they are refused") from None
    except (ParseError, LookupError, ValueError) as error:  # it may name any encoding
        raise UnreadableDocumentError(f"it is not a Word document: {error}") from None


def _read_links(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The addresses of the links, by their ids."""
    name = "word/_rels/document.xml.rels"
    if name not in archive.namelist():
        return {}
    return {
        each.get("Id", ""): each.get("Target", "")
        for each in _parse(archive, name)
        if each.get("TargetMode") == "External" and each.get("Target", "").startswith(("http://", "https://"))
    }


def _read_paragraph(paragraph: "Element", links: Mapping[str, str]) -> Block:
    passage = _read_passage(paragraph, links)
    style = paragraph.find(f"{WORD}pPr/{WORD}pStyle")
    name = (style.get(f"{WORD}val", "") if style is not None else "").lower().replace(" ", "")
    if name.startswith("heading") or name in {"title", "berschrift1", "titel"}:
        level = _read_digit(name[7:8]) or 1
        return Block(BlockKind.HEADING, passage, level)
    numbering = paragraph.find(f"{WORD}pPr/{WORD}numPr")
    if numbering is not None or passage.is_checked is not None:
        depth = numbering.find(f"{WORD}ilvl") if numbering is not None else None
        place = depth.get(f"{WORD}val", "0") if depth is not None else "0"
        return Block(BlockKind.ENTRY, passage, 1 + _read_digit(place))
    return Block(BlockKind.PARAGRAPH, passage)


def _read_digit(text: str) -> int:
    """The number of a digit, of which Word's levels have one; 0 for anything else."""
    return int(text) if len(text) == 1 and text in digits else 0


def _read_table(table: "Element", links: Mapping[str, str]) -> Block:
    rows = []
    for row in table.findall(f"{WORD}tr"):
        cells = []
        for cell in row.findall(f"{WORD}tc"):
            passages = [_read_passage(each, links) for each in cell.iter(f"{WORD}p")]
            cells.append(_join([each for each in passages if each.text]))
        rows.append(cells)
    return Block(BlockKind.TABLE, rows=rows)


def _join(passages: list[Passage]) -> Passage:
    boxes = [each.is_checked for each in passages if each.is_checked is not None]
    return Passage(
        "\n".join(each.text for each in passages)[:MAX_TEXT],
        [link for each in passages for link in each.links],
        is_checked=boxes[0] if boxes else None,
        is_crossed_out=bool(passages) and all(each.is_crossed_out for each in passages),
        is_bold=bool(passages) and all(each.is_bold for each in passages),
    )


def _read_passage(paragraph: "Element", links: Mapping[str, str]) -> Passage:
    parts: list[str] = []
    marked = {"b": 0, "strike": 0}
    visible, passage = 0, Passage()
    for element in paragraph.iter():
        if element.tag == f"{WORD}r":
            text = "".join(_list_texts(element))
            parts.append(text)
            visible += len(text.strip())
            for mark in marked:
                if _is_on(element.find(f"{WORD}rPr/{WORD}{mark}")):
                    marked[mark] += len(text.strip())
        elif element.tag == f"{WORD}hyperlink" and element.get(RELATION) in links:
            passage.links.append(links[element.get(RELATION, "")])
        elif element.tag == f"{WORD_2010}checked":
            passage.is_checked = element.get(f"{WORD_2010}val") in {"1", "true"}
    text = " ".join("".join(parts)[:MAX_TEXT].split())
    if box := BOX.match(text):
        passage.is_checked = (box["mark"] or box["sign"] or " ") in CHECKED_SIGNS
        text = text[box.end() :]
    passage.text = text
    passage.is_bold = bool(visible) and marked["b"] >= visible
    passage.is_crossed_out = bool(visible) and marked["strike"] * 10 >= visible * 8
    return passage


def _list_texts(run: "Element") -> list[str]:
    return [
        " " if each.tag in {f"{WORD}tab", f"{WORD}br"} else each.text or ""
        for each in run
        if each.tag in {f"{WORD}t", f"{WORD}tab", f"{WORD}br"}
    ]


def _is_on(mark: "Element | None") -> bool:
    return mark is not None and mark.get(f"{WORD}val", "1") not in {"0", "false"}
