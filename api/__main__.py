"""`python -m api`: the API and dashboard where the settings say, as every deployment starts it.

`FORWARDED_ALLOW_IPS` names the proxies whose `X-Forwarded-For` is believed; unset, none is.
"""

import uvicorn

from causeloop_pipeline.settings import copy_environment, settings


def main() -> None:
    """Serve until interrupted."""
    config = settings()
    uvicorn.run(
        "api.main:create_app",
        factory=True,
        host=config.api_host,
        port=config.api_port,
        server_header=False,
        access_log=False,
        http="api.http.server_protocol:TimedProtocol",
        forwarded_allow_ips=copy_environment().get("FORWARDED_ALLOW_IPS", ""),
    )


if __name__ == "__main__":
    main()
