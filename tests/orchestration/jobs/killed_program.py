"""A program that is killed once a tool has taken what it posted, before it can store the answer."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.stages.installation import Installation as Resources
from tests.conftest import Installation
from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply, Script


def kill_after_post(
    work: Callable[[Resources], Any], installation: Installation, tool: FakeTool, answer: Script
) -> None:
    """Run the work on the installation in a process of its own until the tool has answered a POST."""
    running: list[subprocess.Popen[bytes]] = []

    def answer_and_kill(request: ReceivedRequest) -> Reply:
        reply = answer(request)
        if request.method == "POST":
            running[0].send_signal(signal.SIGKILL)
            running[0].wait()
        return reply

    tool.script[0] = answer_and_kill
    program = (
        f"from {work.__module__} import {work.__name__}\n"
        "from causeloop_pipeline.stages.installation import Installation\n"
        f"import sys; sys.stdin.readline(); {work.__name__}(Installation())"
    )
    environment = {**os.environ, "CAUSELOOP_STATE_DIR": str(installation.state_dir), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program], env=environment, stdin=subprocess.PIPE) as process:
        running.append(process)
        process.communicate(b"\n")
    assert process.returncode == -signal.SIGKILL
