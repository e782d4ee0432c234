"""Baselines: other ways to group issues, from well-known packages, that our grouping is compared with."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import polars as pl

LSA_DIMENSIONS = 32
MIN_COSINE = 0.5
MAX_ISSUES = 20_000  # memory grows with the square of the issues
_MIN_HDBSCAN_ISSUES = 100
_BODY_CHARACTERS = 3_000


def group_by_title(issues: pl.DataFrame) -> pl.Series:
    """Groups issues with the same title.

    In: issues. Out: per issue its title in lower case.
    """
    return issues["title"].fill_null("").str.to_lowercase()


def group_by_drain3(issues: pl.DataFrame) -> pl.Series | None:
    """Groups titles by template, with the Drain3 package and its default masking.

    In: issues. Out: per issue a number of its group, None where the package is not installed.
    """
    if find_spec("drain3") is None:
        return None
    from drain3 import TemplateMiner
    from drain3.masking import MaskingInstruction
    from drain3.template_miner_config import TemplateMinerConfig

    config = TemplateMinerConfig()
    config.masking_instructions = [
        MaskingInstruction(
            r"((?<=[^A-Za-z0-9])|^)(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})((?=[^A-Za-z0-9])|$)", "IP"
        ),
        MaskingInstruction(r"((?<=[^A-Za-z0-9])|^)(0x[a-f0-9A-F]+)((?=[^A-Za-z0-9])|$)", "HEX"),
        MaskingInstruction(r"((?<=[^A-Za-z0-9])|^)([\-\+]?\d+)((?=[^A-Za-z0-9])|$)", "NUM"),
    ]
    miner = TemplateMiner(config=config)
    titles = issues["title"].fill_null("").to_list()
    return pl.Series("predicted", [miner.add_log_message(title)["cluster_id"] for title in titles])


def group_by_average_link(issues: pl.DataFrame) -> pl.Series | None:
    """Groups TF-IDF vectors by average link at cosine .5.

    In: issues. Out: per issue a number of its group, None above 20,000 issues (quadratic memory).
    """
    if not 2 <= issues.height <= MAX_ISSUES:
        return None
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    vectors = _tfidf(issues)
    distance = 1.0 - np.asarray((vectors @ vectors.T).todense(), dtype=np.float32)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0.0, 1.0), checks=False), "average")
    return pl.Series("predicted", fcluster(tree, 1.0 - MIN_COSINE, "distance"))


def group_by_hdbscan(issues: pl.DataFrame) -> pl.Series | None:
    """Groups LSA vectors of 32 dimensions by scikit-learn's HDBSCAN; each noise point is a group of its own.

    In: issues. Out: per issue a number of its group, None below 100 and above 20,000 issues.
    """
    if not _MIN_HDBSCAN_ISSUES <= issues.height <= MAX_ISSUES:
        return None
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    vectors = normalize(TruncatedSVD(LSA_DIMENSIONS, random_state=0).fit_transform(_tfidf(issues)))
    labels = HDBSCAN(min_cluster_size=2, copy=True).fit(vectors).labels_
    is_noise = labels < 0
    labels[is_noise] = labels.max() + 1 + np.arange(int(is_noise.sum()))
    return pl.Series("predicted", labels)


def search_by_tfidf(issues: pl.DataFrame, limit: int) -> dict[str, list[str]]:
    """Ranks by the cosine of TF-IDF vectors the issues that are most similar to each.

    In: issues, how many to return for each. Out: by id the ids of the most similar ones, best first.
    """
    from sparse_dot_topn import sp_matmul_topn

    vectors = _tfidf(issues)
    near = sp_matmul_topn(vectors, vectors.T.tocsr(), top_n=limit + 1, sort=True, n_threads=1)
    ids = issues["issue_id"].to_list()
    rows = np.split(near.indices, near.indptr[1:-1])
    return {
        own: [ids[other] for other in others.tolist() if other != row][:limit]
        for row, (own, others) in enumerate(zip(ids, rows, strict=True))
    }


def _tfidf(issues: pl.DataFrame) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    body = pl.col("body").fill_null("").str.slice(0, _BODY_CHARACTERS)
    text = pl.concat_str(pl.col("title").fill_null(""), body, separator=" ")
    texts = issues.select(text.alias("text"))["text"].to_list()
    return TfidfVectorizer(sublinear_tf=True, min_df=1).fit_transform(texts)


BASELINES: dict[str, Callable[[pl.DataFrame], pl.Series | None]] = {
    "exact titles": group_by_title,
    "drain3": group_by_drain3,
    "tf-idf average link": group_by_average_link,
    "hdbscan on lsa": group_by_hdbscan,
}
SEARCHES: dict[str, Callable[[pl.DataFrame, int], dict[str, list[str]]]] = {
    "tf-idf average link": search_by_tfidf
}
"""How the baselines that can search find similar issues."""
