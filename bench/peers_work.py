"""The same work by each peer; each is run in a process of its own and answers the same sums.

Amounts are whole numbers of fen (of yuan in OpenFisca), so that all add up exactly.
"""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

LAST = 2020 * 12 + 10
FEEDS = ("yibao.settlement", "renshe.employ", "renshe.pension")
AS_OF = date(2020, 12, 10)


def _files(home: str, feed: str) -> list[str]:
    return sorted(str(file) for file in Path(home, "deliveries", feed).glob("*/facts.parquet"))


def _membership(home: str) -> str:
    return str(next(iter(sorted(Path(home, "registry").glob("*/membership.parquet")))))


def bare_group_by(home: str) -> dict[str, Any]:
    """The floor: every row of the three feeds grouped by person and month, nothing else."""
    from fangpin.lake.engines.duckdb import connect

    rows = 0
    amounts = {
        "yibao.settlement": "self_paid_in_policy",
        "renshe.employ": "month_wage",
        "renshe.pension": "month_amount",
    }
    with connect() as engine:
        for feed in FEEDS:
            engine.view_files("facts", [Path(file) for file in _files(home, feed)])
            rows += int(
                engine.rows(
                    "SELECT sum(count) FROM (SELECT person_ref, month, count(*) AS count, "
                    f"sum({amounts[feed]}) AS total FROM facts GROUP BY person_ref, month)"
                )[0][0]
            )
    return {"rows": rows}


def by_fangpin(home: str) -> dict[str, Any]:
    """Roll up every delivery of the three feeds anew, then the windows as a run computes them."""
    import shutil

    os.environ |= {"FANGPIN_HOME": home, "FANGPIN_PACK": "cn_hunan_chenzhou"}
    from fangpin.cli.session import Session
    from fangpin.feeds.arrivals import arrivals
    from fangpin.indicators.compile import Compiler
    from fangpin.indicators.sources import ledger_source
    from fangpin.ledger.snapshot import take_snapshot
    from fangpin.linkage.registry.households import spine_query
    from fangpin.rules.evaluate import make_windows

    session = Session()
    pack = session.pack
    began = time.process_time()
    registry = pack.header.registry
    assert registry is not None
    for feed in FEEDS:
        shutil.rmtree(session.home.ledger / feed, ignore_errors=True)
    # Rows without a usable number are left out, as the peers leave them out: they link nobody.
    known = [
        replace(one, claims=0)
        for one in arrivals(session.home)
        if one.feed in (*FEEDS, registry.feed)
    ]
    with session.engine() as engine:
        snapshot = take_snapshot(
            home=session.home, pack=pack, engine=engine, arrivals=known, as_of=AS_OF
        )
        compiler = Compiler(
            pack=pack, as_of=AS_OF, month=snapshot.month, coverage=snapshot.coverage
        )
        medical, wages, months, pension = (
            compiler.sql(text).text
            for text in (
                "sum(medical_self_paid)",
                "sum(wage_employment)",
                "count_months(wage_employment, above=0, months=12)",
                "sum(pension, months=3)",
            )
        )
        engine.view_files("people_rows", [snapshot.registry.people])
        engine.make_table(
            "spine",
            spine_query(pack=pack, people="people_rows", month=snapshot.month, attributes=()),
        )
        made = make_windows(engine, compiler, "spine", ledger_source(engine, snapshot))
        row = engine.rows(
            f"SELECT CAST(sum({medical}) * 100 AS BIGINT), CAST(sum({wages}) * 100 AS BIGINT), "
            f"CAST(sum({months}) AS BIGINT), CAST(sum({pension}) * 100 AS BIGINT), "
            f"count(*) FILTER (WHERE {medical} >= 10000) FROM ({made.of('spine')})"
        )[0]
    return {"figures": _named(row), "work_cpu_s": round(time.process_time() - began, 2)}


def by_polars(home: str) -> dict[str, Any]:
    """Lazy scans, one join and one group-by a feed."""
    import polars as pl

    member = pl.scan_parquet(_membership(home)).select("person_ref", "household_ref")

    def linked(feed: str, amount: pl.Expr, first: int) -> pl.LazyFrame:
        return (
            pl.scan_parquet(_files(home, feed))
            .filter(pl.col("month").is_between(first, LAST))
            .select("person_ref", "month", (amount * 100).cast(pl.Int64).alias("fen"))
            .drop_nulls("fen")
            .join(member, on="person_ref")
        )

    medical = (
        linked("yibao.settlement", _self_paid(pl.col), LAST - 11)
        .group_by("household_ref")
        .agg(pl.col("fen").sum())
    )
    employ = linked("renshe.employ", pl.col("month_wage"), LAST - 11)
    wages = employ.select(pl.col("fen").sum())
    months = (
        employ.group_by("household_ref", "month").agg(pl.col("fen").sum()).filter(pl.col("fen") > 0)
    ).select(pl.len())
    pension = linked("renshe.pension", pl.col("month_amount"), LAST - 2).select(pl.col("fen").sum())
    paid, worked, worked_months, pensions = pl.collect_all([medical, wages, months, pension])
    row = (
        paid["fen"].sum(),
        worked.item(),
        worked_months.item(),
        pensions.item(),
        (paid["fen"] >= 1_000_000).sum(),
    )
    return {"figures": _named(row)}


def _self_paid(column: Any) -> Any:
    return column("self_paid_in_policy").fill_null(0) + column("self_paid_out_policy").fill_null(0)


