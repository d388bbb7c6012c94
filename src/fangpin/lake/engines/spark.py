"""Apache Spark: the same queries over the same Parquet files where one machine is not enough.

Spark is an extra (`fangpin[spark]`) and needs a Java runtime. Every machine of a cluster sees the
lake under one address; whatever lasts is gathered into one file that appears whole, as everywhere.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import ROUND_HALF_UP, Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangpin.lake.engine import EngineLost, EngineRefused
from fangpin.lake.engines import duckdb
from fangpin.lake.engines.parquet_shapes import ParquetShapes
from fangpin.lake.engines.spark_losses import (
    home_unseen,
    is_loss,
    lost,
    missing,
    refusals,
)
from fangpin.lake.engines.spark_sessions import (
    SparkAddress,
    begin,
    end,
    settle,
)
from fangpin.lake.engines.spark_sql import identifier, spark_sql, spark_type
from fangpin.lake.home import passing_folder
from fangpin.lake.statement import Statement
from fangpin.values.files import machine_problems
from fangpin.values.problem import ProblemError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

_MOST_STEPS = 3
"""So many queries over a few given rows are computed anew with each reading, rather than kept."""


class Engine:
    """One Spark session; its tables are kept as Parquet in the spill until they are dropped."""

    def __init__(self, session: SparkSession, address: SparkAddress, scratch: Path) -> None:
        self.scores_claims = address.scores_claims
        self._session = session
        self._address = address
        self._scratch = scratch
        self._shapes = ParquetShapes()
        self._schemas: dict[tuple[str, ...], StructType] = {}
        self._frames: dict[str, DataFrame] = {}
        self._steps: dict[str, int] = {}
        """Name that stands on rows given here alone -> how many queries away from them."""
        self._places: dict[str, Path] = {}
        """Table -> the folder that keeps its rows."""

    def rows(self, query: Statement | str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        with refusals(query):
            return [tuple(row) for row in self._frame(query, parameters).collect()]

    def value(self, query: Statement | str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row of a query; None where it has no row."""
        rows = self.rows(query, parameters)
        return rows[0][0] if rows else None

    def columns(self, query: Statement | str) -> list[str]:
        """The names of a query's columns, in order."""
        with refusals(query):
            return list(self._frame(query).columns)

    def make_table(self, name: str, query: Statement | str, parameters: Sequence[Any] = ()) -> None:
        """Replace the temporary table `name` by the rows of a query."""
        frame, steps = self._planned(query, parameters)
        self._become_table(name, frame, steps)

    def make_view(self, name: str, query: Statement | str) -> None:
        """Let `name` stand for a query."""
        frame, steps = self._planned(query)
        self._become(name, frame, steps=steps)

    def make_empty_table(self, name: str, columns: Mapping[str, str]) -> None:
        """Replace the temporary table `name` by an empty one: column -> DuckDB type."""
        self._become(name, self._of_rows(self._schema(columns), []), steps=0)

    def insert(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a temporary table: for small sets, such as a case's ledger."""
        batch = list(rows)
        if batch:
            held = self._frames[name]
            frame = held.union(self._of_rows(held.schema, batch))
            self._become_table(name, frame, self._steps.get(name))

    def append(self, name: str, query: Statement | str) -> None:
        """Append the rows of a query to a temporary table, column by column in its order."""
        held = self._frames[name]
        more, steps = self._planned(query)
        if steps is not None:
            steps = max(steps, self._steps[name] + 1) if name in self._steps else None
        # The table keeps its types, whatever the query's are.
        typed = more.toDF(*held.columns).selectExpr(
            *(
                f"CAST({identifier(field.name)} AS {field.dataType.simpleString()}) "
                f"AS {identifier(field.name)}"
                for field in held.schema.fields
            )
        )
        self._become_table(name, held.union(typed), steps)

    def load_rows(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Replace the temporary table `name` by many rows: column -> DuckDB type.

        An empty text comes back as unknown.
        """
        from pyarrow import parquet

        given = [[None if cell == "" else cell for cell in row] for row in rows]
        # By way of a file: a driver or a server need not hold them all.
        schema = self._schema(columns)
        place = self._new_folder()
        with machine_problems(place):
            place.mkdir(parents=True)
            parquet.write_table(_arrow(schema, given), place / "given.parquet")
        with refusals(f"the table {name}"):
            frame = self._session.read.schema(schema).parquet(self._address.of(place))
        self._become(name, frame, place=place)

    def drop(self, *names: str) -> None:
        """Forget temporary tables and views; names that do not exist are left at that."""
        # Rows that lie on the disk go first, even where Spark is lost and forgets nothing any more.
        for name in names:
            self._forget(self._places.pop(name, None))
            self._steps.pop(name, None)
        for name in names:
            if self._frames.pop(name, None) is not None:
                with refusals(f"the name {name}"):
                    self._session.catalog.dropTempView(name)

    def view_files(
        self,
        name: str,
        files: Sequence[Path],
        *,
        with_file_name: bool = False,
        of_one_shape: bool = False,
    ) -> None:
        """Let `name` stand for the rows of Parquet files; columns are united by name.

        `with_file_name` adds a column `filename`. Of files of one shape only one is opened.
        """
        if not files:
            raise ValueError(f"the view {name} needs at least one file")
        groups = self._shapes.groups(files[:1] if of_one_shape else files)
        if of_one_shape:
            groups = {shape: list(files) for shape in groups}
        wanted = self._shapes.united(list(groups))
        united: DataFrame | None = None
        for shape, together in groups.items():
            held = dict(shape)
            ddl = ", ".join(f"{identifier(column)} {spark_type(kind)}" for column, kind in shape)
            with refusals(f"the view {name}"):
                read = self._session.read.schema(ddl).parquet(
                    *(self._address.of(file) for file in together)
                )
            cells = [
                f"CAST({identifier(column) if column in held else 'NULL'} AS {spark_type(kind)}) "
                f"AS {identifier(column)}"
                for column, kind in wanted
            ]
            if with_file_name:
                # A plus in a name would be read as a blank.
                cells.append("url_decode(replace(_metadata.file_path, '+', '%2B')) AS filename")
            part = read.selectExpr(*cells)
            united = part if united is None else united.unionAll(part)
        assert united is not None
        self._become(name, united)

    def write(
        self,
        query: Statement | str,
        file: Path,
        parameters: Sequence[Any] = (),
        *,
        rows_a_group: int = 65_536,
        is_looked_up: bool = False,
    ) -> int:
        """Write a query's rows in their order as one Parquet file (zstd); how many there are.

        The cluster writes parts side by side into a folder that nobody reads; they are gathered
        here, in their order. A part that is missing or half written never gets into the file.
        """
        parts = self._new_folder()
        try:
            self._write_parts(self._frame(query, parameters), parts, what=query)
            listed = ", ".join(
                "'" + str(part).replace("'", "''") + "'" for part in sorted(parts.glob("part-*"))
            )
            with duckdb.connect(spill=self._scratch) as gatherer:
                return gatherer.write(
                    f"SELECT * FROM read_parquet([{listed}])",
                    file,
                    rows_a_group=rows_a_group,
                    is_looked_up=is_looked_up,
                )
        finally:
            self._forget(parts)

    def lend(self) -> SparkSession:
        """The session itself, for a tool that writes its own SQL: lake hands it to no one else."""
        return self._session

    def close(self) -> None:
        """Forget every table."""
        self.drop(*list(self._frames))

    def _frame(self, query: Statement | str, parameters: Sequence[Any] = ()) -> DataFrame:
        return self._planned(query, parameters)[0]

    def _planned(
        self, query: Statement | str, parameters: Sequence[Any] = ()
    ) -> tuple[DataFrame, int | None]:
        """A query as Spark understood it, and how far it is from given rows; None: it reads files."""
        text = query.text if isinstance(query, Statement) else query
        read: set[str] = set()

        def columns_of(name: str) -> list[str]:
            read.add(name)
            # A tool to which the session was lent may have made it.
            frame = self._frames[name] if name in self._frames else self._session.table(name)
            return list(frame.columns)

        with refusals(query):
            translated = spark_sql(text, columns_of)
            frame = self._session.sql(translated, args=list(parameters) or None)
        if not read <= self._steps.keys():
            return frame, None
        return frame, 1 + max((self._steps[name] for name in read), default=0)

    def _become_table(self, name: str, frame: DataFrame, steps: int | None) -> None:
        """Let a name stand for rows that stay as they are, whatever they were made from."""
        if steps is not None and steps <= _MOST_STEPS:
            self._become(name, frame, steps=steps)
            return
        # A file can be read again by whoever takes over from a lost executor, and Spark need not
        # look at all that led to it.
        place = self._new_folder()
        self._write_parts(frame, place, what=f"the table {name}", compression="snappy")
        with refusals(f"the table {name}"):
            kept = self._session.read.schema(frame.schema).parquet(self._address.of(place))
        self._become(name, kept, place=place)

    def _become(
        self,
        name: str,
        frame: DataFrame,
        *,
        steps: int | None = None,
        place: Path | None = None,
    ) -> None:
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", name):
            raise ValueError(f"not a table name: {name!r}")
        with refusals(f"the name {name}"):
            frame.createOrReplaceTempView(name)
            # A Connect server reads a query anew whenever it is asked, and would by then find
            # other rows under the names in it. Under the name itself it keeps what they were.
            self._frames[name] = self._session.table(name)
        self._steps.pop(name, None)
        if steps is not None:
            self._steps[name] = steps
        self._forget(self._places.pop(name, None))
        if place is not None:
            self._places[name] = place

    def _write_parts(
        self, frame: DataFrame, place: Path, *, what: Statement | str, compression: str = "zstd"
    ) -> None:
        """Write a frame's rows as parts into a folder, and see that all of them are there.

        A machine that sees another disk under the same path would write its part there and say that
        all went well. Raises ProblemError SPARK_HOME_UNSEEN.
        """
        counted, every_row = _counted(self._address)
        with refusals(what):
            observed = frame.observe(counted, every_row)
            observed.write.option("compression", compression).parquet(self._address.to(place))
            written = int(counted.get.get("rows") or 0)
        if not (place / "_SUCCESS").exists() or _rows_in(place) != written:
            self._forget(place)
            raise ProblemError(home_unseen("absent"))

    def _new_folder(self) -> Path:
        return self._scratch / uuid.uuid4().hex[:8]

    def _forget(self, place: Path | None) -> None:
        if place is not None:
            shutil.rmtree(place, ignore_errors=True)

    def _schema(self, columns: Mapping[str, str]) -> StructType:
        """Column -> DuckDB type, as Spark understands it."""
        cells = tuple(
            f"CAST(NULL AS {spark_type(kind)}) AS {identifier(name)}"
            for name, kind in columns.items()
        )
        if cells not in self._schemas:
            with refusals("the columns of a table"):
                self._schemas[cells] = self._session.range(0).selectExpr(*cells).schema
        return self._schemas[cells]

    def _of_rows(self, schema: StructType, rows: Sequence[Sequence[Any]]) -> DataFrame:
        with refusals("the rows of a table"):
            return self._session.createDataFrame(_arrow(schema, rows), schema=schema)


def _counted(address: SparkAddress) -> tuple[Any, Any]:
    """What counts a frame's rows while they are written: an observation, and its column `rows`."""
    if address.is_remote:
        from pyspark.sql.connect import functions, observation
    else:
        from pyspark.sql import functions, observation
    return observation.Observation(), functions.count(functions.lit(1)).alias("rows")


def _rows_in(place: Path) -> int:
    """The rows of all parts that are seen from here, by what the files say of themselves."""
    from pyarrow import parquet

    return sum(parquet.read_metadata(part).num_rows for part in place.glob("part-*"))


def _arrow(schema: StructType, rows: Sequence[Sequence[Any]]) -> Any:
    """Rows as an Arrow table of a schema's types."""
    import pyarrow
    from pyspark.sql.pandas.types import to_arrow_schema

    arrow = to_arrow_schema(schema)
    cells = [
        pyarrow.array([_cell(row[place], kind.type) for row in rows], type=kind.type)
        for place, kind in enumerate(arrow)
    ]
    return pyarrow.Table.from_arrays(cells, schema=arrow)


def _cell(value: Any, kind: Any) -> Any:
    """A value as its column's type takes it."""
    import pyarrow

    if value is None:
        return None
    if pyarrow.types.is_decimal(kind):
        step = Decimal(1).scaleb(-kind.scale)
        return Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP)
    if pyarrow.types.is_string(kind):
        return value if isinstance(value, str) else str(value)
    return value


@contextmanager
def connect(*, address: SparkAddress, spill: Path) -> Iterator[Engine]:
    """An engine on Spark; `spill` is a folder that all its machines see, where parts are gathered.

    A session that this process has already is used and left; otherwise, and always on a Connect
    server, one is begun and ended. Raises ProblemError SPARK_MISSING, SPARK_NOT_REACHED,
    SPARK_OTHER_RELEASE, SPARK_SETTING_REFUSED, and whatever uses it SPARK_LOST or SPARK_HOME_UNSEEN.
    """
    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise ProblemError(missing())
    if not address.is_remote and not shutil.which("java") and not os.environ.get("JAVA_HOME"):
        raise ProblemError(missing())
    from pyspark.sql import SparkSession

    # Refused statements are told by the exception alone.
    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    running = None if address.is_remote else SparkSession.getActiveSession()
    with passing_folder(spill) as scratch:
        session = running or begin(address, scratch)
        engine = Engine(session, address, scratch)
        try:
            settle(session)
            yield engine
        except Exception as error:
            if not is_loss(error):
                raise
            raise EngineLost(lost()) from error
        finally:
            if running is None:
                end(session, address)
            else:
                _leave(engine)


def _leave(engine: Engine) -> None:
    """Forget the tables of an engine whose session goes on, unless that is gone."""
    with suppress(EngineLost, EngineRefused):
        engine.close()
