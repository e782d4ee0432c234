"""What tools send, as their documentation shows it: (what fails, the same when it is over)."""

from typing import Any

Sent = dict[str, Any]

APPRISE = {"version": "1.0", "title": "Backup of db-1", "message": "rsync: code 23", "attachments": []}
SLACK = {
    "channel": "#ops",
    "username": "Alertmanager",
    "attachments": [
        {
            "title": "[FIRING:1] HighQueueDepth (orders)",
            "title_link": "https://alerts.example/#/alerts",
            "text": "Queue orders has 500 messages",
            "fallback": "[FIRING:1] HighQueueDepth (orders) | https://alerts.example",
            "color": "danger",
        }
    ],
}
SLACK_OVER = {
    "attachments": [{"title": "[RESOLVED] HighQueueDepth (orders)", "color": "good", "fallback": "over"}]
}
DISCORD = {
    "username": "Uptime Kuma",
    "embeds": [
        {
            "title": "❌ Your service Shop went down. ❌",
            "color": 16711680,
            "timestamp": "2026-11-12T10:00:00.000Z",
            "fields": [
                {"name": "Service Name", "value": "Shop"},
                {"name": "Service URL", "value": "https://shop.example"},
                {"name": "Error", "value": "connect ECONNREFUSED"},
            ],
        }
    ],
}
DISCORD_OVER = {
    "embeds": [
        {
            "title": "✅ Your service Shop is up! ✅",
            "color": 65280,
            "timestamp": "2026-11-12T10:05:00.000Z",
            "fields": [{"name": "Service Name", "value": "Shop"}, {"name": "Ping", "value": "12 ms"}],
        }
    ]
}
TEAMS = {
    "@type": "MessageCard",
    "@context": "https://schema.org/extensions",
    "themeColor": "D70000",
    "title": "CRITICAL: disk full on db-1",
    "sections": [{"facts": [{"name": "Host:", "value": "db-1"}, {"name": "Severity", "value": "critical"}]}],
    "potentialAction": [{"@type": "OpenUri", "name": "View", "targets": [{"uri": "https://mon.example/1"}]}],
}
TEAMS_OVER = {
    "@type": "MessageCard",
    "themeColor": "2DC72D",
    "title": "OK: disk full on db-1",
    "sections": [{"facts": [{"name": "Host:", "value": "db-1"}]}],
}
ADAPTIVE_CARD = {
    "type": "message",
    "attachments": [
        {
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "type": "AdaptiveCard",
                "body": [
                    {"type": "TextBlock", "weight": "Bolder", "text": "Nightly export failed"},
                    {"type": "FactSet", "facts": [{"title": "Service", "value": "billing"}]},
                ],
                "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": "https://ci.example/7"}],
            },
        }
    ],
}
BLOCKS = {
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": ":red_circle: Payment API is down"}},
        {
            "type": "section",
            "fields": [
                {"type": "mrkdwn", "text": "*Service:*\npayments"},
                {"type": "mrkdwn", "text": "*Severity:*\ncritical"},
            ],
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": "502. <https://status.example/1|Details>"}},
    ]
}
TRIGGER = {
    "routing_key": "R",
    "event_action": "trigger",
    "dedup_key": "disk/db-3",
    "payload": {
        "summary": "Disk at 99 % on db-3",
        "source": "db-3.example",
        "severity": "critical",
        "timestamp": "2026-07-17T08:42:58.315+0000",
    },
    "client_url": "https://mon.example/db-3",
}
SENSU = {
    "entity": {"metadata": {"name": "web01"}},
    "check": {"metadata": {"name": "check-nginx"}, "output": "CRITICAL: no nginx", "state": "failing"},
    "timestamp": 1762900010,
    "id": "3a5948f3-6ffd-4ea2-a41e-334f4a72ca2f",
}
SENSU_OVER = {
    "entity": {"metadata": {"name": "web01"}},
    "check": {"metadata": {"name": "check-nginx"}, "output": "OK", "state": "passing"},
    "timestamp": 1762900100,
    "id": "aaa948f3-6ffd-4ea2-a41e-334f4a72ca2f",
}
ON_CALL = {
    "message_type": "CRITICAL",
    "entity_id": "disk.space/db01",
    "entity_display_name": "Low disk space on DB01",
    "state_message": "The disk is full",
    "state_start_time": 1762900000,
}
JENKINS = {
    "name": "release",
    "url": "job/release/",
    "build": {"full_url": "https://ci.example/job/release/18/", "number": 18, "status": "FAILURE"},
}

PAIRS: dict[str, tuple[Sent, Sent]] = {
    "Apprise": (APPRISE | {"type": "failure"}, APPRISE | {"type": "success", "message": "all fine"}),
    "Slack": (SLACK, SLACK_OVER),
    "Discord": (DISCORD, DISCORD_OVER),
    "Teams": (TEAMS, TEAMS_OVER),
    "a line": ({"text": "*web01* is DOWN: connection refused"}, {"text": "*web01* is UP"}),
    "PagerDuty's events": (TRIGGER, {"event_action": "resolve", "dedup_key": "disk/db-3"}),
    "Sensu": (SENSU, SENSU_OVER),
    "VictorOps": (ON_CALL, {"message_type": "RECOVERY", "entity_id": "disk.space/db01"}),
    "Jenkins": (JENKINS, JENKINS | {"build": {"number": 19, "status": "SUCCESS"}}),
    "a flag": (
        {"job": "nightly-export", "success": False, "error": "exit 3"},
        {"job": "nightly-export", "success": True, "duration": 3.1},
    ),
}

