"""Every real tool, one after another: `python -m tests.realtools [TOOL …] [--write docs/connectors.md]`.

The exit code is 1 when a check failed that is not expected to, or passed although it is.
"""

import argparse
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from tests.realtools.causeloop import Causeloop, start_causeloop
from tests.realtools.checks import Loop, run_checks
from tests.realtools.packages import MissingToolError
from tests.realtools.place import ToolError, open_place
from tests.realtools.real_tool import Outcome, RealTool
from tests.realtools.recipes import RECIPES
from tests.realtools.table import write_rows

PORTS_A_TOOL = 8
TOOL_SECONDS = 1_500
PORTS = (20_000, 32_768)
"""Below those that a system gives to connections; Zabbix takes no higher ones."""


def main() -> int:
    """Runs the tools that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.realtools", description="Real tools, connected.")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=", ".join(RECIPES))
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the rows into this document")
    arguments = parser.parse_args()
    if unknown := set(arguments.tools) - set(RECIPES):
        parser.error(f"no such tool: {', '.join(sorted(unknown))}; there are {', '.join(RECIPES)}")
    chosen = [RECIPES[name] for name in arguments.tools or RECIPES]
    ports = reserve_ports(PORTS_A_TOOL * len(chosen))
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="realtools-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # servers that may not run as root have their folders in it
        state = Path(folder) / "causeloop"
        with start_causeloop(state, ports) as causeloop:
            for number, recipe in enumerate(chosen):
                own = iter(ports[number * PORTS_A_TOOL : (number + 1) * PORTS_A_TOOL])
                outcome = run_tool(recipe, causeloop, Path(folder) / recipe.name, own)
                problems += report(recipe, outcome)
                if arguments.write:
                    write_rows(arguments.write, [(recipe.type, outcome)], datetime.now(UTC).date())
    print(f"{len(problems)} unexpected" if problems else "as expected")
    return int(bool(problems))


def run_tool(recipe: type[RealTool], causeloop: Causeloop, folder: Path, ports: Iterator[int]) -> Outcome:
    """Install, start, connect and check one tool, within a bounded time."""
    outcome = Outcome(recipe.name, recipe.title, "poll" if recipe.is_polled else "push")
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    with open_place(folder, ports) as place:
        tool = recipe(place)
        previous = signal.signal(signal.SIGALRM, _end_in_time)
        signal.alarm(TOOL_SECONDS)
        try:
            outcome.version = tool.install()
            began = time.monotonic()
            tool.start()
            outcome.minutes = (time.monotonic() - began) / 60
            loop = Loop(tool, place, causeloop.make_workspace(recipe.name), outcome)
            run_checks(loop, ports)
        except (MissingToolError, ToolError) as error:
            outcome.missing = f"not run: {error}"
            print(place.read_logs(), file=sys.stderr)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)
    return outcome


def report(recipe: type[RealTool], outcome: Outcome) -> list[str]:
    """Print what was shown; what was not to be expected."""
    print(f"{recipe.name} {outcome.version}, {outcome.minutes:.1f} minutes to the first issue", flush=True)
    for name in outcome.passed:
        note = " (take it out of `expected_failures`)" if name in recipe.expected_failures else ""
        print(f"  ✓ {name}{note}")
    for name, why in outcome.failed.items():
        note = f" (expected: {recipe.expected_failures[name]})" if name in recipe.expected_failures else ""
        print(f"  ✗ {name}: {why}{note}")
    if outcome.missing:
        print(f"  {outcome.missing}")
    unexpected = [name for name in outcome.failed if name not in recipe.expected_failures]
    overcome = [name for name in outcome.passed if name in recipe.expected_failures]
    return [
        f"{recipe.name}: {name}"
        for name in [*unexpected, *overcome, *([outcome.missing] * bool(outcome.missing))]
    ]


def reserve_ports(count: int) -> list[int]:
    """Free ports, each once; Causeloop may reach them from its start on."""
    ports: list[int] = []
    for port in range(*PORTS):
        if len(ports) == count:
            break
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            ports.append(port)
    return ports


def _end_in_time(*_: object) -> None:
    raise ToolError(f"took longer than {TOOL_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main())
