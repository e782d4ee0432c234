"""What an installation writes is readable to its own user only."""

import os
import stat
from pathlib import Path

from causeloop_pipeline.cli.private_folders import protect_state


def read_mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_may_list_the_state_folder_or_read_what_an_earlier_version_left(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o755)
    (state / "demo.json").write_text("{}")
    (state / "demo.json").chmod(0o644)

    protect_state(state)

    assert read_mode(state) == (0o711 if os.geteuid() == 0 else 0o700)
    assert {read_mode(state / name) for name in ("logs", "dagster", "dbt")} == {0o700}
    assert read_mode(state / "demo.json") == 0o600
