"""How much a client may say."""

from consumers.codes import Code
from consumers.pace import Allowance, Pace

LIMITS = {"frames": 20, "size": 4096}


def test_twenty_frames_a_second_are_free():
    pace = Pace(**LIMITS)

    judged = [pace.judge("x", at=100 + number / 20) for number in range(20)]

    assert judged == [None] * 20
    assert pace.judge("x", at=100.99) is Code.TOO_MANY_REQUESTS


def test_the_next_second_starts_anew():
    pace = Pace(**LIMITS)
    for _ in range(20):
        pace.judge("x", at=100)

    assert pace.judge("x", at=101) is None


def test_size_counts_in_bytes():
    pace = Pace(**LIMITS)

    assert pace.judge("x" * 4096, at=100) is None
    assert pace.judge("é" * 2049, at=100) is Code.BAD_REQUEST
    assert pace.judge(None, at=100) is Code.BAD_REQUEST


def test_several_may_count_at_once():
    pace = Pace(**LIMITS)

    assert pace.judge("x", at=100, times=20) is None
    assert pace.judge("x", at=100, times=1) is Code.TOO_MANY_REQUESTS


def test_an_allowance_comes_back_bit_by_bit():
    allowance = Allowance(most=4, per_second=2)

    assert [allowance.take(3, at=100), allowance.take(3, at=100), allowance.take(3, at=101)] == [3, 1, 2]
    assert allowance.take(9, at=200) == 4
