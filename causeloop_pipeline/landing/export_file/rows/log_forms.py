"""How entries of plain logs begin: with a time as programs, syslog, containers and servers write it.

Also the lines of Kubernetes' components, Apache, nginx, HAProxy and Nagios, and lines of `name=value`.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from causeloop_pipeline.landing.export_file.date_texts import ZONES

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LEVELS = (
    r"TRACE|DEBUG|VERBOSE|INFO|NOTICE|WARN|WARNING|ERROR|ERR|SEVERE|CRIT|CRITICAL|EMERG|EMERGENCY|FATAL|PANIC"
    r"|P[1-5]|SEV-?[1-5]"
)
CLOCK = r"(?P<clock>\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)"
OFFSET = rf"(?P<offset>(?:{'|'.join(ZONES)})\b|[+-]\d\d:?\d\d\b)?"
TO_MINUTE = r"(?P<clock>(?:\d\d| \d):\d\d(?::\d\d(?:[.,]\d{1,9})?)?)"
MOMENT = rf"(?P<ymd>\d{{4}}[-/]\d\d[-/]\d\d)[T ]{TO_MINUTE}\s?{OFFSET}"
IN_YEAR = rf"(?P<month>{'|'.join(MONTHS)}) +(?P<day>\d{{1,2}}) {CLOCK}"
TEXT = r"\s*(?P<text>.*)"
HOST = rf"(?P<host>(?!(?:{LEVELS})\b)[\w.-]+)"
BY_WORD = rf"(?P<day>\d{{1,2}})[ /](?P<month>{'|'.join(MONTHS)})[ /](?P<year>\d{{4}})[ :]{CLOCK}"
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<ymd>\d{{4}}-\d\d-\d\d)T{CLOCK}(?P<offset>Z|[+-]\d\d:\d\d) {HOST} "
        rf"(?P<program>[A-Za-z][\w./-]*)(?:\[\d+\])?:\s{TEXT}",
        rf"{MOMENT}(?:\s+(?:stdout|stderr)\s+[FP]\b)?{TEXT}",
        rf"[\[(]{MOMENT}(?::\s*(?P<level>{LEVELS})\b[^\])]{{0,60}})?[\])]{TEXT}",
        rf"[\[(]?(?P<level>{LEVELS})[\])]?:?\s+[\[(]?{MOMENT}[\])]?{TEXT}",
        rf"<(?P<priority>\d{{1,3}})>1 {MOMENT}\s?(?P<host>\S+) (?P<program>\S+) \S+ \S+ "
        rf"(?:-|(?:\[[^\]]*\])+){TEXT}",
        rf"(?:<(?P<priority>\d{{1,3}})>)?{IN_YEAR} (?P<host>\S+) (?P<program>[^\s:\[]+)(?:\[\d+\])?:{TEXT}",
        rf"(?:<(?P<priority>\d{{1,3}})>)?{IN_YEAR} (?P<host>\S+) (?P<program>[\w./-]+)(?:\[\d+\])?\s{TEXT}",
        rf"(?:\d+:[A-Z] )?{BY_WORD} (?:[.*#-]\s)?{TEXT}",
        rf"\[(?:[A-Z][a-z]{{2}} )?{IN_YEAR} (?P<year>\d{{4}})\]{TEXT}",
        rf"(?P<letter>[IWEF])(?P<md>\d{{4}}) {CLOCK}\s+\d+ (?P<logger>[\w./-]+:\d+)\]{TEXT}",
        rf"\[(?P<epoch>\d{{10}})\]{TEXT}",
    )
)
ACCESS = re.compile(
    rf"\S+ \S+ \S+ \[{BY_WORD} (?P<offset>[+-]\d{{4}})\] "
    r'"(?P<request>[^" ]+ [^"? ]*)[^"]*" (?P<code>\d{3})\b'
)
"""A request as web servers log it, in the common form or the combined one."""
BY_PROXY = re.compile(
    rf"\S+ \[{BY_WORD}\] \S+ (?P<program>\S+)/\S+ (?:[+-]?\d+/){{4}}[+-]?\d+ (?P<code>\d{{3}}) "
    r'.*"(?P<request>[^" ]+ [^"? ]*)[^"]*"$'
)
"""A request as HAProxy logs it: by its backend, with how long each part took."""
SERVER_ERRORS = "5"
PAIR = re.compile(r'(?:^|\s)([A-Za-z_][\w.]*)=("(?:[^"\\]|\\.)*"|\S*)')
PAIRS = {
    "moment": ("time", "ts", "timestamp", "t"),
    "level": ("level", "lvl", "severity"),
    "logger": ("logger", "component", "caller"),
    "program": ("service", "app"),
}
MESSAGES, ERRORS = ("msg", "message"), ("error", "err")


def begin_entry(line: str) -> Mapping[str, str] | None:
    """The parts of a line with which an entry begins, its text among them; None where it goes on."""
    for form in FORMS:
        if match := form.match(line):
            parts = {name: value for name, value in match.groupdict().items() if value is not None}
            return {**parts, **(_read_request(parts["text"], (BY_PROXY,)) or {})}
    return _read_request(line, (ACCESS, BY_PROXY)) or _read_pairs(line)


def _read_request(line: str, forms: tuple[re.Pattern[str], ...]) -> Mapping[str, str] | None:
    """The parts of a request in a web server's log: it failed where the server calls the error its own."""
    match = next((match for form in forms if (match := form.match(line))), None)
    if match is None:
        return None
    parts = match.groupdict()
    code, request = parts.pop("code"), parts.pop("request")
    level = "error" if code.startswith(SERVER_ERRORS) else "info"
    return {**parts, "level": level, "text": f"{request} answered {code}"}


def _read_pairs(line: str) -> Mapping[str, str] | None:
    """The parts of a line of `name=value` that has a time and a message."""
    pairs = {name: value.strip('"').replace('\\"', '"') for name, value in PAIR.findall(line)}
    message, error = _take(pairs, MESSAGES), _take(pairs, ERRORS)
    parts = {part: _take(pairs, names) for part, names in PAIRS.items()}
    if not (message and parts["moment"]):
        return None
    parts["text"] = f"{message}: {error}" if error else message
    return {part: value for part, value in parts.items() if value}


def _take(pairs: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((pairs[name] for name in names if name in pairs), "")


def spell_time(parts: Mapping[str, str], latest: datetime) -> str:
    """The time of an entry in ISO 8601; of one without a year the last possible before `latest`."""
    if "moment" in parts:
        return parts["moment"]
    if "epoch" in parts:
        return datetime.fromtimestamp(int(parts["epoch"]), UTC).isoformat()
    clock = parts["clock"].replace(",", ".").replace(" ", "0")
    if "ymd" in parts:
        offset = parts.get("offset", "")
        spelled = f"{ZONES[offset]:+03}:00" if offset in ZONES else offset
        return f"{parts['ymd'].replace('/', '-')}T{clock}{spelled}"
    if "month" in parts:
        month, day = MONTHS.index(parts["month"]) + 1, int(parts["day"])
    else:
        month, day = int(parts["md"][:2]), int(parts["md"][2:])
    year = int(parts.get("year") or latest.year)
    if "year" not in parts and (month, day) > (latest.month, latest.day):
        year -= 1
    return f"{year:04}-{month:02}-{day:02}T{clock}{parts.get('offset', '')}"
