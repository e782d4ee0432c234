"""Request Tracker from Debian, its data in SQLite: tickets of a queue."""

from pathlib import Path
from typing import Any

from tests.realtools.packages import install_debian
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool

SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
PASSWORD = "password"
"""Request Tracker's own for a new database."""
NO_DATABASE = """
request-tracker5 request-tracker5/dbconfig-install boolean false
request-tracker5 request-tracker5/initial-root-password password password
request-tracker5 request-tracker5/initial-root-password-again password password
request-tracker5 request-tracker5/handle-siteconfig-permissions boolean false
request-tracker5 request-tracker5/install-cronjobs boolean false
"""
SITE = """
Set($rtname, 'lab'); Set($Organization, 'lab'); Set($Timezone, 'America/New_York');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, '');
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt.db');
Set($LogToSyslog, undef); Set($LogToFile, undef); Set($LogToSTDERR, 'warning');
Set($MailCommand, 'testfile');
1;
"""
HIGH = "80"


class RequestTracker(RealTool):
    """Tickets by the REST interface of version 2."""

    name = "request-tracker"
    title = "Request Tracker"
    type = "request_tracker"
    is_polled = True
    words = ("checkout", "brochure")

    def install(self) -> str:
        """From Debian, without a database of the package's own."""
        return install_debian("request-tracker5", "rt5-db-sqlite", answers=NO_DATABASE)

    def start(self) -> None:
        """A database, the server in a zone far from UTC, and a queue."""
        self.port = next(self.place.ports)
        folder = self.place.folder
        (folder / "site.pm").write_text(SITE.format(port=self.port, folder=folder))
        (folder / "site.d").mkdir()
        environment = {"RT_SITE_CONFIG": f"{folder}/site.pm", "RT_SITE_CONFIG_DIR": f"{folder}/site.d"}
        setup = ("--action", "init", "--dba", "root", "--dba-password", "")
        self.place.run("rt-setup-database-5", *setup, environment=environment)
        server = ("--host", "127.0.0.1", "--port", str(self.port))
        self.place.start(SERVER, *server, environment=environment)
        self.place.await_answer(self.address)
        self._call("POST", "queue", Name="Shop")
        self.ticket = ""

    @property
    def address(self) -> str:
        """That of its pages."""
        return f"http://127.0.0.1:{self.port}"

    def read_credentials(self) -> dict[str, str]:
        """An account."""
        return {"user": "root", "password": PASSWORD}

    def fail(self) -> None:
        """A ticket."""
        made = self._call(
            "POST",
            "ticket",
            Queue="Shop",
            Subject="Payment timeout in checkout",
            Content="The card gateway did not answer.",
            ContentType="text/plain",
            Priority=HIGH,
        )
        self.ticket = str(made["id"])

    def recover(self) -> None:
        """The ticket is resolved."""
        self._call("PUT", f"ticket/{self.ticket}", Status="resolved")

    @property
    def expected(self) -> Expected:
        """The ticket."""
        return Expected(
            title="^Payment timeout in checkout$",
            severity="p2",
            service="^Shop$",
            link=rf"^{self.address}/Ticket/Display.html\?id=\d+$",
        )

    def _call(self, method: str, path: str, **body: Any) -> Any:
        return call(method, f"{self.address}/REST/2.0/{path}", auth=("root", PASSWORD), json=body)
