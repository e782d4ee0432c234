"""Airflow 2 and 3, standalone: a DAG whose task raises until a file is there."""

import json
from pathlib import Path
from typing import Any, ClassVar

from tests.realtools.packages import install_python, read_version
from tests.realtools.place import ToolError, call, wait_for
from tests.realtools.real_tool import Expected, RealTool

DAG = """
import os
from datetime import datetime
{imports}

with DAG("send_report", start_date=datetime(2026, 11, 1), schedule=None, catchup=False):
    @task
    def render():
        if not os.path.exists("{folder}/ok"):
            raise ValueError("template missing column revenue_eur")
    render()
"""


class Airflow3(RealTool):
    """DAG runs by the API, the user's password given to the connector."""

    name = "airflow3"
    title = "Airflow 3"
    type = "airflow"
    is_polled = True
    words = ("send_report", "send_letter")
    requirement = "apache-airflow==3.3.2"
    imports = "from airflow.sdk import DAG, task"
    api, health = "/api/v2", "/api/v2/monitor/health"
    run_body: ClassVar[Any] = {"logical_date": None}

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(self.requirement)
        return read_version(self.requirement)

    def start(self) -> None:
        """The DAG, `airflow standalone`, and the password that it wrote."""
        self.port, logs, more_logs = (next(self.place.ports) for _ in range(3))
        folder = self.place.folder
        (folder / "dags").mkdir()
        (folder / "dags" / "lab.py").write_text(DAG.format(imports=self.imports, folder=folder))
        environment = {
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(logs),
            "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(more_logs),
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin",
            **self.variables,
        }
        self.place.start(self.programs / "airflow", "standalone", environment=environment)
        self.place.await_answer(self.address + self.health)
        self.password = wait_for(lambda: self._read_password(folder), 60, "Airflow's password")
        wait_for(self._has_dag, 120, "the DAG", pause=2)
        self.ask("PATCH", "/dags/send_report", {"is_paused": False})
        self.run_id = ""

    @property
    def variables(self) -> dict[str, str]:
        """What only this version needs."""
        return {
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__WORKERS": "1",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{self.address}/execution/",
            "AIRFLOW__API__BASE_URL": self.address,
            "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "20",
        }

    @property
    def address(self) -> str:
        """The API server's."""
        return f"http://127.0.0.1:{self.port}"

    def configure(self, address: str) -> dict[str, Any]:
        """The address; the version is 2 of the API."""
        return {"base_url": address}

    def read_credentials(self) -> dict[str, str]:
        """The user's name and password, as the catalog asks for them."""
        return {"username": "admin", "password": self.password}

    def fail(self) -> None:
        """A run that fails."""
        self.place.let_fail()
        self.run_id = self.ask("POST", "/dags/send_report/dagRuns", self.run_body)["dag_run_id"]
        self._await_state("failed")

    def recover(self) -> None:
        """The failed task is cleared, and the same run succeeds."""
        self.place.let_succeed()
        body = {"dry_run": False, "dag_run_id": self.run_id, "only_failed": True, "reset_dag_runs": True}
        self.ask("POST", "/dags/send_report/clearTaskInstances", body)
        self._await_state("success")

    @property
    def expected(self) -> Expected:
        """The task and what it raised; the DAG; the run's page."""
        return Expected(
            title=r"send_report.*render|render.*send_report",
            severity="p3",
            service="^send_report$",
            link=rf"^{self.address}/.*send_report",
        )

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API as the admin."""
        token = call(
            "POST", f"{self.address}/auth/token", json={"username": "admin", "password": self.password}
        )["access_token"]
        headers = {"authorization": f"Bearer {token}"}
        return call(method, self.address + self.api + path, headers=headers, json=body)

    def _read_password(self, folder: Path) -> str:
        written = folder / "simple_auth_manager_passwords.json.generated"
        return str(json.loads(written.read_text() or "{}").get("admin", "")) if written.exists() else ""

    def _has_dag(self) -> bool:
        try:
            return bool(self.ask("GET", "/dags/send_report"))
        except ToolError:
            return False

    def _await_state(self, state: str) -> None:
        path = f"/dags/send_report/dagRuns/{self.run_id.replace('+', '%2B').replace(':', '%3A')}"
        wait_for(lambda: self.ask("GET", path)["state"] == state, 120, f"a run to be {state}", pause=1)


class Airflow2(Airflow3):
    """The former version: basic authentication, version 1 of the API."""

    name = "airflow2"
    title = "Airflow 2"
    requirement = "apache-airflow==2.11.0"
    imports = "from airflow import DAG\nfrom airflow.decorators import task"
    api, health = "/api/v1", "/api/v1/health"
    run_body: ClassVar[Any] = {}

    def install(self) -> str:
        """From PyPI, with the users of its former login."""
        self.programs = install_python(self.requirement, "apache-airflow-providers-fab==1.5.3")
        return read_version(self.requirement)

    @property
    def variables(self) -> dict[str, str]:
        """What only this version needs."""
        backends = "airflow.api.auth.backend.basic_auth,airflow.api.auth.backend.session"
        return {
            "AIRFLOW__WEBSERVER__WEB_SERVER_PORT": str(self.port),
            "AIRFLOW__WEBSERVER__WEB_SERVER_HOST": "127.0.0.1",
            "AIRFLOW__WEBSERVER__WORKERS": "1",
            "AIRFLOW__WEBSERVER__BASE_URL": self.address,
            "AIRFLOW__API__AUTH_BACKENDS": backends,
        }

    def configure(self, address: str) -> dict[str, Any]:
        """The address, and version 1 of the API."""
        return {"base_url": address, "api_version": "v1"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API as the admin."""
        return call(method, self.address + self.api + path, auth=("admin", self.password), json=body)

    def _read_password(self, folder: Path) -> str:
        written = folder / "standalone_admin_password.txt"
        return written.read_text().strip() if written.exists() else ""
