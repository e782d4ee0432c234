"""Reads the blocks of HTML as Confluence, Notion, Google Docs and Markdown's renderer write it.

Confluence's storage format is read too: its tasks, dates, statuses and tickets are elements of their own.
"""

import re
from html.parser import HTMLParser

from causeloop_pipeline.landing.postmortems.blocks import MAX_TEXT, Block, BlockKind, Document, Passage
from causeloop_pipeline.landing.postmortems.html_text import prepare_html
from causeloop_pipeline.landing.postmortems.open_passage import OpenPassage, close_passage

MAX_BLOCKS, MAX_CELLS, MAX_LINKS = 5_000, 20_000, 50
SKIPPED = frozenset({"script", "style", "template", "svg", "noscript", "ac:task-uuid"})
OWN_MARKS = {"ac:task-id": "task id", "ac:task-status": "task status"}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
PARAGRAPHS = frozenset(
    (
        *("p", "div", "section", "article", "aside", "blockquote", "pre", "figure", "figcaption", "details"),
        *("summary", "dd", "dt", "dl", "header", "footer", "main", "ul", "ol", "hr"),
        *("ac:rich-text-body", "ac:layout", "ac:layout-section", "ac:layout-cell", "ac:task-list"),
    )
)
BOLD, CROSSED_OUT = frozenset({"b", "strong"}), frozenset({"s", "del", "strike"})
VOID = frozenset(
    (
        *(
            "area",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "source",
            "track",
            "wbr",
            "time",
        ),
        *("ri:user", "ri:page", "ri:url"),
    )
)
VISIBLE_PARAMETERS = frozenset(
    {("status", "title"), ("jira", "key"), ("expand", "title"), ("panel", "title")}
)
"""Of Confluence's macros, what a reader of the page sees: macro and parameter."""

BOLD_STYLE = re.compile(r"font-weight:(?:bold|[6-9]00)")
STRIKING_RULE = re.compile(
    r"\.([\w-]{1,80})\s{0,9}\{[^{}]{0,2000}text-decoration:\s*line-through", re.IGNORECASE
)
BOLD_RULE = re.compile(r"\.([\w-]{1,80})\s{0,9}\{[^{}]{0,2000}font-weight:\s*(?:bold|[6-9]00)", re.IGNORECASE)


def read_html(text: str) -> Document:
    """The blocks of an HTML document, its title and where it says that it stands."""
    reader = _BlockReader(_list_classes(STRIKING_RULE, text), _list_classes(BOLD_RULE, text))
    reader.feed(prepare_html(text))
    reader.finish()
    blocks = [block for block in reader.blocks if block.passage.text or block.rows]
    return Document(blocks, reader.title.strip() or None, reader.address, reader.page_id)


def _list_classes(rule: re.Pattern[str], text: str) -> frozenset[str]:
    """The classes that a style sheet in the document strikes through or makes bold, as Google Docs does."""
    return frozenset(rule.findall(text[:200_000]))


