"""dlt's part of `bench.landing`: run by it in an environment that has dlt."""

import sys
from collections.abc import Iterator
from typing import Any

import dlt
import requests

PAGE = 100


def read_pages(url: str, total: int) -> Iterator[list[dict[str, Any]]]:
    """Every page of the tool."""
    with requests.Session() as session:
        for page in range(1, -(-total // PAGE) + 1):
            yield session.get(f"{url}/items", params={"page": page}, timeout=30).json()


def main(url: str, database_url: str, total: str) -> None:
    """Append all records to one table."""
    destination = dlt.destinations.postgres(database_url)
    pipeline = dlt.pipeline("bench", destination=destination, dataset_name="bench_dlt")
    pipeline.run(read_pages(url, int(total)), table_name="items", write_disposition="append")


if __name__ == "__main__":
    main(*sys.argv[1:])
