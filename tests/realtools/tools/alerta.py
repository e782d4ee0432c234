"""Alerta, its data in PostgreSQL: an alert of a web server, which keeps its id each time."""

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


class Alerta(RealTool):
    """Alerts by the API."""

    name = "alerta"
    title = "Alerta"
    type = "alerta"
    is_polled = True
    words = ("HttpServerError", "TlsExpiresError")

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
            title="^HttpServerError on web01: HTTP 502",
            severity="p2",
            service="^checkout$",
            link=rf"^{self.address}/alert/",
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
