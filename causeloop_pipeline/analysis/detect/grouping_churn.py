"""Whether a grouping changed: a digest of its input, and the share of issues whose pattern changed."""

import hashlib

import polars as pl


def compute_content_digest(*parts: object) -> str:
    """Compute a digest of frames and settings: equal content, equal digest, in any process.

    In: frames, whose rows and columns count in their order, and objects, by their repr. Out: SHA-256 as hex.
    """
    digest = hashlib.sha256()
    for part in parts:
        content = part.write_csv() if isinstance(part, pl.DataFrame) else repr(part)
        digest.update(content.encode())
        digest.update(b"\x1e")
    return digest.hexdigest()


def measure_churn(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """The share of issues whose pattern changed, or that joined or left one.

    In: frame(issue_id, pattern_id), twice. Out: between 0 and 1; 0 where there are no issues.
    """
    both = before.select("issue_id", "pattern_id").join(
        after.select("issue_id", pl.col("pattern_id").alias("pattern_id_after")),
        on="issue_id",
        how="full",
        coalesce=True,
    )
    if both.is_empty():
        return 0.0
    changed = pl.col("pattern_id").ne_missing(pl.col("pattern_id_after"))
    return float(both.select(changed.mean()).item())
