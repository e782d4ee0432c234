"""The loop: connect a tool, let it fail, recover and fail again, and hold what Causeloop shows against it."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.place import Place, ToolError
from tests.realtools.real_tool import Outcome, RealTool
from tests.realtools.relay import Relay, open_relay

CHECKS = (
    "title",
    "severity",
    "service",
    "times",
    "link",
    "only failures",
    "ends",
    "two occurrences",
    "pattern",
    "second connector",
)
FIRST_SECONDS, PATTERN_SECONDS, SECOND_SECONDS = 180, 120, 150
SLACK_SECONDS = 30
"""How far the times of an issue may lie outside of when the recipe let it happen: tools look at intervals."""
PAUSE_SECONDS = 2.0
SYNC_EVERY = 5
"""Pauses between two requests to poll."""
Issue = dict[str, Any]
Span = tuple[float, float]


@dataclass
class Loop:
    """One tool in one workspace, and what was seen of it so far."""

    tool: RealTool
    place: Place
    workspace: Workspace
    outcome: Outcome
    connected: Connected | None = None
    relay: Relay | None = None
    failed_at: list[Span] = field(default_factory=list)
    recovered_at: Span = (0.0, 0.0)
    first: Issue = field(default_factory=dict)

    def check(self, name: str, problem: str | None) -> None:
        """Note that a check has passed, or why not."""
        if problem is None:
            self.outcome.passed.append(name)
        else:
            self.outcome.failed[name] = problem

    def list_issues(self) -> list[Issue]:
        """The issues of the failure."""
        issues = self.workspace.list_issues(self.connected)
        return [issue for issue in issues if re.search(self.tool.only or ".", issue["title"])]

    def wait(self, find: Callable[[], Any], seconds: float) -> Any:
        """The first true result of a question, polling the tool meanwhile; None when the time is over."""
        deadline, turn = time.monotonic() + seconds, 0
        while not (answer := find()):
            if time.monotonic() > deadline:
                return None
            if self.tool.is_polled and self.connected and turn % SYNC_EVERY == 0:
                self.workspace.sync(self.connected)
            turn += 1
            time.sleep(PAUSE_SECONDS)
        return answer

    def explain_absence(self) -> str:
        """Why there is no issue, as far as the connector tells."""
        if self.connected is None:
            return "no issue"
        status = self.workspace.read_status(self.connected)
        reasons = self.workspace.list_quarantine(self.connected)
        return "; ".join(["no issue", status, *reasons[:1]])


def run_checks(loop: Loop, ports: Iterator[int]) -> None:
    """All checks of a tool, in order; what cannot go on leaves the others failed with the reason."""
    with ExitStack() as open_relays:
        try:
            _connect(loop, open_relays, ports)
            _fail_first(loop)
            _recover(loop)
            _fail_again(loop)
            _connect_second(loop, open_relays, ports)
        except (ToolError, ConnectionRefusedError) as error:
            for name in CHECKS:
                if name not in loop.outcome.passed and name not in loop.outcome.failed:
                    loop.check(name, f"not reached: {error}")


def _connect(loop: Loop, open_relays: ExitStack, ports: Iterator[int]) -> None:
    tool = loop.tool
    loop.connected = tool.connect(loop.workspace, tool.title, tool.address)
    if loop.connected and loop.connected.webhook_url and loop.connected.secret and not tool.is_polled:
        base, path = loop.connected.webhook_url.split("/v1/", 1)
        loop.relay = open_relays.enter_context(open_relay(next(ports), base))
        tool.push_to(f"{loop.relay.url}/v1/{path}", loop.connected.secret)


def _fail_first(loop: Loop) -> None:
    tool, began = loop.tool, time.monotonic()
    loop.failed_at.append(_measure(tool.fail))
    answer = loop.wait(loop.list_issues, FIRST_SECONDS)
    if not answer:
        raise ToolError(loop.explain_absence())
    loop.outcome.minutes += (time.monotonic() - began) / 60
    loop.first = issue = answer[0]
    expected = tool.expected
    loop.check("title", _differs(issue["title"], expected.title))
    loop.check("severity", _differs(issue["severity"], expected.severity))
    loop.check("service", None if expected.service is None else _differs(issue["service"], expected.service))
    loop.check("times", _is_far(issue["source_created_at"], loop.failed_at[0]))
    loop.check("link", None if expected.link is None else _differs(issue["external_url"], expected.link))


def _recover(loop: Loop) -> None:
    tool = loop.tool
    loop.recovered_at = _measure(tool.recover)
    if not tool.expected.has_end:
        return
    ended = loop.wait(lambda: _find_ended(loop), tool.end_seconds)
    if not ended:
        (issue,) = [i for i in loop.list_issues() if i["id"] == loop.first["id"]] or [loop.first]
        loop.check("ends", f"still {issue['status']} after {tool.end_seconds:.0f} s")
        return
    lasting = ("title", "service", "severity", "source_created_at", "external_url", "error_type")
    changed = [f"{name} is now {ended[name]!r}" for name in lasting if ended[name] != loop.first[name]]
    problem = "; ".join(changed) or _is_far(ended["resolved_at"], loop.recovered_at)
    loop.check("ends", problem or None)


def _fail_again(loop: Loop) -> None:
    tool = loop.tool
    time.sleep(PAUSE_SECONDS)
    loop.failed_at.append(_measure(tool.fail))
    twice = loop.wait(lambda: _list_starts(loop) if _covers(loop) else None, FIRST_SECONDS)
    starts = _list_starts(loop)
    loop.check(
        "two occurrences",
        None if twice else f"{len(starts)} of 2: {', '.join(_write(start) for start in starts) or 'none'}",
    )
    together = loop.wait(lambda: _is_pattern(loop.list_issues()), PATTERN_SECONDS)
    alone = ", ".join(f"{issue['title']!r} in {issue['pattern_id']}" for issue in loop.list_issues())
    loop.check("pattern", None if together else f"the two are not in one pattern: {alone}")
    titles = [issue["title"] for issue in loop.workspace.list_issues(loop.connected)]
    unwanted = [title for title in titles if tool.unwanted and re.search(tool.unwanted, title)]
    loop.check("only failures", f"an issue: {unwanted[0]}" if unwanted else None)


def _connect_second(loop: Loop, open_relays: ExitStack, ports: Iterator[int]) -> None:
    tool, workspace = loop.tool, loop.workspace
    before = _list_titles(loop)
    address = tool.address
    if second_address := tool.start_second():
        address = second_address
    elif tool.address:  # what pushes is of the same site where it has the same address
        address = open_relays.enter_context(open_relay(next(ports), tool.address, tool.words)).url
    second = tool.connect(workspace, f"{tool.title} 2", address)
    if not tool.is_polled and not tool.push_to_second(workspace, second):
        _push_in_disguise(loop, second)
    other = Loop(tool, loop.place, workspace, loop.outcome, second)
    arrived = other.wait(lambda: _find_of_second(other, before), SECOND_SECONDS)
    after = _list_titles(loop)
    lost = [title for key, title in before.items() if after.get(key) != title]
    problem = (
        f"of the first connector's issues {len(lost)} of {len(before)} changed or went" if lost else None
    )
    loop.check(
        "second connector", problem or (None if arrived else f"the second one's: {other.explain_absence()}")
    )


def _find_of_second(other: Loop, before: dict[str, str]) -> list[Issue]:
    return [issue for issue in other.list_issues() if issue["id"] not in before]


def _list_titles(loop: Loop) -> dict[str, str]:
    """Issue → its title, of the first connector."""
    return {issue["id"]: issue["title"] for issue in loop.list_issues()}


def _push_in_disguise(loop: Loop, second: Connected | None) -> None:
    """Send to the second connector what the tool pushed to the first, as another site would say it."""
    if loop.relay is None or loop.connected is None or second is None or not second.webhook_url:
        raise ToolError("the recipe does not say how a second site pushes")
    former, other = (word.encode() for word in loop.tool.words)
    for pushed in list(loop.relay.pushed):
        headers = {
            name: value.replace(str(loop.connected.secret), str(second.secret))
            for name, value in pushed.headers.items()
        }
        path = pushed.path.partition("?")[2].replace(str(loop.connected.secret), str(second.secret))
        url = second.webhook_url + (f"?{path}" if path else "")
        httpx2.post(url, content=pushed.body.replace(former, other), headers=headers, timeout=60)


def _find_ended(loop: Loop) -> Issue | None:
    issues = [issue for issue in loop.list_issues() if issue["id"] == loop.first["id"]]
    return next((issue for issue in issues if issue["status"] in {"resolved", "closed"}), None)


def _list_starts(loop: Loop) -> list[float]:
    issues = loop.list_issues()
    return sorted(
        _read(occurrence["started_at"])
        for issue in issues
        for occurrence in loop.workspace.list_occurrences(issue)
    )


def _covers(loop: Loop) -> bool:
    """Whether just the two failures are there, each where it began."""
    starts = _list_starts(loop)
    return len(starts) == 2 and all(
        _find_distance(start, failed) < SLACK_SECONDS
        for start, failed in zip(starts, loop.failed_at, strict=True)
    )


def _is_pattern(issues: list[Issue]) -> bool:
    patterns = {issue["pattern_id"] for issue in issues}
    return bool(issues) and len(patterns) == 1 and None not in patterns


def _differs(value: str | None, expected: str) -> str | None:
    return None if value is not None and re.search(expected, value) else f"{value!r}, not {expected!r}"


def _measure(act: Callable[[], None]) -> Span:
    """When something began and was done."""
    began = time.time()
    act()
    return began, time.time()


def _find_distance(moment: float, span: Span) -> float:
    """How far a moment lies outside of a span."""
    return max(span[0] - moment, moment - span[1], 0.0)


def _is_far(written: str | None, span: Span) -> str | None:
    if written is None:
        return "no time"
    distance = _find_distance(_read(written), span)
    return None if distance < SLACK_SECONDS else f"{distance:.0f} s too early or too late"


def _read(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def _write(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%H:%M:%S")
