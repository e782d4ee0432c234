"""Other ways to group issues, as one would take them from well-known packages: what our grouping is compared
with.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import polars as pl

LSA_DIMENSIONS = 32
COSINE = 0.5
LARGEST = 20_000  # average link is quadratic in memory


def exact_titles(issues: pl.DataFrame) -> pl.Series:
    """Issues with the same title, whatever its case."""
    return issues["title"].fill_null("").str.to_lowercase()


def drain3_templates(issues: pl.DataFrame) -> pl.Series | None:
    """The Drain3 package with its default masking; None where it is not installed."""
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
    found = [miner.add_log_message(title)["cluster_id"] for title in issues["title"].fill_null("").to_list()]
    return pl.Series("predicted", found)


def tfidf_average_link(issues: pl.DataFrame) -> pl.Series | None:
    """TF-IDF vectors, average link at cosine .5; None above 20,000 issues (quadratic memory)."""
    if not 2 <= issues.height <= LARGEST:
        return None
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    vectors = _tfidf(issues)
    distance = 1.0 - np.asarray((vectors @ vectors.T).todense(), dtype=np.float32)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip(distance, 0.0, 1.0), checks=False), "average")
    return pl.Series("predicted", fcluster(tree, 1.0 - COSINE, "distance"))


def hdbscan_on_lsa(issues: pl.DataFrame) -> pl.Series | None:
    """scikit-learn's HDBSCAN on 32 LSA dimensions; noise stands alone; None above 20,000 issues."""
    if not 100 <= issues.height <= LARGEST:
        return None
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    vectors = normalize(TruncatedSVD(LSA_DIMENSIONS, random_state=0).fit_transform(_tfidf(issues)))
    labels = HDBSCAN(min_cluster_size=2, copy=True).fit(vectors).labels_
    alone = labels < 0
    labels[alone] = labels.max() + 1 + np.arange(int(alone.sum()))
    return pl.Series("predicted", labels)


def _tfidf(issues: pl.DataFrame) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    text = pl.concat_str(
        pl.col("title").fill_null(""), pl.col("body").fill_null("").str.slice(0, 3_000), separator=" "
    )
    return TfidfVectorizer(sublinear_tf=True, min_df=1).fit_transform(
        issues.select(text.alias("text"))["text"].to_list()
    )


PEERS: dict[str, Callable[[pl.DataFrame], pl.Series | None]] = {
    "exact titles": exact_titles,
    "drain3": drain3_templates,
    "tf-idf average link": tfidf_average_link,
    "hdbscan on lsa": hdbscan_on_lsa,
}
