"""The fingerprint by which Alertmanager knows an alert: a hash of its labels.

Source: LabelSet.Fingerprint of github.com/prometheus/common/model, an FNV-1a hash of 64 bits.
"""

from collections.abc import Mapping
from typing import Any

OFFSET, PRIME, BITS = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF
END = b"\xff"
"""After each name and each value."""


def compute_fingerprint(labels: Mapping[str, Any]) -> str:
    """16 hexadecimal digits, the same for the same labels in any order."""
    total = OFFSET
    for name in sorted(labels):
        for byte in name.encode() + END + str(labels[name]).encode() + END:
            total = ((total ^ byte) * PRIME) & BITS
    return f"{total:016x}"
