"""Events that are sent until they are acknowledged, and the fate of each."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2
import psycopg

from bench.chaos.installation import ChaosInstallation

ACKNOWLEDGED = {200, 201, 202}
RETRY_SECONDS, TIMEOUT_SECONDS, SLOW_SECONDS = 0.25, 15.0, 2.0
MAX_ATTEMPTS = 2_000
TITLES = (
    "checkout times out for {}",
    "cannot connect to replica {}",
    "payment {} declined twice",
    "queue {} is full",
)

SELECT_STORED = """
select
    count(*) filter (where copies > 1 or versions > 1) as doubled,
    array_agg(external_id) as stored
from (
    select
        i.external_id,
        count(*) as copies,
        max((select count(*) from raw.record as r
             where (r.workspace_id, r.source, r.external_id) = (i.workspace_id, i.source, i.external_id)
        )) as versions
    from core.issue as i
    group by i.external_id
) as issues
"""


@dataclass
class Traffic:
    """Sends events at a rate from several threads; an event is sent again until the API has taken it."""

    running: ChaosInstallation
    rate: float
    seed: int
    acknowledged: set[str] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    slow: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, senders: int = 4) -> None:
        """Begin to send."""
        self.threads = [
            threading.Thread(target=self._send_on, args=(number, self.rate / senders), daemon=True)
            for number in range(senders)
        ]
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Send no new event, and wait until each begun one is acknowledged."""
        self.ended.set()
        for thread in self.threads:
            thread.join(timeout=MAX_ATTEMPTS * RETRY_SECONDS)

    def _send_on(self, sender: int, rate: float) -> None:
        choose = random.Random(f"{self.seed} {sender}")
        with httpx2.Client(base_url=self.running.api_url, timeout=TIMEOUT_SECONDS) as client:
            number = 0
            while not self.ended.is_set():
                number += 1
                external_id = f"{self.seed}-{id(self):x}-{sender}-{number}"
                title = choose.choice(TITLES).format(choose.randrange(40))
                now = datetime.now(UTC).isoformat()  # the same for every retry, so that it stays one version
                event = {"external_id": external_id, "title": title, "service": "checkout"}
                self._send(client, {**event, "source_created_at": now, "source_updated_at": now})
                self.ended.wait(choose.expovariate(rate))

    def _send(self, client: httpx2.Client, event: dict[str, str]) -> None:
        for _ in range(MAX_ATTEMPTS):
            began = time.monotonic()
            try:
                answer = client.post(
                    "/v1/ingest/events", json=event, headers={"authorization": f"Bearer {self.running.key}"}
                )
                status = str(answer.status_code)
                if status == "503" and "retry-after" not in answer.headers:
                    status = "503 without Retry-After"
            except httpx2.HTTPError as error:
                status = type(error).__name__
            with self.lock:
                self.statuses[status] += 1
                self.slow += status.isdigit() and time.monotonic() - began > SLOW_SECONDS
                if status.isdigit() and int(status) in ACKNOWLEDGED:
                    self.acknowledged.add(event["external_id"])
                    return
            time.sleep(RETRY_SECONDS)

    def count_defects(self) -> int:
        """Count responses that are neither a success nor a 503 with Retry-After."""
        return sum(
            count for status, count in self.statuses.items() if status.startswith("5") and status != "503"
        )

    def compare(self) -> tuple[int, int]:
        """How many acknowledged events have no issue, and how many have several."""
        url = self.running.urls["pipeline_database_url"]
        with psycopg.connect(url) as connection:
            scope = f"{{{self.running.workspace_id}}}"
            connection.execute("select set_config('causeloop.scope', %s, true)", (scope,))
            doubled, stored = connection.execute(SELECT_STORED).fetchone() or (0, [])
        return len(self.acknowledged - set(stored or [])), int(doubled)
