"""Icinga 2 from Debian: a service whose check needs a file; its API has a certificate of its own."""

import os
import pwd
import ssl
from contextlib import ExitStack
from typing import Any

import httpx2

from tests.realtools.packages import install_debian
from tests.realtools.place import wait_for
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.relay import open_relay

USER, PASSWORD, WEB = "causeloop", "a lantern over the bay", "https://icinga.acme.example"
CONFIG = """
const NodeName = "lab"
const ZoneName = "lab"
include <itl>
object Endpoint "lab" {{}}
object Zone "lab" {{
  endpoints = [ "lab" ]
}}
object CheckerComponent "checker" {{}}
object ApiListener "api" {{
  bind_host = "127.0.0.1"
  bind_port = {port}
}}
object ApiUser "{user}" {{
  password = "{password}"
  permissions = [ "objects/query/Host", "objects/query/Service" ]
}}
object CheckCommand "file" {{
  command = [ "{folder}/check" ]
}}
object Host "db-1" {{
  check_command = "dummy"
  check_interval = 10
  vars.environment = "production"
}}
object Service "disk" {{
  host_name = "db-1"
  check_command = "file"
  check_interval = 2
  retry_interval = 2
  max_check_attempts = 1
}}
"""
CHECK = """#!/bin/sh
test -e {folder}/ok && echo DISK OK && exit 0
echo DISK CRITICAL: 1 percent is free
exit 2
"""


class Icinga(RealTool):
    """The problems that its API lists, through a relay that vouches for its certificate."""

    name = "icinga2"
    title = "Icinga 2"
    type = "icinga2"
    is_polled = True
    words = ("db-1", "db-2")

    def install(self) -> str:
        """From Debian."""
        return install_debian("icinga2-bin", "icinga2-common", "openssl")

    def start(self) -> None:
        """The daemon as its own user, and the relay."""
        folder, port = self.place.folder, next(self.place.ports)
        self.place.let_succeed()
        names = {"port": port, "folder": folder, "user": USER, "password": PASSWORD}
        (folder / "icinga2.conf").write_text(CONFIG.format(**names))
        (folder / "check").write_text(CHECK.format(folder=folder))
        (folder / "check").chmod(0o755)
        parts = {name: folder / name for name in ("Data", "InitRun", "Log", "Cache", "Spool")}
        for path in (*parts.values(), parts["Data"] / "certs"):
            path.mkdir()
        certificate = self._make_certificate()
        account = pwd.getpwnam("nagios")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)
        places = (f"-D{name}Dir={path}" for name, path in parts.items())
        self.place.start("/usr/sbin/icinga2", "daemon", "-c", folder / "icinga2.conf", *places)
        self._relays = ExitStack()
        trusted = ssl.create_default_context(cafile=certificate)
        relay = open_relay(next(self.place.ports), f"https://127.0.0.1:{port}", trusted=trusted)
        self._address = self._relays.enter_context(relay).url
        wait_for(lambda: self._read_state() == 0, 120, "the first check")

    @property
    def address(self) -> str:
        """That of the relay."""
        return self._address

    def configure(self, address: str) -> dict[str, Any]:
        """Where its API is, and where people look at it."""
        return {"base_url": address, "web_url": WEB}

    def read_credentials(self) -> dict[str, str]:
        """Those of a user of the API with the rights that the form names."""
        return {"user": USER, "password": PASSWORD}

    def fail(self) -> None:
        """The file goes."""
        self.place.let_fail()
        wait_for(lambda: self._read_state() == 2, 60, "the failing check")

    def recover(self) -> None:
        """The file is there again."""
        self.place.let_succeed()
        wait_for(lambda: self._read_state() == 0, 60, "the recovery")

    @property
    def expected(self) -> Expected:
        """Host, check and what it printed."""
        return Expected(
            title="^db-1 disk: DISK CRITICAL",
            severity="p1",
            service="^db-1$",
            link=rf"^{WEB}/icingadb/service\?name=disk&host.name=db-1$",
        )

    def _make_certificate(self) -> Any:
        folder = self.place.folder / "Data" / "certs"
        names = ("-subj", "/CN=lab", "-addext", "subjectAltName=IP:127.0.0.1")
        files = ("-keyout", folder / "lab.key", "-out", folder / "lab.crt")
        self.place.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files, *names
        )
        (folder / "ca.crt").write_bytes((folder / "lab.crt").read_bytes())
        return folder / "ca.crt"

    def _read_state(self) -> int | None:
        """The state of the service as its API has it; None before its first check, and before it answers."""
        answer = call_api(f"{self.address}/v1/objects/services/db-1!disk")
        attributes = answer["results"][0]["attrs"] if answer else {}
        return int(attributes["state"]) if attributes.get("last_check_result") else None


def call_api(url: str) -> Any:
    """What the API answers; None while it does not."""
    try:
        answer = httpx2.get(url, auth=(USER, PASSWORD), timeout=20)
    except httpx2.HTTPError:
        return None
    return answer.json() if answer.status_code == httpx2.codes.OK else None