class _BlockReader(HTMLParser):
    def __init__(self, striking: frozenset[str], bold: frozenset[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.striking, self.bold = striking, bold
        self.blocks: list[Block] = []
        self.title = ""
        self.address: str | None = None
        self.page_id: str | None = None
        self.open: OpenPassage | None = None
        self.entries: list[OpenPassage] = []
        self.tables: list[Block] = []
        self.cells = 0
        self.stack: list[tuple[str, str]] = []
        self.macros: list[str] = []
        self.task_status: bool | None = None
        self.task_anchor: str | None = None

    def finish(self) -> None:
        """End whatever the document left open."""
        self.close()
        while self.stack:
            self._end(self.stack.pop()[0])
        self.end_passage()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, a link or a mark."""
        values = {name: value or "" for name, value in attrs}
        self._note_document(tag, values)
        if tag == "li":
            self._end_former_entry()
        if tag not in VOID:
            self.stack.append((tag, self._classify(tag, values)))
        if tag in {"li", "ac:task"}:
            self._begin_entry(values)
        elif tag == "table":
            self._begin_table()
        elif tag == "tr" and self.tables:
            self._begin_row()
        elif tag in {"td", "th"} and self.tables:
            self._begin_cell(tag)
        elif tag in HEADINGS or tag in PARAGRAPHS or tag in {"br", "ac:task-body"}:
            self._break(tag, values)
        elif tag == "a":
            self._add_link(values.get("href", ""))
        self._read_own_element(tag, values)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element without content."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a block or a mark; what was left open inside ends with it."""
        if not any(name == tag for name, _ in self.stack):
            return
        while self.stack:
            name, _ = self.stack.pop()
            self._end(name)
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Add a text to the passage that it belongs to."""
        marks = {mark for _, mark in self.stack if mark}
        if any(name == "title" for name, _ in self.stack[-1:]):
            self.title += data
            return
        if "task id" in marks:
            self.task_anchor = data.strip()[:40] or None
        if "task status" in marks:
            self.task_status = data.strip() == "complete"
            self._target().passage.is_checked = self.task_status
        if marks & {"skipped", "task id", "task status"}:
            return
        target = self._target()
        room = MAX_TEXT - target.length
        if room > 0:
            target.parts.append(data[:room])
            target.length += len(data)
            length = len(data.strip())
            target.visible += length
            target.bold += length if "bold" in marks else 0
            target.crossed_out += length if "crossed out" in marks else 0

    def _classify(self, tag: str, values: dict[str, str]) -> str:
        """What an element means for the texts in it."""
        if tag == "ac:structured-macro":
            self.macros.append(values.get("ac:name", ""))
        if tag in OWN_MARKS:
            return OWN_MARKS[tag]
        macro = (self.macros[-1] if self.macros else "", values.get("ac:name", ""))
        if tag in SKIPPED or (tag == "ac:parameter" and macro not in VISIBLE_PARAMETERS):
            return "skipped"
        classes = set(values.get("class", "").split())
        style = values.get("style", "").replace(" ", "").lower()
        if tag in CROSSED_OUT or classes & self.striking or "text-decoration:line-through" in style:
            return "crossed out"
        is_bold = tag in BOLD or classes & self.bold or BOLD_STYLE.search(style)
        return "bold" if is_bold else ""

    def _note_document(self, tag: str, values: dict[str, str]) -> None:
        if tag == "link" and values.get("rel") == "canonical":
            self.address = values.get("href") or None
        if tag == "meta" and values.get("name") in {"ajs-page-id", "confluence-page-id"}:
            self.page_id = f"confluence:{values.get('content', '')[:60]}"
        if tag == "article" and re.fullmatch(r"[0-9a-f-]{32,36}", values.get("id", "")):
            self.page_id = f"notion:{values['id'].replace('-', '')}"

    def _read_own_element(self, tag: str, values: dict[str, str]) -> None:
        """Checkboxes, dates and addresses that stand in attributes."""
        classes = set(values.get("class", "").split())
        if tag == "input" and values.get("type") == "checkbox":
            self._target().passage.is_checked = "checked" in values
        elif "checkbox" in classes:
            self._target().passage.is_checked = "checkbox-on" in classes
        elif tag == "time" and values.get("datetime"):
            self._target().parts.append(f" {values['datetime']} ")
        elif tag in {"ri:url", "ri:attachment"}:
            self._add_link(values.get("ri:value", ""))
        elif tag == "ri:page" and values.get("ri:content-title"):
            self._target().parts.append(values["ri:content-title"])

    def _end_former_entry(self) -> None:
        """End the entry before, which HTML lets end by itself."""
        nearest = next((name for name, _ in reversed(self.stack) if name in {"li", "ul", "ol"}), "")
        if nearest == "li":
            self.handle_endtag("li")

    def _begin_entry(self, values: dict[str, str]) -> None:
        if self.tables:
            self._target().parts.append("\n")
            return
        self.end_passage()
        passage = Passage(anchor=values.get("data-inline-task-id") or None)
        if "data-inline-task-id" in values:
            passage.is_checked = "checked" in values.get("class", "").split()
        opened = OpenPassage(passage)
        self.entries.append(opened)
        self._add_block(Block(BlockKind.ENTRY, passage, len(self.entries)))

    def _begin_table(self) -> None:
        self.end_passage()
        if not self.tables:
            self.tables.append(self._add_block(Block(BlockKind.TABLE)))
        else:
            self.tables.append(Block(BlockKind.TABLE))  # in a cell: its texts are the cell's

    def _begin_row(self) -> None:
        if len(self.tables) == 1:
            self._end_cell()
            self.tables[0].rows.append([])
        else:
            self._target().parts.append("\n")

    def _begin_cell(self, tag: str) -> None:
        if len(self.tables) > 1:
            self._target().parts.append(" ")
            return
        self._end_cell()
        table = self.tables[0]
        if not table.rows:
            table.rows.append([])
        self.cells += 1
        passage = Passage()
        if self.cells <= MAX_CELLS:
            table.rows[-1].append(passage)
        if len(table.rows) == 1 and tag == "th":
            table.has_head = True
        self.open = OpenPassage(passage)

    def _break(self, tag: str, values: dict[str, str]) -> None:
        """A new line within a cell or entry, else a new passage."""
        if self.tables or self.entries or tag == "br":
            self._target().parts.append("\n")
            return
        self.end_passage()
        is_title = "title" in values.get("class", "").split()
        if level := 1 if is_title and tag == "p" else HEADINGS.get(tag, 0):
            self.open = OpenPassage(Passage())
            self._add_block(Block(BlockKind.HEADING, self.open.passage, level))

    def _end(self, tag: str) -> None:
        if tag == "ac:structured-macro" and self.macros:
            self.macros.pop()
        if tag in {"li", "ac:task"} and not self.tables and self.entries:
            entry = self.entries.pop()
            if tag == "ac:task":
                entry.passage.is_checked, entry.passage.anchor = self.task_status, self.task_anchor
                self.task_status = self.task_anchor = None
            close_passage(entry)
        elif tag == "table" and self.tables:
            self._end_cell()
            self.tables.pop()
        elif tag in {"td", "th"} and len(self.tables) == 1:
            self._end_cell()
        elif (tag in HEADINGS or tag in PARAGRAPHS) and not self.tables and not self.entries:
            self.end_passage()

    def _end_cell(self) -> None:
        if len(self.tables) == 1 and self.open is not None:
            close_passage(self.open)
            self.open = None

    def _target(self) -> OpenPassage:
        """The passage that a text here belongs to."""
        if self.entries and not self.tables:
            return self.entries[-1]
        if self.open is None:
            self.open = OpenPassage(Passage())
            if not self.tables:
                self._add_block(Block(BlockKind.PARAGRAPH, self.open.passage))
        return self.open

    def end_passage(self) -> None:
        """End the heading or paragraph that is open."""
        if self.open is not None and not self.tables:
            close_passage(self.open)
            self.open = None

    def _add_link(self, address: str) -> None:
        passage = self._target().passage
        if address.startswith(("http://", "https://")) and len(passage.links) < MAX_LINKS:
            passage.links.append(address[:2_000])

    def _add_block(self, block: Block) -> Block:
        if len(self.blocks) < MAX_BLOCKS:
            self.blocks.append(block)
        return block
