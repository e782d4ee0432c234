"""Zabbix from Debian, its data in PostgreSQL: a trigger on a value that is pushed to it."""

import shutil
from pathlib import Path
from typing import Any

from tests.realtools.packages import install_debian
from tests.realtools.place import ToolError, call, wait_for
from tests.realtools.real_tool import Expected, RealTool
from tests.realtools.tools.postgresql import start_postgresql

NO_DATABASE = "zabbix-server-pgsql zabbix-server-pgsql/dbconfig-install boolean false\n"
DATA = Path("/usr/share/zabbix-server-pgsql")
FRONTEND = Path("/usr/share/zabbix")
PROCESSES = (
    "Pollers PollersUnreachable Trappers Pingers Discoverers HTTPPollers Preprocessors DBSyncers "
    "AgentPollers SNMPPollers HTTPAgentPollers Escalators Alerters"
)
SETTINGS = """<?php
$DB['TYPE'] = 'POSTGRESQL'; $DB['SERVER'] = '127.0.0.1'; $DB['PORT'] = '{database}'; $DB['SCHEMA'] = '';
$DB['DATABASE'] = 'zabbix'; $DB['USER'] = 'zabbix'; $DB['PASSWORD'] = 'zbx';
$ZBX_SERVER = '127.0.0.1'; $ZBX_SERVER_PORT = '{server}'; $ZBX_SERVER_NAME = 'lab';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""
TRIGGER = {
    "description": "Too many connections on {HOST.NAME}",
    "expression": "last(/db-01.lab/db.conn)>100",
    "priority": 4,
}


class Zabbix(RealTool):
    """Problems by the API."""

    name = "zabbix"
    title = "Zabbix"
    type = "zabbix"
    is_polled = True
    words = ("connections", "lockholders")

    def install(self) -> str:
        """Server and frontend."""
        packages = ("zabbix-server-pgsql", "zabbix-frontend-php", "php-pgsql", "php-cli")
        return install_debian(*packages, answers=NO_DATABASE)

    def start(self) -> None:
        """Database, server, frontend, a token, and a host with a trigger."""
        database, server, self.port = (next(self.place.ports) for _ in range(3))
        folder = self.place.folder
        run_sql = start_postgresql(self.place, database)
        run_sql("create role zabbix login")
        run_sql("create database zabbix owner zabbix encoding 'UTF8' template template0")
        for name in ("schema", "images", "data"):
            self.place.run("sh", "-c", f"zcat {DATA}/{name}.sql.gz > {folder}/{name}.sql")
            run_sql((folder / f"{name}.sql").read_text(), "zabbix", "zabbix")
        self._write_settings(database, server)
        self.place.start("zabbix_server", "-f", "-c", folder / "server.conf")
        limits = ("max_execution_time=300", "post_max_size=16M", "max_input_time=300", "memory_limit=256M")
        options = [part for limit in limits for part in ("-d", limit)]
        self.place.start(
            "php",
            *options,
            "-S",
            f"127.0.0.1:{self.port}",
            "-t",
            folder / "front",
            environment={"PHP_CLI_SERVER_WORKERS": "2"},
        )
        self.token = ""
        wait_for(self._sign_in, 300, "Zabbix's API")
        self._make_host()

    @property
    def address(self) -> str:
        """The frontend's."""
        return f"http://127.0.0.1:{self.port}"

    def read_credentials(self) -> dict[str, str]:
        """An API token."""
        return {"token": self.token}

    def fail(self) -> None:
        """Too many connections, pushed until the trigger, too, is known to the server."""
        self._push_until(150, 1)

    def recover(self) -> None:
        """Few connections."""
        self._push_until(7, 0)

    @property
    def expected(self) -> Expected:
        """The trigger, its severity High, the host's tag `service`, and the event's page."""
        return Expected(
            title="^Too many connections on DB 01",
            severity="p2",
            service="^orders-db$",
            link=rf"^{self.address}/tr_events\.php\?triggerid=\d+&eventid=\d+$",
        )

    def ask(self, method: str, params: Any) -> Any:
        """One call of its JSON-RPC."""
        headers = {"content-type": "application/json-rpc"}
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        body = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        answer = call("POST", f"{self.address}/api_jsonrpc.php", json=body, headers=headers)
        if "error" in answer:
            raise ToolError(f"{method}: {answer['error']}")
        return answer["result"]

    def _write_settings(self, database: int, server: int) -> None:
        folder = self.place.folder
        shutil.copytree(FRONTEND, folder / "front")
        loader = folder / "front/include/classes/core/CConfigFile.php"
        own = loader.read_text().replace("/etc/zabbix/zabbix.conf.php", f"{folder}/zabbix.conf.php")
        loader.write_text(own)
        (folder / "zabbix.conf.php").write_text(SETTINGS.format(database=database, server=server))
        settings = {
            "LogFile": folder / "server.log",
            "PidFile": folder / "server.pid",
            "SocketDir": folder,
            "DBHost": "127.0.0.1",
            "DBPort": database,
            "DBName": "zabbix",
            "DBUser": "zabbix",
            "DBPassword": "zbx",
            "ListenPort": server,
            "ListenIP": "127.0.0.1",
            "AllowRoot": 1,
            "CacheSize": "16M",
            **{f"Start{name}": 1 for name in PROCESSES.split()},
        }
        (folder / "server.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def _sign_in(self) -> bool:
        try:
            self.token = self.ask("user.login", {"username": "Admin", "password": "zabbix"})
            made = self.ask("token.create", {"name": "causeloop", "userid": "1"})
            self.token = self.ask("token.generate", made["tokenids"])[0]["token"]
        except Exception:
            self.token = ""
            return False
        return True

    def _make_host(self) -> None:
        self.ask("host.update", {"hostid": "10084", "status": 1})
        (group,) = self.ask("hostgroup.create", {"name": "Shop"})["groupids"]
        host = {"host": "db-01.lab", "name": "DB 01 (orders)", "groups": [{"groupid": group}]}
        tags = [{"tag": "service", "value": "orders-db"}, {"tag": "team", "value": "data"}]
        (host_id,) = self.ask("host.create", {**host, "tags": tags})["hostids"]
        item = {"hostid": host_id, "name": "Connections", "key_": "db.conn", "type": 2, "value_type": 3}
        self.ask("item.create", item)
        self.ask("trigger.create", TRIGGER)
        self.host_id = host_id
        self._push(5)

    def _push_until(self, value: int, problems: int) -> None:
        """The server may learn of the trigger later than of the item: one value may be too early."""

        def is_seen() -> bool:
            self._push(value)
            open_ones = self.ask("problem.get", {"hostids": [self.host_id], "output": ["eventid"]})
            return len(open_ones) == problems

        wait_for(is_seen, 120, f"{problems} problems", pause=2)

    def _push(self, value: int) -> None:
        """The server takes a value only when it has learned of the item."""

        def is_taken() -> bool:
            sent = self.ask("history.push", [{"host": "db-01.lab", "key": "db.conn", "value": value}])
            return "error" not in sent["data"][0]

        wait_for(is_taken, 90, "Zabbix to take a value", pause=2)
