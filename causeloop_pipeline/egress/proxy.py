"""The company's proxy: a tunnel to a host whose addresses the policy has checked before."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import httpcore2

MAX_ANSWER = 16_384
END = b"\r\n\r\n"


@dataclass(frozen=True)
class Proxy:
    """Where the proxy listens, and whom it serves."""

    host: str
    port: int
    authorization: str = ""

    @classmethod
    def parse(cls, address: str) -> "Proxy":
        """The proxy of `http://[user:password@]host:port`; raises ValueError for anything else."""
        parts = urlsplit(address)
        if parts.scheme != "http" or not parts.hostname or not parts.port:
            raise ValueError("CAUSELOOP_EGRESS_PROXY must be http://[user:password@]host:port")
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        encoded = base64.b64encode(pair.encode()).decode() if parts.username else ""
        return cls(parts.hostname, parts.port, f"Basic {encoded}" if encoded else "")

    def open_tunnel(
        self, stream: httpcore2.NetworkStream, host: str, port: int, timeout: float | None
    ) -> httpcore2.NetworkStream:
        """The same connection, which now leads to the host; raises ConnectError where the proxy refuses."""
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
        lines += [f"Proxy-Authorization: {self.authorization}"] if self.authorization else []
        stream.write("\r\n".join(lines).encode("ascii") + END, timeout)
        answer = b""
        while END not in answer:
            received = stream.read(MAX_ANSWER, timeout)
            answer += received
            if not received or len(answer) > MAX_ANSWER:
                stream.close()
                raise httpcore2.ConnectError("the proxy of CAUSELOOP_EGRESS_PROXY gave no answer")
        words = answer.split(b"\r\n", 1)[0].split(b" ", 2)
        if len(words) < 2 or words[1] != b"200":
            stream.close()
            status = words[1].decode("ascii", "replace") if len(words) > 1 else "nothing"
            raise httpcore2.ConnectError(f"the proxy of CAUSELOOP_EGRESS_PROXY refused {place}: {status}")
        return stream
