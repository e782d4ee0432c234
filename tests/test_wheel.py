"""The built wheel is complete: outside the repository it analyzes files, reads its dbt project and serves."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from causeloop_pipeline.settings import ROOT

UV = Path(sys.executable).parent / "uv"
PACKAGED = {"causeloop_pipeline": "causeloop_pipeline", "api": "api"}
BUNDLED = {
    "dbt_project": "causeloop_pipeline/bundled/dbt_project",
    "deploy": "causeloop_pipeline/bundled/deploy",
}
GENERATED = {"__pycache__", "target", "logs"}
SAMPLE = "id,title,created_at\n" + "\n".join(f"T-{n},disk {n} is full,2026-09-{n + 1:02}" for n in range(28))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the pinned build backend without a network."""
    folder = tmp_path_factory.mktemp("dist")
    build = [
        str(UV),
        "build",
        "--quiet",
        "--offline",
        "--wheel",
        "--no-build-isolation",
        "--python",
        sys.executable,
    ]
    subprocess.run([*build, "--out-dir", str(folder), str(ROOT)], check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds nothing but the wheel's content."""
    target = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run_installed(installed: Path, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the installed wheel, in a folder that has nothing to do with the repository."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CAUSELOOP_")}
    environment |= {"PYTHONPATH": str(installed), "HOME": str(home), "COLUMNS": "120", "NO_COLOR": "1"}
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=False)


def test_every_file_of_the_product_travels(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for folder, place in (PACKAGED | BUNDLED).items():
        for path in (ROOT / folder).rglob("*"):
            relative = path.relative_to(ROOT / folder)
            if path.is_file() and not GENERATED & set(relative.parts) and "bundled" not in relative.parts:
                assert f"{place}/{relative.as_posix()}" in names


def test_nothing_else_travels(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGED)


def test_the_installed_package_analyzes_a_file(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(SAMPLE)

    result = run_installed(installed, tmp_path, "causeloop_pipeline.cli", "analyze", "tickets.csv")

    assert result.returncode == 0, result.stderr
    assert "28 issues, 28 of them in 1 pattern" in result.stdout


def test_the_installed_package_reads_its_own_dbt_project_and_keeps_state_in_the_home(
    installed: Path, tmp_path: Path
) -> None:
    result = run_installed(installed, tmp_path, "causeloop_pipeline.storage.dbt.runner", "parse")

    assert result.returncode == 0, result.stderr
    manifest = tmp_path / ".local" / "state" / "causeloop" / "dbt" / "target" / "manifest.json"
    assert "model.causeloop.stg_issues" in manifest.read_text()
    assert not (installed / "causeloop_pipeline" / "bundled" / "dbt_project" / "target").exists()


def test_the_installed_command_knows_where_its_dagster_configuration_is(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "where.py").write_text(
        "from causeloop_pipeline.settings import DEPLOY_DIR\n"
        "from api.dashboard_page import FOLDER\n"
        "print((DEPLOY_DIR / 'dagster.yaml').resolve(), (FOLDER / 'index.html').resolve())\n"
    )

    result = run_installed(installed, tmp_path, "where")

    paths = [Path(path) for path in result.stdout.split()]
    assert [path.is_relative_to(installed) and path.is_file() for path in paths] == [True, True]
