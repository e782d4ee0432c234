"""Containers start what the systemd units start, and each sees only its own secrets."""

import base64
import json
import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg.conninfo import conninfo_to_dict

from causeloop_pipeline.cli.commands.up import EVENT_ENVIRONMENT
from causeloop_pipeline.settings import (
    DAGSTER_STORAGE_VARIABLE,
    PROCESS_VARIABLE,
    ROOT,
    SECRETS_OF_PROCESSES,
    Settings,
    list_foreign_variables,
)
from tests.conftest import Installation

DEPLOY = ROOT / "deploy"
IMAGE_USER = 10001
DOCKERFILE = (DEPLOY / "docker" / "Dockerfile").read_text()
SCHEMA_TOOLS = ROOT / ".venv" / "manifests" / "bin" / "python"
SERVERS = {"api": "api", "code": "pipeline", "daemon": "dagster", "webserver": "dagster"}
"""Service → the process whose secrets it sees."""

NEEDED = {
    name for names in SECRETS_OF_PROCESSES.values() for name in names if name.endswith("database_url")
} - {
    "api_replica_database_url",
    "dbt_database_url",
}
"""The addresses without which no installation starts."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def unit_command(server: str) -> list[str]:
    """What a systemd unit starts, without the folder of its programs."""
    text = (DEPLOY / "systemd" / f"causeloop-{server}.service").read_text()
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    program, *arguments = shlex.split(line)
    return [Path(program).name, *arguments]


def list_needed_secrets(process: str) -> set[str]:
    own = {name for name in SECRETS_OF_PROCESSES[process] if name in {*NEEDED, "secret_key"}}
    variables = {f"CAUSELOOP_{name.upper()}" for name in own}
    return variables | ({DAGSTER_STORAGE_VARIABLE} if "dagster_database_url" in own else set())


@pytest.mark.parametrize("server", SERVERS)
def test_a_service_starts_what_the_unit_of_its_name_starts(server: str, compose: dict[str, Any]) -> None:
    assert compose["services"][server]["command"] == unit_command(server)


@pytest.mark.parametrize(("server", "process"), SERVERS.items())
def test_a_service_is_granted_the_secrets_of_its_process_and_no_other(
    server: str, process: str, compose: dict[str, Any]
) -> None:
    service = compose["services"][server]

    assert service["environment"][PROCESS_VARIABLE] == process
    assert set(service["secrets"]) == list_needed_secrets(process)
    assert not set(service["environment"]) & list_foreign_variables(process)


def test_only_api_and_ui_are_published_and_only_on_loopback(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }

    assert published == {"api": ["127.0.0.1:8080:8080"], "webserver": ["127.0.0.1:3000:3000"]}
    assert compose["networks"]["database"] == {"internal": True}
    assert {"database"} == set(compose["services"]["postgres"]["networks"])


def test_no_service_of_ours_has_rights_on_the_machine(compose: dict[str, Any]) -> None:
    ours = {name: service for name, service in compose["services"].items() if name != "postgres"}

    assert {service["read_only"] for service in ours.values()} == {True}
    assert [service["cap_drop"] for service in ours.values()] == [["ALL"]] * len(ours)
    assert not [name for name, service in compose["services"].items() if service.get("privileged")]
    assert re.findall(r"^USER (.*)$", DOCKERFILE, re.MULTILINE) == [str(IMAGE_USER)]


def test_every_variable_of_a_service_is_one_that_the_product_reads(compose: dict[str, Any]) -> None:
    settings = {f"CAUSELOOP_{name.upper()}" for name in Settings.model_fields} | {PROCESS_VARIABLE}
    named = {
        variable for service in compose["services"].values() for variable in service.get("environment", ())
    }

    assert {name for name in named if name.startswith("CAUSELOOP_")} <= settings


def test_the_image_copies_what_the_checkout_has_and_installs_by_hash() -> None:
    sources = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
        if not word.startswith("--")
    ]
    in_context = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines()}

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert {source.split("/")[0] for source in sources} <= in_context
    assert "--require-hashes -r requirements.image.lock" in DOCKERFILE
    assert "HEALTHCHECK" in DOCKERFILE
    started = json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])
    assert started == unit_command("api")


def test_the_image_sets_what_plain_dagster_commands_need() -> None:
    for name, value in EVENT_ENVIRONMENT.items():
        assert f"{name}={value}" in DOCKERFILE
    assert "CAUSELOOP_STATE_DIR=/var/lib/causeloop DAGSTER_HOME=/var/lib/causeloop/dagster" in DOCKERFILE


def test_the_image_has_the_versions_that_the_tests_run_with() -> None:
    def read_versions(name: str) -> dict[str, str]:
        lock = (ROOT / name).read_text()
        return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", lock, re.MULTILINE))

    tested, shipped = read_versions("requirements.lock"), read_versions("requirements.image.lock")

    assert {name: version for name, version in shipped.items() if tested.get(name, version) != version} == {}
    assert {"celery", "dagster-celery", "dagster-k8s", "redis"} <= set(shipped)
    assert "://" not in (ROOT / "requirements.image.lock").read_text()


def test_a_container_finds_its_secret_files_as_variables(tmp_path: Path) -> None:
    (tmp_path / "CAUSELOOP_SECRET_KEY").write_text("a key = with 'signs'")
    (tmp_path / "POSTGRES_PASSWORD").write_text("of another program")
    read = "import os; print([os.environ.get(n) for n in ('CAUSELOOP_SECRET_KEY', 'POSTGRES_PASSWORD')])"
    started = subprocess.run(
        ["sh", DEPLOY / "docker" / "entrypoint.sh", sys.executable, "-c", read],
        env={"PATH": os.environ["PATH"], "CAUSELOOP_SECRETS_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stdout.strip() == str(["a key = with 'signs'", None])


def create_secrets(folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(DEPLOY / "docker" / "create_secrets.sh"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_secrets_of_a_new_installation_are_made_once(tmp_path: Path, compose: dict[str, Any]) -> None:
    folder = tmp_path / "secrets"
    first, second = create_secrets(folder), create_secrets(folder)
    made = {path.name: path.read_text() for path in folder.iterdir()}

    assert (first.returncode, second.returncode) == (0, 1)
    assert set(made) == set(compose["secrets"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    if os.geteuid() == 0:
        states = {path.name: path.stat() for path in folder.iterdir()}
        assert {stat.S_IMODE(state.st_mode) for state in states.values()} == {0o400}
        assert {name for name, state in states.items() if state.st_uid != IMAGE_USER} == {"POSTGRES_PASSWORD"}
    assert len(base64.b64decode(made["CAUSELOOP_SECRET_KEY"])) == 32
    passwords = [conninfo_to_dict(made[f"CAUSELOOP_{name.upper()}"])["password"] for name in sorted(NEEDED)]
    assert len(set(passwords)) == len(NEEDED)
    storage = made[DAGSTER_STORAGE_VARIABLE].replace("+psycopg2", "")
    assert storage == made["CAUSELOOP_DAGSTER_DATABASE_URL"]


def test_the_roles_of_the_secrets_are_made_on_a_real_server(
    installation: Installation, tmp_path: Path
) -> None:
    urls = {
        "SUPERUSER_": installation.superuser_url,
        "": installation.owner_url,
        "PIPELINE_": installation.pipeline_url,
        "API_": installation.api_url,
        "DAGSTER_": installation.dagster_url,
    }
    for name, url in urls.items():
        (tmp_path / f"CAUSELOOP_{name}DATABASE_URL").write_text(url)
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["roles"]["command"]
    command[0] = str(Path(sys.executable).parent / command[0])
    command[-1] = str(tmp_path / Path(command[-1]).name)

    subprocess.run(
        ["sh", DEPLOY / "docker" / "entrypoint.sh", *command],
        env={**os.environ, "CAUSELOOP_SECRETS_DIR": str(tmp_path)},
        check=True,
        capture_output=True,
        cwd=ROOT,
    )

    for url in urls.values():
        psycopg.connect(url).close()


@pytest.fixture(scope="module")
def rendered() -> dict[str, Any]:
    """What `make manifests` prints."""
    if not SCHEMA_TOOLS.exists():
        pytest.skip("Helm and the schemas are not installed: make manifests")
    command = [str(SCHEMA_TOOLS), str(ROOT / "tests" / "deploy" / "check_manifests.py"), "--json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert printed.returncode == 0, printed.stderr
    return dict(json.loads(printed.stdout))


def test_the_published_schemas_accept_the_chart_and_the_compose_file(rendered: dict[str, Any]) -> None:
    kinds = [manifest["kind"] for manifest in rendered["objects"]]

    assert sorted(set(kinds)) == [
        "ConfigMap",
        "Deployment",
        "Ingress",
        "Job",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "Service",
        "ServiceAccount",
    ]


def test_a_container_of_the_chart_starts_what_the_unit_starts_with_the_secret_of_its_process(
    rendered: dict[str, Any],
) -> None:
    pods = [
        manifest["spec"]["template"]["spec"]
        for manifest in rendered["objects"]
        if manifest["kind"] == "Deployment"
    ]
    containers = {
        container["name"]: container
        for pod in pods
        for container in [*pod.get("initContainers", ()), *pod["containers"]]
    }

    assert set(containers) == set(SERVERS)
    for name, process in SERVERS.items():
        container = containers[name]
        started = container.get("args") or json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])
        plain = {variable["name"]: variable.get("value") for variable in container["env"]}
        assert started == unit_command(name)
        assert plain[PROCESS_VARIABLE] == process
        assert container["envFrom"] == [{"secretRef": {"name": f"causeloop-{process}"}}]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        has_account = "account" in {mount["name"] for mount in container["volumeMounts"]}
        assert has_account == (name in {"daemon", "webserver"})


def test_the_chart_s_instance_is_the_committed_file(rendered: dict[str, Any]) -> None:
    (instance,) = [manifest for manifest in rendered["objects"] if manifest["kind"] == "ConfigMap"]
    committed = (DEPLOY / "helm" / "causeloop" / "files" / "dagster.yaml").read_text()

    assert yaml.safe_load(instance["data"]["dagster.yaml"]) == yaml.safe_load(committed)
