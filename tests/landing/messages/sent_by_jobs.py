"""What tools of automation and of watching post of a run, a check and a pod."""

from tests.landing.messages.sent import Sent

JOB_RUN = {
    "id": 38,
    "name": "Nightly deploy",
    "url": "https://awx.example/#/jobs/38",
    "started": "2026-07-28T19:57:07Z",
    "finished": "2026-07-28T19:58:07Z",
    "status": "failed",
    "project": "shop",
}
PING = {
    "name": "Nightly backup",
    "status": "down",
    "check": "https://checks.example/0e1",
    "now": "2026-09-01T03:10:00Z",
}
INCIDENT = {
    "data": {
        "id": "25",
        "type": "incident",
        "attributes": {
            "name": "shop homepage",
            "cause": "Status 404",
            "started_at": "2026-09-01T09:00:00Z",
            "status": "Started",
        },
    }
}
INCIDENT_OVER = {
    "data": {
        "id": "25",
        "type": "incident",
        "attributes": {
            "name": "shop homepage",
            "cause": "Status 404",
            "started_at": "2026-09-01T09:00:00Z",
            "resolved_at": "2026-09-01T09:20:00Z",
            "status": "Resolved",
        },
    }
}
BUILD = {
    "event": "build",
    "build": {"number": 7, "status": "failure", "message": "Update it", "ref": "main", "author_login": "ann"},
    "repo": {"slug": "acme/shop"},
    "repository": "acme/shop",
}
RUN = {"entity": "run", "data": {"run_id": "a1", "status": "FAILED", "run_name": "train-churn"}}
PAIRS_OF_JOBS: dict[str, tuple[Sent, Sent]] = {
    "a run by its job": (JOB_RUN, JOB_RUN | {"id": 39, "status": "successful"}),
    "an incident that was started": (INCIDENT, INCIDENT_OVER),
    "a check by its name": (PING, PING | {"status": "up"}),
}
FIELDS_OF_JOBS: dict[str, tuple[Sent, dict[str, str]]] = {
    "an incident that was started": (INCIDENT, {"title": "shop homepage: Status 404", "status": "open"}),
    "a build, whose commit has a message": (BUILD, {"title": "acme/shop: failure", "service": "acme/shop"}),
    "a run by its name, not its kind": (RUN, {"title": "train-churn: FAILED", "service": "train-churn"}),
    "a run by its job": (
        JOB_RUN,
        {
            "title": "Nightly deploy: failed",
            "service": "shop",
            "source_created_at": "2026-07-28T19:57:07+00:00",
            "external_url": "https://awx.example/#/jobs/38",
        },
    ),
    "a check whose address is beside its name": (
        PING,
        {
            "title": "Nightly backup: down",
            "external_url": "https://checks.example/0e1",
            "source_updated_at": "2026-09-01T03:10:00+00:00",
        },
    ),
    "an event of a pod": (
        {
            "type": "Warning",
            "reason": "BackOff",
            "message": "Back-off restarting failed container",
            "involvedObject": {"kind": "Pod", "name": "orders-7d9c5b6f5-x2k8p", "namespace": "prod"},
        },
        {"service": "orders", "error_type": "BackOff"},
    ),
}
