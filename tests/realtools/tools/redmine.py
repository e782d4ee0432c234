"""Redmine from Debian, two sites of their own: tickets of a project, one of them a feature request."""

from pathlib import Path
from typing import Any

import httpx2

from tests.realtools.packages import install_debian
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool

HOME = Path("/usr/share/redmine")
NO_INSTANCE = "redmine redmine/instances/default/dbconfig-install boolean false\n"
SETTINGS = (
    'Setting.rest_api_enabled="1"; u=User.find_by_login("admin"); u.must_change_passwd=false; '
    "u.save!(validate: false); puts u.api_key"
)
HIGH, BUG, FEATURE, RESOLVED = 3, 1, 2, 3


class Redmine(RealTool):
    """Tickets by the API."""

    name = "redmine"
    title = "Redmine"
    type = "redmine"
    is_polled = True
    words = ("checkout", "brochure")
    unwanted = "night mode"
    only = "checkout|brochure"

    def install(self) -> str:
        """From Debian, without an instance of the package's own."""
        return install_debian("redmine", "redmine-sqlite", answers=NO_INSTANCE)

    def start(self) -> None:
        """A site with a project, and a feature request."""
        self._start_site("redmine")
        self._open("A night mode for everything", FEATURE)
        self.ticket = 0

    def start_second(self) -> str:
        """Another site, whose ids begin at 1 again, with a ticket of its own."""
        self._start_site("other")
        self._open("Payment timeout in brochure", BUG)
        self._open("Payment timeout in brochure", BUG)
        return self.address

    def _start_site(self, name: str) -> None:
        """A database with Redmine's own trackers and states, its server, a project."""
        port, folder = next(self.place.ports), self.place.folder
        environment = {
            "RAILS_ENV": "production",
            "DATABASE_URL": f"sqlite3:{folder}/{name}.db",
            "SCHEMA": "/dev/null",
            "REDMINE_LANG": "en",
        }
        for command in ("db:migrate", "redmine:load_default_data"):
            self.place.run("bin/rails", command, environment=environment, folder=HOME)
        printed = self.place.run("bin/rails", "runner", SETTINGS, environment=environment, folder=HOME)
        server = ("server", "-u", "webrick", "-b", "127.0.0.1", "-p", str(port), "-P", f"{folder}/{name}.pid")
        self.place.start("bin/rails", *server, environment=environment, folder=HOME)
        self.place.await_answer(f"http://127.0.0.1:{port}/login")
        self.port, self.key = port, printed.split()[-1]
        self._call("POST", "/projects.json", project={"name": "Shop", "identifier": "shop"})

    @property
    def address(self) -> str:
        """Redmine's."""
        return f"http://127.0.0.1:{self.port}"

    def read_credentials(self) -> dict[str, str]:
        """The API access key of the account's page."""
        return {"api_key": self.key}

    def fail(self) -> None:
        """A ticket."""
        self.ticket = self._open("Payment timeout in checkout", BUG)

    def recover(self) -> None:
        """The ticket is resolved."""
        httpx2.put(
            f"{self.address}/issues/{self.ticket}.json",
            headers={"X-Redmine-API-Key": self.key},
            json={"issue": {"status_id": RESOLVED}},
            timeout=60,
        ).raise_for_status()

    @property
    def expected(self) -> Expected:
        """The ticket."""
        return Expected(
            title="^Payment timeout in checkout$",
            severity="p2",
            service="^Shop$",
            link=rf"^{self.address}/issues/\d+$",
        )

    def _open(self, subject: str, tracker: int) -> int:
        issue = {"project_id": "shop", "tracker_id": tracker, "priority_id": HIGH, "subject": subject}
        return int(self._call("POST", "/issues.json", issue=issue)["issue"]["id"])

    def _call(self, method: str, path: str, **body: Any) -> Any:
        return call(method, self.address + path, headers={"X-Redmine-API-Key": self.key}, json=body)
