"""Bugsink from PyPI: errors that Sentry's SDK sends to it, of which it posts an alert to a Custom API."""

import json
from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.tools.sentry_sdk import PROGRAM

REQUIREMENTS = ("bugsink==2.6.2", "sentry-sdk==2.33.0")
SETTINGS = """
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES["default"]["NAME"] = "{folder}/db.sqlite3"
DATABASES["snappea"]["NAME"] = "{folder}/snappea.sqlite3"
BUGSINK = {{
    **BUGSINK, "BASE_URL": "{address}", "ALERTS_WEBHOOK_DENY_NON_GLOBAL": False,
    "ALERTS_WEBHOOK_ALLOW_LIST": ["127.0.0.1/32"],
}}
"""
SETUP = """
import json
from alerts.models import MessagingServiceConfig
from projects.models import Project
project, _ = Project.objects.get_or_create(name="checkout")
if {url!r}:
    MessagingServiceConfig.objects.create(
        project=project, display_name="C", kind="custom", config=json.dumps({{"webhook_url": {url!r}}})
    )
print("made", json.dumps({{"id": project.id, "key": project.sentry_key.hex}}))
"""


class Bugsink(RealTool):
    """An exception: new, resolved by a person, and there again."""

    name = "bugsink"
    title = "Bugsink"
    type = "custom_api"
    words = ("KeyError", "IndexError")

    def install(self) -> str:
        """From PyPI, with the SDK."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """Settings as its own command writes them, the tables, a project, the server."""
        self.port = next(self.place.ports)
        folder = self.place.folder
        create = ("--template", "local", "--host", "127.0.0.1", "--port", str(self.port))
        self.environment = {"PATH": f"{self.programs}:/usr/bin:/bin", "PYTHONPATH": str(folder)}
        self.place.run(self.programs / "bugsink-create-conf", *create, environment=self.environment)
        settings = folder / "bugsink_conf.py"
        settings.write_text(settings.read_text() + SETTINGS.format(folder=folder, address=self.own_address))
        self._manage("migrate")
        self._manage("migrate", "--database=snappea")
        (folder / "pay.py").write_text(PROGRAM)
        self.project = self._set_up("")
        self.token = self._manage("create_auth_token").split()[-1]
        server = ("runserver", "--noreload", f"127.0.0.1:{self.port}")
        self.place.start(self.programs / "bugsink-manage", *server, environment=self.environment)
        self.place.await_answer(f"{self.own_address}/health/ready")

    @property
    def own_address(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def push_to(self, url: str, secret: str) -> None:
        """A custom webhook, whose form asks for an address."""
        self._set_up(f"{url}?token={secret}")

    def fail(self) -> None:
        """The program raises; its DSN is the project's."""
        dsn = f"http://{self.project['key']}@127.0.0.1:{self.port}/{self.project['id']}"
        self.place.run(self.programs / "python", self.place.folder / "pay.py", dsn)

    def recover(self) -> None:
        """Somebody resolves the issue, of which Bugsink posts nothing."""
        api = f"{self.own_address}/api/canonical/0/issues/"
        headers = {"authorization": f"Bearer {self.token}"}
        (issue,) = call("GET", f"{api}?project={self.project['id']}", headers=headers)["results"]
        call("POST", f"{api}{issue['id']}/resolve/", headers=headers)

    @property
    def expected(self) -> Expected:
        """Bugsink's title, its project and its page."""
        return Expected(
            title="^KeyError: 'amount'$",
            severity="p[23]",
            service="^checkout$",
            link=rf"^{self.own_address}/issues/",
            has_end=False,
        )

    def _set_up(self, url: str) -> dict[str, Any]:
        written = self._manage("shell", "-c", SETUP.format(url=url))
        return dict(json.loads(written.partition("made ")[2].splitlines()[0]))

    def _manage(self, *command: str) -> str:
        return self.place.run(self.programs / "bugsink-manage", *command, environment=self.environment)
