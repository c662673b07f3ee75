"""`make bench-compare`: what it calls a change, and how it finds the runs."""

import json
from dataclasses import replace
from typing import Any

import pytest

from backend.devstack.bench import compare, report
from backend.devstack.bench.delays import Delays
from backend.devstack.bench.report import Report
from backend.devstack.bench.row import Row


def row(ratio: float, *, spread: float = 0.0, most: float | None = None) -> Row:
    return Row("it", ratio, "empty endpoint", 100, 100, spread=spread, most=most)


def cost(ratio: float = 0.5, **figures: float) -> Row:
    """A row of which so much was measured; what is no figure of a row is a process and its milliseconds."""
    names = {"queries", "commits", "spread"}
    taken = {name: value for name, value in figures.items() if name not in names}
    others: dict[str, Any] = {name: value for name, value in figures.items() if name in names}
    return Row("it", ratio, "its SQL by pgbench", 100, 200, cpu_ms=taken, **others)


def run(*rows: Row) -> Report:
    return Report("2026-11-24T00:00:00Z", "abc1234", "small", "2 cores", 0.5, list(rows))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (row(0.50), row(0.60), "better"),
        (row(0.50), row(0.40), "worse: ratio"),
        (row(0.50), row(0.51), ""),  # two runs are never quite alike
        (row(0.50, spread=0.3), row(0.60), ""),
        (row(0.50), row(0.60, spread=0.3), ""),
        (row(1.5, most=1.5), row(1.2, most=1.5), "better"),  # less is more
        (row(1.2, most=1.5), row(1.5, most=1.5), "worse: ratio"),
    ],
)
def test_a_change_is_what_exceeds_the_noise(before, after, verdict):
    assert compare.verdict(before, after) == verdict


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (cost(queries=12), cost(queries=13), "worse: queries"),
        (cost(queries=12), cost(queries=13, spread=0.5), "worse: queries"),  # recorded: no noise hides it
        (cost(queries=13), cost(queries=12), ""),
        (cost(queries=95, commits=11), cost(queries=99, commits=11), ""),  # counted in all processes
        (cost(queries=95, commits=11), cost(queries=101, commits=11), "worse: queries"),
        (cost(postgres=2.0), cost(postgres=2.2), "worse: pg ms"),
        (cost(postgres=2.0, spread=0.2), cost(postgres=2.2), ""),
        (cost(api=2.0), cost(api=2.2), "worse: api ms"),
        (cost(relay=1.0, worker=1.0), cost(relay=1.5, worker=1.0), "worse: other ms"),
        (cost(relay=1.0, worker=1.0), cost(relay=1.5, worker=0.5), ""),
        (cost(postgres=0.0), cost(postgres=0.004), ""),  # a tick of the clock
        (cost(api=2.0), cost(postgres=9.0), ""),  # not taken before
        (cost(0.5, queries=12, api=1.0), cost(0.7, queries=14, api=2.0), "worse: queries, api ms"),
        (cost(0.5, api=1.0), cost(0.3, api=2.0), "worse: ratio, api ms"),
    ],
)
def test_a_request_that_costs_more_is_worse_whatever_its_ratio(before, after, verdict):
    assert compare.verdict(before, after) == verdict


def test_lines_are_of_rows_that_both_runs_have():
    lines = compare.lines(run(row(0.5)), run(row(0.6), Row("new", 1, "itself", 1, 1)))

    assert " ".join(lines[-1].split()) == "it 0.500 > 0.600 1.20 5 % better 100.0 > 100.0"


def test_lines_have_what_ratios_hide():
    before = replace(cost(queries=12, api=3.04, postgres=2.39, relay=1.0), delays=Delays(1, 2, 3))
    after = replace(cost(queries=14, api=3.0, postgres=2.9, relay=0.9), delays=Delays(1, 2.5, 3))

    line = compare.lines(run(before), run(after))[-1]

    assert "worse: queries, pg ms" in line
    assert " ".join(line.split("pg ms")[1].split()) == (
        "100.0 > 100.0 12 > 14 3.04 > 3.00 2.39 > 2.90 1.00 > 0.90 2.0 > 2.5"
    )


def test_a_run_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOPWIRE_DATA_DIR", str(tmp_path))

    file = report.write([row(0.5)], about="small", load=0.5, file=None)

    assert report.read(file).rows == [row(0.5)]
    assert report.find(report.read(file).commit) == file == report.newest(1)[0]


def test_a_run_of_a_version_that_counted_less_is_read(tmp_path):
    file = report.write([row(0.5)], about="small", load=0.5, file=tmp_path / "old.json")
    values = json.loads(file.read_text())
    del values["rows"][0]["commits"]
    file.write_text(json.dumps(values))

    assert report.read(file).rows == [row(0.5)]


def test_a_run_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOPWIRE_DATA_DIR", str(tmp_path))

    with pytest.raises(FileNotFoundError, match="no run of 1234567"):
        report.find("1234567")


def test_of_several_measurements_the_middle_one_counts():
    middle = Row.middle([row(0.5), row(0.4), row(0.55)])

    assert (middle.ratio, round(middle.spread, 3)) == (0.5, 0.3)


@pytest.mark.parametrize(
    ("one", "is_reached"),
    [
        (Row("it", 0.7, "", 1, 1, least=0.7), True),
        (Row("it", 0.69, "", 1, 1, least=0.7), False),
        (Row("it", 1.6, "", 1, 1, most=1.5), False),
        (Row("it", 1.6, "", 1, 1), None),
    ],
)
def test_a_bound_is_reached_or_missed(one, is_reached):
    assert one.is_reached is is_reached
