"""`make bench-compare`: what it calls a change, and how it finds the runs."""

import pytest

from backend.devstack.bench import compare, report
from backend.devstack.bench.report import Report
from backend.devstack.bench.row import Row


def row(ratio: float, *, spread: float = 0.0, most: float | None = None) -> Row:
    return Row("it", ratio, "empty endpoint", 100, 100, spread=spread, most=most)


def run(*rows: Row) -> Report:
    return Report("2026-11-24T00:00:00Z", "abc1234", "small", "2 cores", 0.5, list(rows))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (row(0.50), row(0.60), "better"),
        (row(0.50), row(0.40), "worse"),
        (row(0.50), row(0.51), ""),  # two runs are never quite alike
        (row(0.50, spread=0.3), row(0.60), ""),
        (row(0.50), row(0.60, spread=0.3), ""),
        (row(1.5, most=1.5), row(1.2, most=1.5), "better"),  # less is more
        (row(1.2, most=1.5), row(1.5, most=1.5), "worse"),
    ],
)
def test_a_change_is_what_exceeds_the_noise(before, after, verdict):
    assert compare.verdict(before, after) == verdict


def test_lines_are_of_rows_that_both_runs_have():
    lines = compare.lines(run(row(0.5)), run(row(0.6), Row("new", 1, "itself", 1, 1)))

    assert lines[-1].split() == ["it", "0.500", "0.600", "1.20", "5", "%", "better"]


def test_a_run_is_read_as_it_was_written(tmp_path, monkeypatch):
    monkeypatch.setenv("SHOPWIRE_DATA_DIR", str(tmp_path))

    file = report.write([row(0.5)], about="small", load=0.5, file=None)

    assert report.read(file).rows == [row(0.5)]
    assert report.find(report.read(file).commit) == file == report.newest(1)[0]


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
