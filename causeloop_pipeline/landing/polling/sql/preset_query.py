"""Writes the SELECT of a preset for the tables that are there: what a pipeline did not land is left out."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlglot import exp

from causeloop_pipeline.egress.errors import PermanentFailure

LANDED_AT = "causeloop_landed_at"
DELETED = "causeloop_deleted"
MAIN = "main"

ListColumns = Callable[[str], list[str] | None]


class Table:
    """An existing table, with its columns by lower-case name."""

    def __init__(self, source: exp.Table, columns: list[str]) -> None:
        self.source = source
        self._columns = {column.lower(): column for column in columns}

    def find(self, name: str) -> str | None:
        """The column's own name, whatever its case."""
        return self._columns.get(name.lower())


class PresetQuery:
    """The SELECT of one preset in one schema."""

    def __init__(self, preset: Mapping[str, Any], dialect: str, list_columns: ListColumns) -> None:
        self._preset, self._dialect, self._list_columns = preset, dialect, list_columns
        self._tables: dict[str, Table] = {}
        self.shape: dict[str, str] = {}
        """The query's columns → the paths that they are."""
        self.key_column = ""

    def build(self) -> str:
        """The SELECT; PermanentFailure where the main table or what identifies its rows is not there."""
        preset = self._preset
        self._tables[MAIN] = self._require_main()
        select = exp.Select().from_(self._tables[MAIN].source)
        for alias, join in preset["joins"].items():
            if (table := self._find_table((join["table"],), alias)) and (on := self._on(alias, table, join)):
                self._tables[alias] = table
                select = select.join(table.source, on=on, join_type="left")
        select = select.select(*self._list_selected())
        if preset["unless"] and (column := self._column(preset["unless"])) is not None:
            select = select.where(self._is_empty(column))
        return select.sql(dialect=self._dialect)

    def _list_selected(self) -> Iterator[exp.Expr]:
        for number, (path, names) in enumerate(self._preset["columns"].items()):
            present = [column for name in names if (column := self._column(name)) is not None]
            if not present:
                continue
            alias = f"c{number}"
            self.shape[alias] = path
            if path == self._preset["key"]:
                self.key_column = alias
            texts = [self._comparable(column) for column in present]
            value = present[0] if len(present) == 1 else exp.Coalesce(this=texts[0], expressions=texts[1:])
            yield exp.alias_(value, alias)
        if not self.key_column:
            raise PermanentFailure(
                f"{self._name_preset()}: its table has no column of {self._preset['key']!r}"
            )
        yield exp.alias_(self._require_cursor(), LANDED_AT)
        if self._preset["deleted"] and (column := self._column(self._preset["deleted"])) is not None:
            yield exp.alias_(column, DELETED)
            self.shape[DELETED] = DELETED

    def _require_main(self) -> Table:
        table = self._find_table(self._preset["tables"], MAIN)
        if table is None:
            names = " or ".join(self._preset["tables"])
            schema = self._preset["schema"]
            raise PermanentFailure(
                f"{self._name_preset()}: there is no table {names} that the role may read in "
                f"{f'the schema {schema!r}' if schema else 'its default schema'}"
            )
        return table

    def _require_cursor(self) -> exp.Column:
        for name in self._preset["landed_at"]:
            if (column := self._column(name)) is not None:
                return column
        names = " or ".join(self._preset["landed_at"])
        raise PermanentFailure(f"{self._name_preset()}: its table has no column {names}")

    def _find_table(self, names: list[str] | tuple[str, ...], alias: str) -> Table | None:
        for place in self._list_places(names):
            probe = exp.select("*").from_(place.copy()).where(exp.false()).sql(dialect=self._dialect)
            if (columns := self._list_columns(probe)) is not None:
                source = place.copy()
                source.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
                return Table(source, columns)
        return None

    def _list_places(self, names: list[str] | tuple[str, ...]) -> Iterator[exp.Table]:
        """Each name as it is and in the case that the engine gives names without quotes."""
        parts = self._preset["schema"].split(".") if self._preset["schema"] else []
        upper = [part.upper() for part in parts]
        for name in names:
            seen = set()
            for schema, table in ((parts, name), (parts, name.capitalize()), (upper, name.upper())):
                if (place := (*schema, table)) not in seen:
                    seen.add(place)
                    yield self._name_table(place)

    def _name_table(self, place: tuple[str, ...]) -> exp.Table:
        names = [exp.to_identifier(name, quoted=True) for name in place]
        parts = ("catalog", "db", "this")[3 - len(names) :]
        return exp.Table(**dict(zip(parts, names, strict=True)))

    def _on(self, alias: str, table: Table, join: Mapping[str, str]) -> exp.Expr | None:
        """The join's condition; None where one of its two columns is not there."""
        left, key = self._column(join["on"]), table.find(join["key"])
        if left is None or key is None:
            return None
        right = exp.column(exp.to_identifier(key, quoted=True), table=exp.to_identifier(alias, quoted=True))
        return exp.EQ(this=self._comparable(left), expression=self._comparable(right))

    def _comparable(self, column: exp.Column) -> exp.Expr:
        """Pipelines give an id and what refers to it different types at times."""
        return exp.cast(column, "TEXT" if self._dialect != "mysql" else "CHAR")

    def _column(self, name: str) -> exp.Column | None:
        alias, _, column_name = name.rpartition(".")
        table = self._tables.get(alias or MAIN)
        column = table.find(column_name) if table else None
        if column is None:
            return None
        return exp.column(
            exp.to_identifier(column, quoted=True), table=exp.to_identifier(alias or MAIN, quoted=True)
        )

    def _is_empty(self, column: exp.Column) -> exp.Expr:
        """Null, or false as any engine writes it."""
        text = exp.Lower(this=exp.cast(column.copy(), "TEXT" if self._dialect != "mysql" else "CHAR"))
        is_false = exp.In(
            this=text, expressions=[exp.Literal.string(word) for word in ("false", "0", "f", "")]
        )
        return exp.or_(exp.Is(this=column, expression=exp.Null()), is_false)

    def _name_preset(self) -> str:
        return f"the preset {self._preset['name']}"
