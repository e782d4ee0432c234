"""The stable identity of a failure: the same whoever asks, and whenever, while it fails in the same way."""

from hashlib import blake2b

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import read_trace_key
from causeloop_pipeline.analysis.detect.fingerprints.masking import mask_message

PREFIX = "cf_"


def identify_failure(scope: str, title: str, body: str | None) -> str:
    """Names a failure by what stays the same when it recurs.

    In: the workspace, so that equal failures of two tenants have nothing in common; title and body. Out:
    `cf_` and 24 hex digits, of the signature of its stack trace or, without one, of its masked title.
    """
    trace = read_trace_key(title, body)
    masked = mask_message(title).casefold()
    signature = f"trace:{trace}" if trace else f"message:{masked}"
    digest = blake2b(f"{scope}\n{signature}".encode("utf-8", "surrogatepass"), digest_size=12)
    return PREFIX + digest.hexdigest()
