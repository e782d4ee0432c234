"""How bad a message is, where its level is a number of a logging library, of syslog, or of a push service."""

import re
from collections.abc import Mapping
from typing import Any

SYSLOG = ("critical", "critical", "critical", "error", "warning", "notice", "info", "debug")
"""RFC 5424: 0 emergency to 7 debug."""
SYSLOG_SIGNS = frozenset(
    {"facility", "syslogfacility", "syslogtag", "short_message", "SYSLOG_IDENTIFIER", "_HOSTNAME", "__CURSOR"}
)
"""Values beside which a level is one of syslog: of rsyslog, of GELF, of the journal."""
LIBRARY = {10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "critical"}
"""Of pino and bunyan."""
LIBRARY_SIGNS = frozenset({"msg", "pid", "hostname", "v"})
PUSH = {"5": "critical", "4": "high", "3": "medium", "2": "low", "1": "low"}
"""Of ntfy, whose highest is 5."""
PUSH_SIGN = "topic"


QUIET = frozenset(
    {"info", "informational", "information", "notice", "debug", "trace", "verbose", "finest", "fine", "log"}
)
"""Levels of what is of no failure."""


BELOW_ERROR = QUIET | {"finer", "config", "default", "warn", "warning"}
"""Levels of what logs hold beside failures."""
ENDED_PROGRAM = re.compile(
    r"\bexited: \S+ \([^)]*; not expected\)|\bentered FATAL state\b|\bspawnerr: "
    r"|: Failed with result '(?!success\b)[\w-]+'"
)
"""What supervisord and systemd say of a program that ended, at levels below an error."""


def correct_level(level: str, message: str) -> str:
    """The level of an entry; that of an error where a supervisor says that a program of its own has ended."""
    return "error" if level.lower() in BELOW_ERROR and ENDED_PROGRAM.search(message) else level


def name_level(flat: Mapping[str, Any], column: str, value: Any) -> str:
    """The word for a level; what is not a number of these stays as it is."""
    text = str(value).strip()
    if not text.isdigit():
        return text
    number = int(text)
    if flat.keys() & SYSLOG_SIGNS and number < len(SYSLOG):
        return SYSLOG[number]
    if number in LIBRARY and flat.keys() & LIBRARY_SIGNS:
        return LIBRARY[number]
    if column == "priority" and PUSH_SIGN in flat:
        return PUSH.get(text, text)
    return text