NODE_RUN = {
    "execution": {
        "id": "231",
        "url": "https://n8n.example/execution/231",
        "error": {"message": "Example Error Message", "stack": "NodeApiError: Example\n at x"},
        "lastNodeExecuted": "Node With Error",
    },
    "workflow": {"id": "1", "name": "Example Workflow"},
}
JOURNAL = {
    "__REALTIME_TIMESTAMP": "1762900000123456",
    "PRIORITY": "3",
    "_HOSTNAME": "web01",
    "SYSLOG_IDENTIFIER": "nginx",
    "_SYSTEMD_UNIT": "nginx.service",
    "MESSAGE": "bind() to 0.0.0.0:80 failed (98: Address already in use)",
}
GELF = {
    "version": "1.1",
    "host": "web01",
    "short_message": "Connection to orders-db refused",
    "full_message": "Traceback (most recent call last):\nConnectionError: refused",
    "level": 3,
    "timestamp": 1762900000.123,
    "_app": "shop",
}
PINO = {
    "level": 50,
    "time": 1762900000123,
    "pid": 12,
    "hostname": "web01",
    "err": {"type": "TypeError", "message": "x is undefined", "stack": "TypeError: x\n at a.js:1"},
    "msg": "request failed",
}
KUBERNETES = {
    "kind": "Event",
    "metadata": {"name": "web-5d.17", "namespace": "shop", "uid": "0b9d0f7e-1111-4ea2-a41e-334f4a72ca2f"},
    "involvedObject": {"kind": "Pod", "namespace": "shop", "name": "web-5d"},
    "reason": "BackOff",
    "message": "Back-off restarting failed container",
    "source": {"component": "kubelet", "host": "node1"},
    "firstTimestamp": "2026-11-12T10:00:00Z",
    "lastTimestamp": "2026-11-12T10:05:00Z",
    "type": "Warning",
}
FALCO = {
    "output": "10:20:05.408091526: Warning Sensitive file opened by non-trusted program",
    "priority": "Warning",
    "rule": "Read sensitive file untrusted",
    "time": "2026-11-12T10:20:05.408091526Z",
    "output_fields": {"proc.name": "cat"},
    "hostname": "node1",
}
PUSHED = {"topic": "nas", "title": "RAID degraded", "message": "md0 lost sdb1", "priority": 5}

FIELDS: dict[str, tuple[Sent, dict[str, str]]] = {
    "Apprise": (
        APPRISE | {"type": "failure"},
        {"title": "Backup of db-1", "body": "rsync: code 23", "severity": "error"},
    ),
    "Slack": (
        SLACK,
        {"title": "HighQueueDepth (orders)", "external_url": "https://alerts.example/#/alerts"},
    ),
    "Discord": (DISCORD, {"title": "Your service Shop went down.", "service": "Shop", "severity": "p2"}),
    "Teams": (
        TEAMS,
        {"service": "db-1", "own_severity": "p1", "external_url": "https://mon.example/1"},
    ),
    "an Adaptive Card": (
        ADAPTIVE_CARD,
        {"title": "Nightly export failed", "service": "billing", "external_url": "https://ci.example/7"},
    ),
    "blocks": (
        BLOCKS,
        {
            "title": "Payment API is down",
            "service": "payments",
            "own_severity": "p1",
            "external_url": "https://status.example/1",
        },
    ),
    "PagerDuty's events": (
        TRIGGER,
        {
            "title": "Disk at 99 % on db-3",
            "external_id": "disk/db-3",
            "service": "db-3.example",
            "own_severity": "p1",
            "external_url": "https://mon.example/db-3",
        },
    ),
    "n8n": (
        NODE_RUN,
        {
            "title": "Example Error Message",
            "service": "Example Workflow",
            "external_id": "231",
            "external_url": "https://n8n.example/execution/231",
        },
    ),
    "the journal": (
        JOURNAL,
        {
            "service": "nginx.service",
            "own_severity": "p2",
            "source_created_at": "2025-11-11T22:26:40.123456+00:00",
        },
    ),
    "GELF": (
        GELF,
        {"title": "Connection to orders-db refused", "service": "shop", "error_type": "ConnectionError"},
    ),
    "pino": (PINO, {"title": "request failed", "error_type": "TypeError", "own_severity": "p2"}),
    "Kubernetes": (
        KUBERNETES,
        {
            "title": "Back-off restarting failed container",
            "service": "web-5d",
            "error_type": "BackOff",
            "source_created_at": "2026-11-12T10:00:00+00:00",
        },
    ),
    "Falco": (FALCO, {"title": "Sensitive file opened by non-trusted program", "own_severity": "p3"}),
    "ntfy": (PUSHED, {"title": "RAID degraded", "body": "md0 lost sdb1", "own_severity": "p1"}),
    "a job": (PAIRS["a flag"][0], {"title": "nightly-export: exit 3", "service": "nightly-export"}),
}

QUIET: dict[str, Sent] = {
    "an information": APPRISE | {"type": "info"},
    "a line of the journal": JOURNAL | {"PRIORITY": "6"},
    "a line of pino": PINO | {"level": 30},
    "a run that goes on": {"job": "nightly-export", "status": "RUNNING"},
    "an event of Kubernetes": KUBERNETES | {"type": "Normal", "reason": "Pulled"},
}
