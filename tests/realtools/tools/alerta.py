"""Alerta, its data in PostgreSQL: an alert of a web server, read by a connector of one's own."""

from collections.abc import Mapping
from typing import ClassVar

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.tools.postgresql import start_postgresql

REQUIREMENTS = ("alerta-server==9.1.0", "psycopg2-binary==2.9.10")
SETTINGS = """
DATABASE_URL = 'postgres://alerta:a@127.0.0.1:{database}/alerta'
AUTH_REQUIRED = False
SECRET_KEY = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
DEFAULT_ENVIRONMENT = 'Production'
ALLOWED_ENVIRONMENTS = ['Production']
PLUGINS = ['reject']
"""
DECLARATION = """
name: alerta_lab
title: Alerta
base_url: "{base_url}"
pulls:
  - name: alerts
    path: /alerts
    records: alerts
    pages: {numbered_pages: {size: 100, size_param: page-size, page_param: page}}
    schema: {key: id, updated_at: updateTime}
    since: {field: updateTime, overlap: 5 minutes}
issues:
  - name: alert
    title: {text: "{event}: {text}"}
    severity: severity
    status: status
    service: service.0
    error_type: event
    environment: environment
    external_url: {text: "{config.base_url}/#/alert/{id}"}
    source_created_at: createTime
    resolved_at: updateTime
words:
  severity: {major: p2, normal: p4}
  status: {open: open, closed: resolved, ack: mitigating}
"""


class Alerta(RealTool):
    """Alerts by the API."""

    name = "alerta"
    title = "Alerta"
    type = "custom_api"
    is_polled = True
    words = ("HttpServerError", "TlsExpiresError")
    expected_failures: ClassVar[Mapping[str, str]] = {
        "ends": "Alerta gives the alert another time of its beginning and another severity when it ends",
        "two occurrences": "a declaration cannot say yet that an id names a condition",
        "pattern": "the same",
    }

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """Database and server."""
        database, self.port = (next(self.place.ports) for _ in range(2))
        run_sql = start_postgresql(self.place, database)
        run_sql("create role alerta login password 'a'")
        run_sql("create database alerta owner alerta")
        settings = self.place.folder / "alertad.conf"
        settings.write_text(SETTINGS.format(database=database))
        server = ("run", "--host", "127.0.0.1", "--port", str(self.port))
        self.place.start(
            self.programs / "alertad", *server, environment={"ALERTA_SVR_CONF_FILE": str(settings)}
        )
        self.place.await_answer(f"{self.address}/management/gtg")

    @property
    def address(self) -> str:
        """The API's."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A declaration, and a connector by it."""
        if not name.endswith("2"):
            workspace.declare(DECLARATION)
        return workspace.connect(self.type, {"base_url": address}, name=name, declaration="alerta_lab")

    def fail(self) -> None:
        """The alert."""
        self._send("major")

    def recover(self) -> None:
        """The same with severity normal, which closes it."""
        self._send("normal")

    @property
    def expected(self) -> Expected:
        """Event, text and service."""
        return Expected(
            title="^HttpServerError: HTTP 502",
            severity="p2",
            service="^checkout$",
            link=rf"^{self.address}/#/alert/",
        )

    def _send(self, severity: str) -> None:
        alert = {
            "resource": "web01",
            "event": "HttpServerError",
            "environment": "Production",
            "service": ["checkout"],
            "severity": severity,
            "text": "HTTP 502 from upstream",
        }
        call("POST", f"{self.address}/alert", json=alert)
