"""How much a client may say."""

from consumers.codes import Code
from consumers.pace import Pace


def test_twenty_frames_a_second_are_free():
    pace = Pace()

    judged = [pace.judge("x", at=100 + number / 20) for number in range(20)]

    assert judged == [None] * 20
    assert pace.judge("x", at=100.99) is Code.TOO_MANY_REQUESTS


def test_the_next_second_starts_anew():
    pace = Pace()
    for _ in range(20):
        pace.judge("x", at=100)

    assert pace.judge("x", at=101) is None


def test_size_counts_in_bytes():
    pace = Pace()

    assert pace.judge("x" * 4096, at=100) is None
    assert pace.judge("é" * 2049, at=100) is Code.BAD_REQUEST
    assert pace.judge(None, at=100) is Code.BAD_REQUEST
