"""A release has what its users check, and the repository what Scorecard looks at without the forge."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from causeloop_pipeline.settings import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
RELEASE = (ROOT / ".github" / "workflows" / "release.yml").read_text()
CYCLONEDX = ROOT / ".venv" / "tools" / "bin" / "cyclonedx-py"
LOCK = ROOT / "requirements.image.lock"
COMPILED = {".a", ".class", ".dll", ".dylib", ".exe", ".jar", ".o", ".pyc", ".pyd", ".so", ".whl"}


def test_every_file_of_a_release_has_a_checksum() -> None:
    checked = re.search(r"sha256sum (.+) > SHA256SUMS", RELEASE)
    created = re.search(r"gh release create \S+ (.+)", RELEASE)

    assert checked is not None
    assert created is not None
    published = {name.removeprefix("dist/") for name in created[1].split()} - {"SHA256SUMS"}
    assert published == set(checked[1].split()) >= {"*.whl", "*.tgz", "*.json", "*.tar.gz"}
    assert RELEASE.index("sha256sum") > max(
        RELEASE.index(made) for made in ("make wheel", "sbom", "helm package")
    )


def test_the_list_of_what_the_image_holds_has_each_package_with_its_hashes(tmp_path: Path) -> None:
    if not CYCLONEDX.exists():
        pytest.skip("cyclonedx-py is not installed: `make lint` installs it")
    (recipe,) = re.findall(
        r"^\t@(\.venv/tools/bin/cyclonedx-py .+?)2>/dev/null", (ROOT / "Makefile").read_text(), re.M | re.S
    )
    command = recipe.replace("\\\n", " ").replace("dist/", f"{tmp_path}/").split()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)

    listed = json.loads((tmp_path / "causeloop.cdx.json").read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["name"] == "causeloop"
    components = {(each["name"], each["version"]): each for each in listed["components"]}
    assert set(components) == set(
        re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", LOCK.read_text(), re.MULTILINE)
    )
    without = [
        name for name, each in components.items() if "SHA-256" not in json.dumps(each["externalReferences"])
    ]
    assert without == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_read_and_each_further_right_belongs_to_one_job(workflow: Path) -> None:
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}


def test_each_kind_of_dependency_is_updated() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]

    assert {update["package-ecosystem"] for update in updates} == {"docker", "github-actions", "npm", "pip"}
    for update in updates:
        assert (ROOT / update["directory"].removeprefix("/")).is_dir()


def test_what_people_look_for_first_is_there() -> None:
    names = ("LICENSE", "SECURITY.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md")

    assert [name for name in names if not (ROOT / name).is_file()] == []
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_nothing_compiled_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    files = listed.splitlines()

    assert len(files) > 1000
    assert [name for name in files if Path(name).suffix in COMPILED] == []
