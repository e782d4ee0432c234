"""The servers that `causeloop up` starts are its own, wherever it is started."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from causeloop_pipeline.cli.processes import Processes
from causeloop_pipeline.cli.servers import start_servers
from causeloop_pipeline.settings import Settings
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port


class Started:
    """Takes the place of processes, and remembers what would be started."""

    def __init__(self) -> None:
        self.environments: dict[str, Mapping[str, str]] = {}

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        assert command[0] == sys.executable
        self.environments[name] = environment

    def await_listening(self, *_: Any) -> None: ...


def test_a_module_in_the_folder_of_whoever_starts_it_takes_the_place_of_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("api", "causeloop_pipeline", "dbt"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger')")
    (tmp_path / "dagster").mkdir()
    monkeypatch.chdir(tmp_path)
    config = Settings(state_dir=tmp_path, api_port=find_free_port(), dagster_port=find_free_port())
    started = Started()

    start_servers(cast(Processes, started), config, {}, tmp_path / "code.sock", demo=False)

    assert set(started.environments) == {"code", "api", "dagster", "daemon"}
    code = "import api, causeloop_pipeline, dbt; print('its own')"
    for environment in started.environments.values():
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
        assert done.stdout.strip() == "its own", done.stderr
