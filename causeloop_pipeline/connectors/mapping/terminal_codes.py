"""Codes that programs write into a text for a terminal: colours, places, titles of windows."""

import re

ESCAPE = "\x1b"
CODES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)|[@-Z\\^_]|[()*+][0-9A-Za-z])"
)
"""ECMA-48: control sequences, commands of the operating system, single codes, sets of characters."""


def strip_terminal_codes(text: str) -> str:
    """The text as people read it on a terminal."""
    return CODES.sub("", text) if ESCAPE in text else text
