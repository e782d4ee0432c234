"""Orders from a file, their sum by day, and a report of it."""

import csv
from pathlib import Path

import dagster as dg

FILE = Path("orders.csv")


@dg.asset
def raw_orders() -> list[dict[str, str]]:
    """The rows of the file; fails where it is not there."""
    with FILE.open() as file:
        return list(csv.DictReader(file))


@dg.asset
def daily_sales(raw_orders: list[dict[str, str]]) -> dict[str, float]:
    """What was sold each day."""
    sales: dict[str, float] = {}
    for order in raw_orders:
        sales[order["day"]] = sales.get(order["day"], 0.0) + float(order["amount"])
    return sales


@dg.asset
def sales_report(daily_sales: dict[str, float]) -> str:
    """The best day."""
    return max(daily_sales, key=lambda day: daily_sales[day])


@dg.asset_check(asset=raw_orders)
def has_orders(raw_orders: list[dict[str, str]]) -> dg.AssetCheckResult:
    """Whether the file holds orders."""
    return dg.AssetCheckResult(passed=bool(raw_orders), description=f"{len(raw_orders)} orders")
