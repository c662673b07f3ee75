"""What `make bench` says below its table: who may have been the bottleneck, and what an order costs."""

import pytest

from backend.devstack.bench import sql, table
from backend.devstack.bench.row import Row
from backend.devstack.bench.shop import Failed

OURS = "The load generator took up to {} % of a core: it {} the bottleneck."
THEIRS = "pgbench, which drives a yardstick by itself, took up to {} % of a core: it {} the bottleneck."
TRIVIAL = Row("trivial responder", 4.0, "empty endpoint", 40_000, 10_000, load_cpu=1.0)


def row(*, load_cpu: float, yardstick: str = "empty endpoint", yardstick_load_cpu: float = 0.0) -> Row:
    return Row("it", 0.5, yardstick, 5, 10, load_cpu=load_cpu, yardstick_load_cpu=yardstick_load_cpu)


def said(*rows: Row) -> list[str]:
    return table.lines(rows, about="small")


@pytest.mark.parametrize(
    ("share", "verdict"),
    [(0.7, "was not"), (0.71, "may have been"), (0.02, "was not"), (1.0, "may have been")],
)
def test_a_generator_that_takes_most_of_a_core_may_be_the_bottleneck(share, verdict):
    assert OURS.format(f"{100 * share:.0f}", verdict) in said(row(load_cpu=share), TRIVIAL)


def test_what_the_generator_took_for_the_yardstick_counts_too():
    assert OURS.format("80", "may have been") in said(row(load_cpu=0.1, yardstick_load_cpu=0.8))


@pytest.mark.parametrize(("share", "verdict"), [(0.3, "was not"), (0.9, "may have been")])
def test_what_pgbench_took_is_said_by_itself(share, verdict):
    lines = said(row(load_cpu=0.1, yardstick="its 8 statements by pgbench", yardstick_load_cpu=share))

    assert OURS.format("10", "was not") in lines
    assert THEIRS.format(f"{100 * share:.0f}", verdict) in lines


def test_where_pgbench_had_no_part_nothing_is_said_of_it():
    assert [line for line in said(row(load_cpu=0.1)) if line.startswith("pgbench,")] == []


def test_the_trivial_responder_may_keep_the_generator_busy():
    assert OURS.format("10", "was not") in said(row(load_cpu=0.1), TRIVIAL)


def test_of_a_full_checkout_each_process_is_named():
    spent = {"api": 12.0, "postgres": 10.5, "worker": 5.0, "relay": 2.75, "mailer": 4.0}
    whole = Row("full checkout", 0.01, "empty endpoint", 50, 5000, cpu_ms=spent, queries=94.6, commits=11.2)

    lines = said(whole)

    assert (
        "full checkout, ms of CPU an order: api 12.0, postgres 10.5, worker 5.0, mailer 4.0, relay 2.8; "
        "together 34.2."
    ) in lines
    assert (
        "full checkout, an order in PostgreSQL: 95 statements, 11.2 of them COMMIT, by all processes, its "
        "mail's too."
    ) in lines


def test_what_plans_read_stands_in_the_table():
    assert "60 products: 0 of 9 plans" in table.lines(
        [], about="small", explained=["60 products: 0 of 9 plans"]
    )


def test_pgbench_that_can_not_run_is_told(tmp_path):
    script = tmp_path / "one.sql"
    script.write_text("SELECT 1;\n")

    with pytest.raises(Failed, match=r"pgbench failed on one\.sql"):
        sql.run_reads(scripts=[script], url="postgres://127.0.0.1:1/none", seconds=1)
