"""What runs on a commit, on a pull request and on a tag does what it promises."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from causeloop_pipeline.settings import ROOT
from tests.support.skipping import is_demanded
from tests.support.slow_tests import ALL, FIRST, SLOW, has_none_of

SCRIPTS = ROOT / ".ci"
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
PINNED_ACTION = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
CHART = yaml.safe_load((ROOT / "deploy" / "helm" / "causeloop" / "Chart.yaml").read_text())
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
MAX_LINES_A_RELEASE = 40


def list_locked(lock: str) -> list[str]:
    return re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)


def call(script: str, *arguments: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [str(folder / ".ci" / script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_commit_hooks_use_programs_of_the_lock_files() -> None:
    folders = {
        ".venv/bin/": {"python", *list_locked("requirements.lock")},
        ".venv/tools/bin/": set(list_locked("requirements.tools.lock")),
        ".ci/": {path.name for path in SCRIPTS.iterdir()},
    }
    programs = [hook["entry"].split()[0] for hook in HOOKS if hook["language"] == "system"]

    assert len(programs) >= 7
    for program in programs:
        folder, _, name = program.rpartition("/")
        assert name in folders[f"{folder}/"], program


@pytest.mark.parametrize(
    ("message", "is_refused"),
    [("a" * 72 + "\n\n" + "b" * 200, False), ("a" * 73, True), ("a" * 73 + "\n\nb", True)],
)
def test_a_subject_of_more_than_72_characters_is_refused(message: str, is_refused: bool) -> None:
    (hook,) = [hook for hook in HOOKS if "commit-msg" in hook.get("stages", [])]
    assert hook["language"] == "pygrep"
    assert hook["args"] == ["--multiline"]

    matched = re.search(hook["entry"], message, re.MULTILINE | re.DOTALL)

    assert bool(matched) == is_refused


def test_a_token_in_a_file_is_reported_and_an_invented_one_that_says_so_is_not(tmp_path: Path) -> None:
    if not (ROOT / ".venv" / "tools" / "installed").exists():
        pytest.skip("the linters of other languages are not installed: make check")
    token = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0p" + "IN5L"
    leaked, invented = tmp_path / "leaked.yaml", tmp_path / "invented.yaml"
    leaked.write_text(f"token: {token}\n")
    invented.write_text(f"token: {token}  # pragma: allowlist secret\n")

    assert "leaked.yaml:1" in call("find_secrets", leaked).stdout
    assert call("find_secrets", invented).returncode == 0


def test_workflows_pin_every_action_by_its_hash() -> None:
    used = [
        action
        for workflow in (ROOT / ".github" / "workflows").glob("*.yml")
        for action in re.findall(r"uses: (\S+)", workflow.read_text())
    ]

    assert len(used) > 5
    assert [action for action in used if not PINNED_ACTION.fullmatch(action)] == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("docs/upkeep.md", ["slow=false", "wheel=false", 'pythons=["3.12"]']),
        ("tests/test_up.py", ["slow=true", "wheel=false", 'pythons=["3.12"]']),
        ("api/main.py", ["slow=true", "wheel=true", 'pythons=["3.12"]']),
        ("requirements.lock", ["slow=true", "wheel=true", 'pythons=["3.11", "3.12", "3.13"]']),
    ],
)
def test_what_a_pull_request_changes_decides_what_it_runs(
    changed: str, expected: list[str], tmp_path: Path
) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    (tmp_path / ".ci").mkdir()
    shutil.copy(SCRIPTS / "list_jobs", tmp_path / ".ci")
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "Begin")
    base = git("rev-parse", "HEAD")
    (tmp_path / changed).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / changed).write_text("changed\n")
    git("add", ".")
    git("commit", "--quiet", "--message", "Change one file")

    assert call("list_jobs", base, folder=tmp_path).stdout.splitlines() == expected
    everything = ["slow=true", "wheel=true", 'pythons=["3.11", "3.12", "3.13"]']
    assert call("list_jobs", folder=tmp_path).stdout.splitlines() == everything


def test_the_version_is_the_same_in_project_chart_and_changelog() -> None:
    newest = re.findall(r"^## \[(\d[^\]]*)\]", CHANGELOG, re.MULTILINE)[0]

    assert {PROJECT["version"], CHART["version"], CHART["appVersion"], newest} == {PROJECT["version"]}


def test_each_release_of_the_changelog_is_dated_and_short() -> None:
    sections = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]

    assert len(sections) >= 2
    for section in sections:
        heading, *lines = section.strip().splitlines()
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d|\[Unreleased\]", heading), heading
        assert len(lines) < MAX_LINES_A_RELEASE, heading


def test_a_release_is_announced_by_its_section_of_the_changelog() -> None:
    printed = call("print_changes", PROJECT["version"])

    assert printed.returncode == 0, printed.stderr
    assert printed.stdout.strip() in CHANGELOG
    assert "\n## " not in printed.stdout
    assert call("print_changes", "9.9.9").returncode != 0


def test_in_continuous_integration_only_what_is_not_part_of_the_repository_may_be_skipped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")
    assert is_demanded("no browser is on this machine: install chromium to run these tests")
    assert not is_demanded("needs x of the shared data folder (set CAUSELOOP_SHARED to its path)")
    monkeypatch.delenv("CI")
    assert not is_demanded("no browser is on this machine: install chromium to run these tests")


@pytest.mark.parametrize(("ci", "outcome"), [("true", "failed"), ("", "skipped")])
def test_a_skipped_test_fails_where_ci_is_set(
    ci: str, outcome: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    skipped = pytest.CallInfo.from_call(lambda: pytest.skip("no browser is on this machine"), "setup")

    report = request.node.ihook.pytest_runtest_makereport(item=request.node, call=skipped)

    assert report.outcome == outcome
    assert "no browser is on this machine" in str(report.longrepr)


def test_every_test_that_is_named_slow_or_first_exists() -> None:
    tests = ROOT / "tests"
    absent = [file for file in (*SLOW, *FIRST) if not (tests / file).is_file()]
    assert absent == []
    for file, names in SLOW.items():
        defined = set(re.findall(r"^(?:async )?def (test_\w+)", (tests / file).read_text(), re.MULTILINE))
        assert {name.partition("[")[0] for name in names} <= defined, file


def test_a_file_is_left_unread_only_where_all_its_tests_are_of_the_other_target() -> None:
    quick = "model/test_links.py"
    assert quick not in SLOW

    assert [file for file in SLOW if has_none_of(file, "not slow") is not (SLOW[file] is ALL)] == []
    assert [file for file in SLOW if has_none_of(file, "slow") or has_none_of(file, "")] == []
    assert has_none_of(quick, "slow")
    assert not any(has_none_of(quick, marks) for marks in ("not slow", "not database and not slow", ""))
