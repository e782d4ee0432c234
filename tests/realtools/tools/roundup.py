"""Roundup from PyPI, which has no type of its own: its list of issues by the form of the Custom API."""

import os
import pwd
from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import call
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENT = "roundup==2.6.0"
ACCOUNT = ("admin", "secret-of-the-tracker")
LIST = "/rest/data/issue?@verbose=2&@fields=title,status,priority,creation,activity"
SETTINGS = {"web": "{address}/", "domain": "lab.example", "host": "127.0.0.1"}
USER = "nobody"
"""The server refuses to run as root."""


class Roundup(RealTool):
    """Issues by the REST interface."""

    name = "roundup"
    title = "Roundup, Custom API"
    type = "custom_api"
    is_polled = True
    words = ("checkout", "brochure")

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(REQUIREMENT)
        return read_version(REQUIREMENT)

    def start(self) -> None:
        """A tracker of the classic template, and the server."""
        self.port = next(self.place.ports)
        tracker = self.place.folder / "tracker"
        administer = (self.programs / "roundup-admin", "-i", tracker)
        self.place.run(*administer, "install", "classic", "sqlite")
        settings = (tracker / "config.ini").read_text()
        for name, value in SETTINGS.items():
            settings = settings.replace(f"#{name} = NO DEFAULT", f"{name} = {value}", 1)
        (tracker / "config.ini").write_text(settings.replace("{address}", self.address))
        self.place.run(*administer, "initialise", ACCOUNT[1], stdin="y\n")
        owner = pwd.getpwnam(USER).pw_uid
        for path in (tracker, *tracker.rglob("*")):
            os.chown(path, owner, -1)
        server = ("-n", "127.0.0.1", "-p", str(self.port), f"lab={tracker}")
        self.place.start(self.programs / "roundup-server", *server, user=USER)
        self.place.await_answer(f"http://127.0.0.1:{self.port}/")
        self.issue = ""

    @property
    def address(self) -> str:
        """The tracker's."""
        return f"http://127.0.0.1:{self.port}/lab"

    def configure(self, address: str) -> dict[str, Any]:
        """What the form asks for."""
        return {
            "base_url": address,
            "path": LIST,
            "auth": "basic",
            "records": "data.collection",
            "updated_at": "activity",
            "pages": "number",
            "page_param": "@page_index",
            "size_param": "@page_size",
            "fields": {
                "title": "title",
                "severity": "priority.name",
                "status": "status.name",
                "source_created_at": "creation",
                "external_url": f"{self.address}/issue{{id}}",
            },
        }

    def read_credentials(self) -> dict[str, str]:
        """An account."""
        return {"username": ACCOUNT[0], "password": ACCOUNT[1]}

    def fail(self) -> None:
        """An issue."""
        made = self._call("POST", "issue", title="Payment timeout in checkout", priority="critical")
        self.issue = str(made["data"]["id"])

    def recover(self) -> None:
        """The issue is resolved."""
        path = f"{self.address}/rest/data/issue/{self.issue}"
        entity = call("GET", path, auth=ACCOUNT, headers=self._headers)["data"]["@etag"]
        headers = {**self._headers, "if-match": entity}
        call("PATCH", path, auth=ACCOUNT, headers=headers, json={"@op": "replace", "status": "resolved"})

    @property
    def expected(self) -> Expected:
        """The issue and its page."""
        return Expected(
            title="^Payment timeout in checkout$",
            severity="p1",
            service=None,
            link=rf"^{self.address}/issue\d+$",
        )

    @property
    def _headers(self) -> dict[str, str]:
        origin = f"http://127.0.0.1:{self.port}"
        return {"x-requested-with": "rest", "origin": origin, "referer": f"{self.address}/"}

    def _call(self, method: str, kind: str, **fields: str) -> Any:
        url = f"{self.address}/rest/data/{kind}"
        return call(method, url, auth=ACCOUNT, headers=self._headers, json=fields)
