"""Uptime Kuma from npm, its data in MariaDB: a monitor of a page whose server is ended and started again."""

import json
import shutil
import subprocess
import sys
from typing import Any

from tests.realtools.packages import MissingToolError, install_npm
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.tools.mariadb import start_mariadb

VERSION = "2.0.0-dev.0"
# Calls of its dashboard, one after another, over its websocket.
CLIENT = """
const { io } = require("socket.io-client");
const [url, calls] = [process.argv[1], JSON.parse(process.argv[2])];
const socket = io(url, { transports: ["websocket"] });
socket.on("connect", async () => {
  for (const [name, ...values] of calls) {
    const answer = await new Promise((done) => socket.emit(name, ...values, done));
    console.log(name, JSON.stringify(answer));
    if (!answer.ok) process.exit(1);
  }
  process.exit(0);
});
setTimeout(() => process.exit(2), 60000);
"""
MONITOR: dict[str, Any] = {
    "type": "http",
    "name": "Shop checkout",
    "method": "GET",
    "interval": 20,
    "retryInterval": 20,
    "resendInterval": 0,
    "maxretries": 0,
    "timeout": 10,
    "notificationIDList": {"1": True},
    "ignoreTls": False,
    "upsideDown": False,
    "maxredirects": 10,
    "accepted_statuscodes": ["200-299"],
    "dns_resolve_type": "A",
    "dns_resolve_server": "1.1.1.1",
    "docker_container": "",
    "docker_host": None,
    "proxyId": None,
    "mqttUsername": "",
    "mqttPassword": "",
    "mqttTopic": "",
    "mqttSuccessMessage": "",
    "authMethod": None,
    "httpBodyEncoding": "json",
    "expiryNotification": False,
    "kafkaProducerBrokers": [],
    "kafkaProducerSaslOptions": {"mechanism": "None"},
}
SIGNED_IN = ("login", {"username": "admin", "password": "Admin12345!", "token": ""})


class UptimeKuma(RealTool):
    """What its webhook notification pushes."""

    name = "uptime-kuma"
    title = "Uptime Kuma"
    type = "uptime_kuma"
    words = ("Shop checkout", "Blog archive")

    def install(self) -> str:
        """The server, a client of its websocket, and MariaDB: the package lacks files of SQLite's."""
        if shutil.which("node") is None:
            raise MissingToolError("node is not installed")
        self.package = install_npm(f"uptime-kuma@{VERSION}", "socket.io-client@4.8.1")
        return VERSION

    def start(self) -> None:
        """The database, the server, its first user, and a monitor of a page that is there."""
        database, self.port, self.page = (next(self.place.ports) for _ in range(3))
        run_sql = start_mariadb(self.place, database)
        run_sql(
            "create database kuma; create user kuma@'127.0.0.1' identified by 'kuma'; "
            "create user kuma@localhost identified by 'kuma'; "
            "grant all on kuma.* to kuma@'127.0.0.1'; grant all on kuma.* to kuma@localhost"
        )
        data = self.place.folder / "kuma"
        data.mkdir()
        settings = {"type": "mariadb", "hostname": "127.0.0.1", "port": database, "dbName": "kuma"}
        (data / "db-config.json").write_text(json.dumps(settings | {"username": "kuma", "password": "kuma"}))
        (self.place.folder / "page").mkdir()
        self.place.start(
            "node",
            "server/server.js",
            "--host=127.0.0.1",
            f"--port={self.port}",
            environment={"DATA_DIR": f"{data}/", "NODE_ENV": "production"},
            folder=self.package,
        )
        self.place.await_answer(f"http://127.0.0.1:{self.port}/")
        self.server: subprocess.Popen[bytes] | None = None
        self.recover()

    def push_to(self, url: str, secret: str) -> None:
        """A notification with the secret in its address, as MariaDB keeps 255 characters; the monitor."""
        shared = {"name": "C", "isDefault": True, "applyExisting": True}
        notification = shared | self.make_notification(url, secret)
        monitor = {**MONITOR, "url": f"http://127.0.0.1:{self.page}/"}
        self._call(
            ("setup", "admin", "Admin12345!"),
            SIGNED_IN,
            ("addNotification", notification, None),
            ("add", monitor),
        )

    def make_notification(self, url: str, secret: str) -> dict[str, Any]:
        """What its form of a webhook holds."""
        return {"type": "webhook", "webhookURL": f"{url}?token={secret}", "webhookContentType": "json"}

    def fail(self) -> None:
        """The page's server ends."""
        if self.server is not None:
            self.place.stop(self.server)
            self.server = None

    def recover(self) -> None:
        """The page's server starts."""
        folder = str(self.place.folder / "page")
        self.server = self.place.start(
            sys.executable, "-m", "http.server", str(self.page), "--bind", "127.0.0.1", "-d", folder
        )

    @property
    def expected(self) -> Expected:
        """The monitor and why it is down; its page at Kuma."""
        return Expected(
            title=r"^(?=.*Shop checkout)(?=.*ECONNREFUSED)(?!.*Up)",
            severity="p2",
            service="^Shop checkout$",
            link=None,
        )

    def _call(self, *calls: tuple[Any, ...]) -> str:
        url = f"http://127.0.0.1:{self.port}"
        return self.place.run("node", "-e", CLIENT, url, json.dumps(calls), folder=self.package)
