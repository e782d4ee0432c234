"""HTTP transport that connects only to checked addresses, and can end every exchange at a deadline."""

import ssl
import time
from functools import cache
from typing import Any

import httpcore2
import httpx2

from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.proxy import Proxy
from causeloop_pipeline.settings import settings


class CheckedTransport(httpx2.HTTPTransport):
    """HTTP over checked connections. It is used without a client: no proxies, cookies or logged addresses.

    All exchanges together end within `seconds`, if set: every wait is limited to the remaining time.
    """

    def __init__(self, policy: EgressPolicy, seconds: float | None = None) -> None:
        super().__init__(verify=_load_authorities())
        self._pool = httpcore2.ConnectionPool(
            ssl_context=_load_authorities(),
            max_connections=4,
            network_backend=_CheckedBackend(policy, None if seconds is None else time.monotonic() + seconds),
        )


@cache
def _load_authorities() -> ssl.SSLContext:
    """The machine's certificate authorities and the company's: loading takes longer than most exchanges."""
    authorities = httpx2.create_ssl_context(trust_env=False)
    if bundle := settings().ca_bundle:
        authorities.load_verify_locations(cafile=bundle)
    return authorities


def _read_proxy() -> Proxy | None:
    address = settings().egress_proxy
    return Proxy.parse(address.get_secret_value()) if address else None


class _CheckedBackend(httpcore2.SyncBackend):
    """Connects to addresses that the policy has checked, never to a name; or by the proxy that is set."""

    def __init__(self, policy: EgressPolicy, deadline: float | None) -> None:
        self._policy, self._deadline = policy, deadline

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> httpcore2.NetworkStream:
        *others, last = self._policy.addresses(host, port)
        if (proxy := _read_proxy()) and not self._policy.allows(host, port):
            stream = self._connect(proxy.host, proxy.port, timeout, *args, **options)
            return proxy.open_tunnel(stream, host, port, timeout)
        for address in others:
            try:
                return self._connect(address, port, timeout, *args, **options)
            except httpcore2.ConnectError:
                continue
        return self._connect(last, port, timeout, *args, **options)

    def _connect(
        self, address: str, port: int, timeout: float | None, *args: Any, **options: Any
    ) -> httpcore2.NetworkStream:
        if self._deadline is None:
            return super().connect_tcp(address, port, timeout, *args, **options)
        left = _compute_remaining_seconds(self._deadline, timeout, httpcore2.ConnectTimeout)
        return _TimedStream(super().connect_tcp(address, port, left, *args, **options), self._deadline)


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends at the deadline, so that trickling bytes cannot prolong it."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(
            max_bytes, _compute_remaining_seconds(self._deadline, timeout, httpcore2.ReadTimeout)
        )

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(
            buffer, _compute_remaining_seconds(self._deadline, timeout, httpcore2.WriteTimeout)
        )

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        left = _compute_remaining_seconds(self._deadline, timeout, httpcore2.ConnectTimeout)
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _compute_remaining_seconds(deadline: float, timeout: float | None, late: type[Exception]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise late("the time allowed for the exchange is over")
    return left if timeout is None else min(left, timeout)
