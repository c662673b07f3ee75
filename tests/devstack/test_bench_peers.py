"""What `make bench` says of other shops, and of whether ours is as many times faster as it should be."""

import re

import pytest

from backend.devstack import environment
from backend.devstack.bench import __main__ as bench
from backend.devstack.bench import peers, writes
from backend.devstack.bench.row import Row


def row(name: str, rate: float) -> Row:
    return Row(f"{name}, 60 products", 0.1, "empty endpoint", rate, 1000)


def said(*rows: Row) -> dict[str, list[list[str]]]:
    """By name, the words behind it of each line."""
    found: dict[str, list[list[str]]] = {}
    for name in {line.row for line in peers.LINES}:
        told = [line.removeprefix(name) for line in peers.lines(rows, products=60) if line.startswith(name)]
        found[name] = [words for words in (line.split() for line in told) if words[0][0].isdigit()]
    return {name: words for name, words in found.items() if words}


@pytest.mark.parametrize(("rate", "verdict"), [(570, "ok"), (569, "MISSED")])
def test_ten_times_the_fastest_is_enough(rate, verdict):
    assert said(row(writes.ADD, rate)) == {
        writes.ADD: [[str(rate), "570", verdict, "10.0", "x", "10", "12", "43", "57"]]
    }


@pytest.mark.parametrize(
    ("rate", "verdicts"), [(160, ["ok", "ok"]), (159, ["ok", "MISSED"]), (51, ["MISSED", "MISSED"])]
)
def test_full_checkout_is_held_against_who_takes_payments_and_a_hundred_times_saleor(rate, verdicts):
    lines = said(row(writes.WHOLE, rate))[writes.WHOLE]

    assert [words[1:3] for words in lines] == [["52", verdicts[0]], ["160", verdicts[1]]]
    assert lines[0][5:] == ["1.6", "1.7", "5.2", "-"]


@pytest.mark.parametrize(("rate", "verdict"), [(240, "ok"), (239, "MISSED")])
def test_a_checkout_without_payment_is_held_against_one_without_payment(rate, verdict):
    assert said(row(writes.ORDER, rate)) == {
        writes.ORDER: [[str(rate), "240", verdict, "10.0", "x", "-", "-", "-", "24"]]
    }


def test_rows_of_another_size_are_not_compared():
    assert peers.lines([row(writes.ADD, 600)], products=1000) == []


def test_one_command_prints_everything():
    (asked,) = re.findall(r"\(SCALE\),--only ([a-z ]+)\)", (environment.ROOT / "Makefile").read_text())

    assert asked.split() == list(bench._KINDS)


def test_other_shops_are_there_unasked():
    assert set(bench._KINDS) - set(bench._parser().parse_args([]).only) == {"scale", "servers"}
