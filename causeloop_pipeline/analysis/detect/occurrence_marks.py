"""Marks of one occurrence in a title: what a logger wrote before the message, addresses, process numbers."""

import re

_DATE = r"\d{4}[-/.]\d{2}[-/.]\d{2}|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d"
_TIME = r"\d{1,2}:\d{2}:\d{2}(?:[.,]\d+)?"
_INSTANT = rf"(?:{_DATE})[T ]{_TIME}(?:Z| ?[+-]\d{{2}}:?\d{{2}})?|{_TIME}"
_UPTIME = r"\d+\.\d{3,}"
_THREAD = r"[TC]\d+"
_PREFIXES = (
    r"<\d{1,2}>",  # a syslog priority
    rf"\[ *(?:{_UPTIME}|{_THREAD}) *\]",  # the kernel's clock, and its thread or processor
    rf"{_UPTIME}>|\d{{3,}}>",  # process and thread numbers
    rf"[IWEF]\d{{4}} {_TIME} +\d+ \S+:\d+\]",  # glog
    rf"(?:{_INSTANT})(?![\w:.])[ ,:]*(?:\[\d+\])?",
    rf"\[(?:{_INSTANT})\]",
    r"[\w.-]+ login:(?= *[\[A-Z])",  # a console that waited for somebody
)
_PREFIX = re.compile(rf"\s*(?:{'|'.join(_PREFIXES)})\s*")
_MARK_OF_ONE = re.compile(
    r"\b0x[0-9a-fA-F]{5,}\b"  # an address; offsets within a function are shorter
    r"|(?<![\w.-])(?=[a-f]*[0-9])[0-9a-f]{16}(?![\w-])"
    r"|(?<=\b[PT]ID: )\d+|(?<=\b[pt]id[ =])\d+|(?<=\bCPU: )\d+(?= [PT]ID)"
    r"|\b(?:INC|CHG|PRB|RITM)[-_]?\d{4,}\b",  # numbers of tickets
)
_RUN_OF_GAPS = re.compile(r"…(?:\s*…)+")
GAP = "…"


def drop_occurrence_marks(title: str) -> str:
    """Drops from a title what belongs to one occurrence and not to what recurs.

    In: a title. Out: it without prefixes of a logger (instants, clocks, threads), with `…` for addresses and
    process numbers; as it was if nothing that can be read were left. Dates and numbers within it stay.
    """
    rest = title
    while match := _PREFIX.match(rest):
        rest = rest[match.end() :]
    masked = _RUN_OF_GAPS.sub(GAP, _MARK_OF_ONE.sub(GAP, rest)).strip()
    return masked if any(map(str.isalpha, masked)) else title
