"""The dashboard's files, as tests read them."""

import re
from pathlib import Path

from api.dashboard_page import FOLDER

MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
VENDORED = FOLDER / "vendor"
SCRIPTS = sorted(path for path in FOLDER.rglob("*.js") if path.parent != VENDORED)
FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in MEDIA_TYPES and path.parent != VENDORED)
CALL = re.compile(
    r"""\b(get|post|put|patch|remove|open)\(\s*["'`](/v1/[^"'`]*)["'`](?:,\s*(\{[^{}]*\}|\w+))?"""
)


def read_code(path: Path) -> str:
    """A script without its comments."""
    return re.sub(r"/\*.*?\*/|^\s*//.*?$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)


def find_calls() -> list[tuple[str, str, str, str]]:
    """(script, HTTP method, path template, parameters) of every call that the scripts make."""
    calls = []
    for script in SCRIPTS:
        for verb, path, parameters in CALL.findall(read_code(script)):
            method = {"open": "get", "remove": "delete"}.get(verb, verb)
            calls.append((script.relative_to(FOLDER).as_posix(), method, path, parameters))
    return calls
