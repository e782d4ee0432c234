"""Prometheus with Alertmanager: a queue is too deep by a metric in a file."""

import json
import sys
from pathlib import Path
from typing import Any

from tests.realtools.packages import install_debian
from tests.realtools.real_tool import Expected, RealTool

RULES = """
groups:
- name: lab
  rules:
  - alert: HighQueueDepth
    expr: queue_depth > 100
    labels: {severity: critical, team: payments}
    annotations: {summary: "Queue orders has too many messages"}
  - {alert: Watchdog, expr: vector(1), labels: {severity: none}}
"""
PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s, external_labels: {{environment: production}}}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{alerts}"]}}]}}]}}
rule_files: [rules.yml]
scrape_configs: [{{job_name: checkout-api, static_configs: [{{targets: ["127.0.0.1:{metrics}"]}}]}}]
"""


class Alertmanager(RealTool):
    """What Alertmanager pushes."""

    name = "alertmanager"
    title = "Prometheus, Alertmanager"
    type = "prometheus_alertmanager"
    words = ("orders", "parcel")
    unwanted = "Watchdog"
    only = "HighQueueDepth"

    def install(self) -> str:
        """Both from Debian."""
        version = install_debian("prometheus", "prometheus-alertmanager")
        return f"{version}, {install_debian('prometheus-alertmanager')}"

    def start(self) -> None:
        """A file server with the metric, Alertmanager without a receiver, Prometheus."""
        self.alerts, self.prometheus, metrics = (next(self.place.ports) for _ in range(3))
        folder = self.place.folder
        (folder / "metrics").mkdir()
        self._set_depth(5)
        (folder / "rules.yml").write_text(RULES)
        (folder / "prometheus.yml").write_text(PROMETHEUS.format(alerts=self.alerts, metrics=metrics))
        self._write_receiver([])
        self.place.start(
            sys.executable,
            "-m",
            "http.server",
            str(metrics),
            "--bind",
            "127.0.0.1",
            "-d",
            str(folder / "metrics"),
        )
        self.place.start(
            "prometheus-alertmanager",
            "--config.file=alertmanager.yml",
            "--storage.path=alerts",
            f"--web.listen-address=127.0.0.1:{self.alerts}",
            f"--web.external-url={self.address}",
            "--cluster.listen-address=",
        )
        self.place.await_answer(f"{self.address}/-/ready")
        self.place.start(
            "prometheus",
            "--config.file=prometheus.yml",
            "--storage.tsdb.path=data",
            f"--web.listen-address=127.0.0.1:{self.prometheus}",
            f"--web.external-url=http://127.0.0.1:{self.prometheus}",
        )
        self.place.await_answer(f"http://127.0.0.1:{self.prometheus}/-/ready")

    @property
    def address(self) -> str:
        """Alertmanager's."""
        return f"http://127.0.0.1:{self.alerts}"

    def push_to(self, url: str, secret: str) -> None:
        """A receiver as the catalog says: the url, send_resolved, and the secret as a bearer token."""
        authorization = {"authorization": {"credentials": secret}}
        self._write_receiver([{"url": url, "send_resolved": True, "http_config": authorization}])
        self.place.run("curl", "-sf", "-X", "POST", f"{self.address}/-/reload")

    def fail(self) -> None:
        """The queue grows."""
        self._set_depth(500)

    def recover(self) -> None:
        """The queue is short."""
        self._set_depth(5)

    @property
    def expected(self) -> Expected:
        """The alert's labels and annotations, and the page of its rule at Prometheus."""
        return Expected(
            title=r"^HighQueueDepth: Queue orders has too many messages$",
            severity="p1",
            service="^checkout-api$",
            link=rf"^http://127\.0\.0\.1:{self.prometheus}/graph",
        )

    def _set_depth(self, depth: int) -> None:
        (self.place.folder / "metrics" / "metrics").write_text(f'queue_depth{{queue="orders"}} {depth}\n')

    def _write_receiver(self, webhooks: list[dict[str, Any]]) -> None:
        route = {"receiver": "hook", "group_wait": "1s", "group_interval": "2s", "repeat_interval": "2m"}
        config = {"route": route, "receivers": [{"name": "hook", "webhook_configs": webhooks}]}
        Path(self.place.folder / "alertmanager.yml").write_text(json.dumps(config))


class AlertmanagerPolled(Alertmanager):
    """What Alertmanager lists."""

    name = "alertmanager-polled"
    is_polled = True
