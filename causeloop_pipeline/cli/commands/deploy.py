"""`causeloop deploy`: writes the files of a deployment, adapted to where Causeloop is installed."""

import re
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import FAILED, fail
from causeloop_pipeline.settings import DEPLOY_DIR, settings

EXAMPLES = show_examples("deploy systemd causeloop-units", "deploy nginx .", "deploy helm chart")


class Kind(StrEnum):
    """What can be written."""

    SYSTEMD = "systemd"
    COMPOSE = "compose"
    HELM = "helm"
    NGINX = "nginx"
    CADDY = "caddy"
    TRAEFIK = "traefik"
    MONITORING = "monitoring"
    PGBOUNCER = "pgbouncer"
    CELERY = "celery"


SOURCES = {
    Kind.SYSTEMD: ("systemd",),
    Kind.COMPOSE: ("compose.yaml", "docker/create_secrets.sh"),
    Kind.HELM: ("helm/causeloop",),
    Kind.NGINX: ("proxy/nginx.conf",),
    Kind.CADDY: ("proxy/Caddyfile",),
    Kind.TRAEFIK: ("proxy/traefik.yaml",),
    Kind.MONITORING: ("monitoring",),
    Kind.PGBOUNCER: ("pgbouncer",),
    Kind.CELERY: ("celery",),
}
"""Files and folders of deploy/."""

NEXT_STEPS = {
    Kind.SYSTEMD: "install -D -m 0640 -g causeloop {folder}/environment.example /etc/causeloop/environment, "
    "fill it in, install -m 0644 {folder}/workspace.yaml /etc/causeloop/, install -m 0644 {folder}/*.service "
    "/etc/systemd/system/, install -m 0755 {folder}/causeloop "
    "/usr/local/bin/, systemctl daemon-reload, systemctl enable --now causeloop-api causeloop-webserver "
    "causeloop-daemon, causeloop doctor",
    Kind.COMPOSE: "{folder}/create_secrets.sh /etc/causeloop/secrets, then "
    "docker compose -f {folder}/compose.yaml up --detach, with the image in CAUSELOOP_IMAGE",
    Kind.HELM: "helm install causeloop {folder}/causeloop --set image.repository=… --set publicUrl=https://…",
    Kind.NGINX: "cp {folder}/nginx.conf /etc/nginx/conf.d/causeloop.conf, nginx -t; name the proxy in "
    "FORWARDED_ALLOW_IPS",
    Kind.CADDY: "caddy validate --config {folder}/Caddyfile; name the proxy in FORWARDED_ALLOW_IPS",
    Kind.TRAEFIK: "give {folder}/traefik.yaml to Traefik's file provider; name it in FORWARDED_ALLOW_IPS",
    Kind.MONITORING: "name {folder}/alerts.yaml in Prometheus' rule_files, import the dashboards in Grafana",
    Kind.PGBOUNCER: "fill in {folder}/pgbouncer.ini",
    Kind.CELERY: "causeloop migrate --dagster-config {folder}/dagster.yaml, and the same file as "
    "$DAGSTER_HOME/dagster.yaml on every other machine",
}
PROGRAMS, API, UI = "/opt/causeloop/.venv/bin", "127.0.0.1:8080", "127.0.0.1:3000"
"""What the files say, and what takes the place of it."""

BUILD = r"    build: .*\n"
"""An image is built from the checkout; CAUSELOOP_IMAGE names a released one."""


def _check_kind(name: str) -> str:
    """Refuse a name that is not a kind; as a choice of Typer's, all names would be one line of the help."""
    if name not in tuple(Kind):
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(Kind)}")
    return name


def deploy(
    kind: Annotated[
        str,
        typer.Argument(
            callback=_check_kind,
            autocompletion=lambda: list(Kind),
            help=f"What to write: {', '.join(Kind)}.",
        ),
    ],
    folder: Annotated[Path, typer.Argument(help="Where to; it is made, and nothing in it is overwritten.")],
) -> None:
    """Write units, a compose file, a chart or a proxy's configuration, with this installation's paths."""
    wanted = Kind(kind)
    written = [target for source in SOURCES[wanted] for target in _copy(DEPLOY_DIR / source, folder)]
    for path in written:
        typer.echo(path)
    typer.echo(f"next: {NEXT_STEPS[wanted].format(folder=folder)}", err=True)


def _copy(source: Path, folder: Path) -> list[Path]:
    """Write a file, or the files of a folder; those of `systemd` and `proxy` lie flat."""
    is_flat = source.name in {"systemd", "monitoring", "pgbouncer", "celery"}
    files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
    places = {path: path.relative_to(source if is_flat else source.parent) for path in files}
    targets = {path: folder / place for path, place in places.items() if "__pycache__" not in place.parts}
    if present := [target for target in targets.values() if target.exists()]:
        fail(f"{present[0]} exists already: name a folder without these files, or delete them", FAILED)
    for path, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_adapt(path.read_text()))
        shutil.copymode(path, target)
    return list(targets.values())


def _adapt(text: str) -> str:
    """The programs of this environment in the place of those in /opt/causeloop, and the settings' ports."""
    config = settings()
    return (
        re.sub(BUILD, "", text)
        .replace("deploy/docker/create_secrets.sh", "create_secrets.sh")
        .replace(" -f deploy/compose.yaml", "")
        .replace(" --build --detach", " --detach")
        .replace(PROGRAMS, str(Path(sys.executable).parent))
        .replace(API, f"127.0.0.1:{config.api_port}")
        .replace(UI, f"127.0.0.1:{config.dagster_port}")
    )
