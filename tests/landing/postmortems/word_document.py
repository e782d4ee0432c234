"""A Word document as Google Docs downloads it: a zip of XML."""

import io
import zipfile
from xml.sax.saxutils import escape

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def make_word_document(*parts: str) -> bytes:
    """A document of these parts."""
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        'Id="r7" Type="link" TargetMode="External" Target="https://acme.atlassian.net/browse/OPS-31"/>'
        "</Relationships>"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f"<w:document {NAMESPACES}><w:body>{''.join(parts)}</w:body></w:document>"
        )
        archive.writestr("word/_rels/document.xml.rels", relations)
    return content.getvalue()


def paragraph(text: str, style: str = "", *, in_list: bool = False, marks: str = "") -> str:
    """A paragraph in one run."""
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if in_list:
        properties += '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
    run = f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """A table of texts."""
    cells = ["".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in row) for row in rows]
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"