def by_pandas(home: str) -> dict[str, Any]:
    """Read, merge, group: as a notebook would."""
    import pandas as pd

    member = pd.read_parquet(_membership(home), columns=["person_ref", "household_ref"])

    def linked(feed: str, columns: list[str], first: int) -> Any:
        frame = pd.concat(
            pd.read_parquet(file, columns=["person_ref", "month", *columns])
            for file in _files(home, feed)
        )
        frame = frame[frame["month"].between(first, LAST)]
        fen = sum((frame[name].fillna(0).astype(float) * 100).round() for name in columns)
        return frame.assign(fen=fen.astype("int64"))[["person_ref", "month", "fen"]].merge(
            member, on="person_ref"
        )

    paid = (
        linked("yibao.settlement", ["self_paid_in_policy", "self_paid_out_policy"], LAST - 11)
        .groupby("household_ref")["fen"]
        .sum()
    )
    employ = linked("renshe.employ", ["month_wage"], LAST - 11)
    by_month = employ.groupby(["household_ref", "month"])["fen"].sum()
    pension = linked("renshe.pension", ["month_amount"], LAST - 2)
    row = (
        paid.sum(),
        employ["fen"].sum(),
        (by_month > 0).sum(),
        pension["fen"].sum(),
        (paid >= 1_000_000).sum(),
    )
    return {"figures": _named(row)}


def by_openfisca(home: str) -> dict[str, Any]:
    """Monthly sums given in memory; formulas add twelve months and judge. Timed without the giving."""
    import numpy as np
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    from fangpin.lake.engines.duckdb import connect

    person = build_entity(key="person", plural="persons", label="one a household", is_person=True)
    names = ("medical", "wage", "pension")

    def monthly(name: str) -> type[Variable]:
        body = {
            "value_type": float,
            "entity": person,
            "definition_period": DateUnit.MONTH,
            "label": name,
        }
        return type(name, (Variable,), body)

    def of_year(name: str, formula: Any, value_type: type = float) -> type[Variable]:
        body = {
            "value_type": value_type,
            "entity": person,
            "definition_period": DateUnit.MONTH,
            "label": name,
            "formula": formula,
        }
        return type(name, (Variable,), body)

    def back(period: Any, count: int) -> list[Any]:
        return [period.offset(-back, "month") for back in range(count)]

    system = TaxBenefitSystem([person])
    for name in names:
        system.add_variable(monthly(name))
    system.add_variable(
        of_year("medical_12", lambda p, period: sum(p("medical", m) for m in back(period, 12)))
    )
    system.add_variable(
        of_year("wage_12", lambda p, period: sum(p("wage", m) for m in back(period, 12)))
    )
    system.add_variable(
        of_year("worked_12", lambda p, period: sum(p("wage", m) > 0 for m in back(period, 12)))
    )
    system.add_variable(
        of_year("pension_3", lambda p, period: sum(p("pension", m) for m in back(period, 3)))
    )
    system.add_variable(
        of_year("high_medical", lambda p, period: p("medical_12", period) >= 10_000, bool)
    )
    sums = {
        "medical": (
            "yibao.settlement",
            "coalesce(self_paid_in_policy, 0) + coalesce(self_paid_out_policy, 0)",
        ),
        "wage": ("renshe.employ", "month_wage"),
        "pension": ("renshe.pension", "month_amount"),
    }
    given: dict[str, dict[int, tuple[list[int], list[float]]]] = {name: {} for name in names}
    with connect() as engine:
        engine.view_files("member", [Path(_membership(home))])
        engine.make_table(
            "homes",
            "SELECT household_ref, row_number() OVER () - 1 AS place FROM "
            "(SELECT DISTINCT household_ref FROM member)",
        )
        count = int(engine.value("SELECT count(*) FROM homes"))
        for name, (feed, amount) in sums.items():
            engine.view_files("facts", [Path(file) for file in _files(home, feed)])
            for month in range(LAST - 11, LAST + 1):
                rows = engine.rows(
                    f"SELECT place, CAST(sum({amount}) AS DOUBLE) FROM facts "
                    "JOIN member USING (person_ref) JOIN homes USING (household_ref) "
                    f"WHERE month = {month} GROUP BY place"
                )
                given[name][month] = ([row[0] for row in rows], [row[1] or 0 for row in rows])
    simulation = SimulationBuilder().build_default_simulation(system, count)
    for name, months in given.items():
        for month, (places, values) in months.items():
            array = np.zeros(count)
            array[places] = values
            simulation.set_input(name, f"{month // 12}-{month % 12 + 1:02}", array)
    began = time.process_time()
    period = f"{LAST // 12}-{LAST % 12 + 1:02}"
    answers = {
        name: simulation.calculate(name, period)
        for name in ("medical_12", "wage_12", "worked_12", "pension_3", "high_medical")
    }
    cpu_s = round(time.process_time() - began, 2)
    row = [
        # Amounts are in yuan here: its numbers of 32 bits hold fen no longer exactly.
        round(float(values.astype(np.float64).sum()) * (1 if name in _COUNTS else 100))
        for name, values in answers.items()
    ]
    return {"figures": _named(row), "cpu_s": cpu_s}


_COUNTS = ("worked_12", "high_medical")


def _named(row: Any) -> dict[str, int]:
    names = ("medical_fen", "wages_fen", "worked_months", "pension_fen", "high_medical")
    return dict(zip(names, (int(value) for value in row), strict=True))
