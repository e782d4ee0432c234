"""A document as what a reader sees of it: headings, paragraphs, list entries and tables, in order."""

from dataclasses import dataclass, field
from enum import StrEnum

MAX_TEXT = 4_000


class BlockKind(StrEnum):
    """What a block of a document is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ENTRY = "entry"
    TABLE = "table"


@dataclass
class Passage:
    """A text with its links, and how it is marked; a cell of a table is one too."""

    text: str = ""
    links: list[str] = field(default_factory=list)
    is_checked: bool | None = None
    """Of its checkbox; None: it has none."""
    is_crossed_out: bool = False
    is_bold: bool = False
    anchor: str | None = None
    """By what its tool tells it from others, such as the id of a task."""


@dataclass
class Block:
    """One block: a passage with its level (of a heading or an entry), or the rows of a table."""

    kind: BlockKind
    passage: Passage = field(default_factory=Passage)
    level: int = 0
    rows: list[list[Passage]] = field(default_factory=list)
    has_head: bool = False
    """Whether the first row of a table names its columns by its markup."""


@dataclass
class Document:
    """The blocks of a document, and what it says of itself beside them."""

    blocks: list[Block]
    title: str | None = None
    address: str | None = None
    """Where it stands, as it says itself."""
    page_id: str | None = None
    """Its id in the tool that it was exported from."""
    fields: dict[str, str] = field(default_factory=dict)
    """What it says of itself before its text, such as front matter."""


class UnreadableDocumentError(ValueError):
    """A file that is not a document which can be read; the message says why and what to do."""
