"""What Okta and Microsoft Entra send."""

from typing import Any
from uuid import uuid4

import httpx2

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


def connect(api_url: str, token: str) -> httpx2.Client:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/scim+json"}
    return httpx2.Client(base_url=f"{api_url}/scim/v2", headers=headers, timeout=30)


def okta_user(email: str, **more: Any) -> dict[str, Any]:
    """What Okta sends to create somebody."""
    return {
        "schemas": [USER],
        "userName": email,
        "name": {"givenName": "Ana", "familyName": "Ruiz"},
        "emails": [{"primary": True, "value": email, "type": "work"}],
        "displayName": "Ana Ruiz",
        "locale": "en-US",
        "externalId": "00u1",
        "groups": [],
        "password": "1mz050nq",
        "active": True,
        **more,
    }


def entra_user(email: str) -> dict[str, Any]:
    """What Microsoft Entra sends to create somebody."""
    return {
        "schemas": [USER, ENTERPRISE_USER],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": email,
        "active": True,
        "emails": [{"primary": True, "type": "work", "value": email}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Bo Ek", "familyName": "Ek", "givenName": "Bo"},
        "roles": [],
        ENTERPRISE_USER: {"department": "R&D", "manager": {"value": "x"}},
    }


def patch(provider: httpx2.Client, path: str, *operations: dict[str, Any]) -> httpx2.Response:
    return provider.patch(path, json={"schemas": [PATCH], "Operations": list(operations)})


def new_email() -> str:
    return f"{uuid4().hex}@example.com"
