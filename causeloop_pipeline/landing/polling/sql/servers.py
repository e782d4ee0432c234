"""What each engine is connected by: its server, whose addresses were checked, or its vendor's account."""

import ssl
from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.sql.engines import Engine

DATABRICKS_PORT = 443


def name_server(
    engine: Engine, config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> dict[str, Any]:
    """The connection's parameters, and under `reach` what the reading process may connect to."""
    match engine.name:
        case "postgresql" | "redshift":
            return _name_postgres(config, credentials, egress)
        case "mysql" | "sql_server":
            return _name_host(config, credentials, egress)
        case "databricks":
            return _name_databricks(config, credentials, egress)
    names = ("account", "dbname", "kind", "location", "project", "role", "user", "warehouse")
    account = {name: config.get(name) or "" for name in names}
    secret = credentials.get("password") or credentials.get("service_account") or ""
    return {"connection": {**account, "dbname": config.get("database", ""), "password": secret}}


def _name_postgres(
    config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> dict[str, Any]:
    """Addresses that were checked, and the name for the certificate."""
    host, port = str(config["host"]), int(config["port"])
    addresses = egress.addresses(host, port)
    verifies = str(config["sslmode"]).startswith("verify")
    connection = {
        "host": ",".join([host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": port,
        "dbname": config["database"],
        "user": config["user"],
        "password": credentials["password"],
        "sslmode": config["sslmode"],
        "sslrootcert": (ssl.get_default_verify_paths().cafile or "system") if verifies else None,
    }
    return {"connection": connection}


def _name_host(
    config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> dict[str, Any]:
    """The name, which the driver looks up again: the process ends a connection to any other address."""
    host, port = str(config["host"]), int(config["port"])
    reach = [[address, port] for address in egress.addresses(host, port)]
    connection = {
        "host": host,
        "port": port,
        "dbname": config["database"],
        "user": config["user"],
        "password": credentials["password"],
        "sslmode": config["sslmode"],
    }
    return {"connection": connection, "reach": {"addresses": reach}}


def _name_databricks(
    config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> dict[str, Any]:
    host = str(config["host"])
    reach = [[address, DATABRICKS_PORT] for address in egress.addresses(host, DATABRICKS_PORT)]
    connection = {
        "host": host,
        "http_path": config["http_path"],
        "catalog": config.get("catalog") or "",
        "password": credentials["password"],
    }
    return {"connection": connection, "reach": {"addresses": reach}}
