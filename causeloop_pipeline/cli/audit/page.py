"""An audit's page: Markdown, or HTML that needs no other file; texts of the tool are escaped in both."""

import html
import re
from collections.abc import Sequence

from causeloop_pipeline.cli.audit.findings import Cell, Findings, Section
from causeloop_pipeline.outbound.ticket_text import defuse

MAX_TEXT = 240
MARKUP = re.compile(r"([\\`*_{}\[\]<>|#~])")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #8886}"
    "th{font-weight:600}.wide{overflow-x:auto}footer{opacity:.8;font-size:.9em}"
    ":root{color-scheme:light dark}"
)
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
MADE_BY = "Made by causeloop audit."


def write_markdown_page(findings: Findings) -> str:
    """The page as Markdown, as trackers and job summaries display it."""
    parts = [f"# {_escape(findings.title)}", "\n".join(f"{_escape(text)}  " for text in findings.summary)]
    for section in findings.sections:
        parts += [f"## {_escape(section.heading)}", _write_table(section), _write_steps(section.steps)]
    if findings.notes:
        notes = "\n".join(f"- {_escape(note)}" for note in findings.notes)
        parts += ["## What was not read", notes]
    return "\n\n".join(part for part in (*parts, MADE_BY) if part) + "\n"


def write_html_page(findings: Findings) -> str:
    """The page as HTML: one file, without scripts, which loads nothing."""
    title = _clean(findings.title)
    body = [f"<h1>{html.escape(title)}</h1>", *(f"<p>{_text(text)}</p>" for text in findings.summary)]
    for section in findings.sections:
        body += [f"<h2>{_text(section.heading)}</h2>", _write_html_table(section)]
        if section.steps:
            body.append(f"<ol>{''.join(f'<li>{_text(step)}</li>' for step in section.steps)}</ol>")
    if findings.notes:
        body.append(
            f"<h2>What was not read</h2><ul>{''.join(f'<li>{_text(n)}</li>' for n in findings.notes)}</ul>"
        )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body>\n{chr(10).join(body)}\n<footer>{MADE_BY}</footer>\n</body></html>\n"
    )


def _write_table(section: Section) -> str:
    if not section.rows:
        return _escape(section.otherwise)
    head = (
        f"| {' | '.join(_escape(column) for column in section.columns)} |\n|{'---|' * len(section.columns)}"
    )
    rows = (f"| {' | '.join(_write_cell(cell) for cell in row)} |" for row in section.rows)
    return "\n".join((head, *rows))


def _write_cell(cell: Cell) -> str:
    text = _escape(cell.text)
    if cell.url is None:
        return text
    address = cell.url.replace("(", "%28").replace(")", "%29").replace("|", "%7C").replace(" ", "%20")
    return f"[{text}]({CONTROLS.sub('', address).replace('<', '%3C').replace('>', '%3E')})"


def _write_steps(steps: Sequence[str]) -> str:
    return "\n".join(f"{number}. {_escape(step)}" for number, step in enumerate(steps, 1))


def _escape(text: str) -> str:
    """A text in one line that Markdown displays as it is: no markup, no mention."""
    return MARKUP.sub(r"\\\1", defuse(_clean(text)))


def _write_html_table(section: Section) -> str:
    if not section.rows:
        return f"<p>{_text(section.otherwise)}</p>"
    head = "".join(f"<th>{_text(column)}</th>" for column in section.columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_write_html_cell(cell)}</td>' for cell in row)}</tr>" for row in section.rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _write_html_cell(cell: Cell) -> str:
    if cell.url is None:
        return _text(cell.text)
    return f'<a rel="noreferrer" href="{html.escape(cell.url)}">{_text(cell.text)}</a>'


def _text(text: str) -> str:
    return html.escape(_clean(text))


def _clean(text: str) -> str:
    line = " ".join(CONTROLS.sub(" ", text).split())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1].rstrip() + "…"
