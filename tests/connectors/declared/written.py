"""A declaration that uses most of the vocabulary, and an answer of its tool."""

from typing import Any

DESK = r"""
name: acme_desk
title: Acme Desk
base_url: https://api.acme.example
credentials:
  - {name: token, title: API token}
config:
  - {name: project, title: Project}
auth: {bearer: "{token}"}
headers: {Accept: application/json}
pulls:
  - name: tickets
    path: /projects/{project}/tickets
    records: data.items
    params: {order: asc}
    pages: {offset_pages: {size: 50}}
    schema: {key: id, updated_at: changed}
    since: {field: changed, param: changed_since, ascending: true, overlap: 10 minutes}
webhook:
  signatures: [{hmac_signature: x-acme-signature}]
  events:
    - {record: ticket, schema: {updated_at: changed}}
    - {record: deploy, schema: {key: "deploy/{id}", updated_at: at, kind: change}}
issues:
  - name: ticket
    title: subject
    body: {plain_text: text}
    severity: prio
    status: state
    service: [{tag: {path: labels, names: service}}, component.name]
    error_type: {match: {of: subject, pattern: "(\\w+Error)"}}
    external_url: {text: "https://acme.example/t/{id}"}
    source_created_at: created
    attributes: {number: number}
changes:
  - {name: deploy, title: what, service: app, changed_at: at, change_kind: {literal: deploy}}
words:
  severity: {blocker: p1, minor: p4}
  status: {fixed: resolved, "new": open}
"""
TICKET: dict[str, Any] = {
    "id": 7,
    "number": "T-7",
    "subject": "TimeoutError in checkout",
    "text": "<p>It <b>hangs</b></p>",
    "prio": "Blocker",
    "state": "fixed",
    "labels": ["service:pay"],
    "created": "2026-01-02T03:04:05Z",
    "changed": "2026-01-03T03:04:05Z",
}
ANSWER: dict[str, Any] = {"data": {"items": [TICKET]}}
DEPLOY = {"id": "d1", "what": "Release 7", "app": "pay", "at": "2026-01-04T00:00:00Z"}
