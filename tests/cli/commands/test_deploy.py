"""`causeloop deploy` writes files that work where they are put, from a checkout and from a wheel."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from api.http.bounds import UPLOAD
from causeloop_pipeline.cli import app
from causeloop_pipeline.cli.commands.deploy import PROGRAMS, Kind
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port

PORTS = {"CAUSELOOP_API_PORT": "18080", "CAUSELOOP_DAGSTER_PORT": "13000"}


@pytest.fixture(autouse=True)
def _own_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PORTS.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


def write(kind: Kind, folder: Path) -> list[Path]:
    done = CliRunner().invoke(app, ["deploy", kind.value, str(folder)])
    settings.cache_clear()
    assert done.exit_code == 0, done.output
    return [Path(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_written_with_the_programs_and_ports_of_this_installation(
    kind: Kind, tmp_path: Path
) -> None:
    written = write(kind, tmp_path / "out")

    assert [path for path in written if not path.is_file()] == []
    texts = {path: path.read_text() for path in written}
    assert [path for path, text in texts.items() if PROGRAMS in text and "Docker" not in path.name] == []
    for named, port in (("127.0.0.1:8080", "18080"), ("127.0.0.1:3000", "13000")):
        assert [path for path, text in texts.items() if named in text] == []
        if kind in {Kind.NGINX, Kind.CADDY, Kind.TRAEFIK}:
            assert f"127.0.0.1:{port}" in "".join(texts.values())


def test_an_unknown_kind_is_refused_with_those_there_are(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["deploy", "ngnix", str(tmp_path)])

    assert refused.exit_code == 2
    assert [kind for kind in Kind if kind not in refused.output] == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (present := tmp_path / "nginx.conf").write_text("mine")

    refused = CliRunner().invoke(app, ["deploy", "nginx", str(tmp_path)])

    assert refused.exit_code == 1
    assert "exists already" in refused.output
    assert present.read_text() == "mine"


def test_the_units_name_files_and_programs_that_are_there(tmp_path: Path) -> None:
    written = write(Kind.SYSTEMD, tmp_path)
    names = {path.name for path in written}

    commands = [
        line.partition("=")[2].split()
        for path in written
        for line in path.read_text().splitlines()
        if re.match(r"ExecStart(Post)?=", line)
    ]
    programs = {Path(command[0]) for command in commands if "celery" not in command[0]}
    assert {program.parent for program in programs} == {Path(sys.executable).parent}
    assert [program for program in programs if not program.exists()] == []
    places = {word for command in commands for word in command if word.startswith("/etc/causeloop/")}
    assert {Path(place).name for place in places} <= names


def test_a_written_compose_file_needs_no_checkout(tmp_path: Path) -> None:
    write(Kind.COMPOSE, tmp_path)
    services = yaml.safe_load((tmp_path / "compose.yaml").read_text())["services"]

    assert [name for name, service in services.items() if "build" in service] == []
    assert (tmp_path / "create_secrets.sh").stat().st_mode & 0o100


def test_the_proxies_take_bodies_as_large_as_the_api_does(tmp_path: Path) -> None:
    for kind in (Kind.NGINX, Kind.CADDY):
        (path,) = write(kind, tmp_path / kind.value)
        allowed = re.search(r"(?:client_max_body_size|max_size) (\d+)", path.read_text())
        assert allowed is not None
        assert int(allowed[1]) * 1_000_000 > UPLOAD.max_bytes


def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    nginx, openssl = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("openssl")
    if nginx is None or openssl is None:
        pytest.skip("nginx is not on this machine: apt-get install nginx-light")
    (path,) = write(Kind.NGINX, tmp_path)
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    request = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x"]
    subprocess.run([*request, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    text = path.read_text().replace("/etc/ssl/causeloop", str(tmp_path))
    text = text.replace("listen 443", f"listen 127.0.0.1:{find_free_port()}")
    whole = tmp_path / "whole.conf"
    whole.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{text}}}\n"
    )

    checked = subprocess.run([nginx, "-t", "-c", whole], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr


def test_caddy_accepts_its_file(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is not on this machine: apt-get install caddy")
    (path,) = write(Kind.CADDY, tmp_path)
    command = [caddy, "validate", "--config", str(path), "--adapter", "caddyfile"]
    own = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}

    checked = subprocess.run(command, env=own, capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stderr
