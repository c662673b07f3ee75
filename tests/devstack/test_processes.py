"""Waiting for processes of this machine."""

from types import SimpleNamespace

from backend.devstack import processes


def test_what_comes_true_while_the_machine_stands_still_counts(monkeypatch):
    """A look took all the time there was: there is one more, since nothing was waited for."""
    clock, answers = [0.0], iter([False, True])

    def look():
        clock[0] = 99.0
        return next(answers)

    time = SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda seconds: None)
    monkeypatch.setattr(processes, "time", time)

    assert processes.wait_until(look, seconds=1)
