"""What a process remembers of guests' answers: as much as fits, the last used, of one generation."""

import pytest

from backend.catalog.answers import Answer, Answers


def test_what_is_larger_than_the_memory_pushes_nothing_out():
    memory = Answers(most_bytes=3000)
    memory.keep("small", Answer.of("x"), generation="g", until=10.0)

    memory.keep("large", Answer.of("x" * 3000), generation="g", until=10.0)

    assert memory.find("small", generation="g", now=0.0) == Answer.of("x")
    assert not memory.knows("large")


def test_memory_is_bounded_and_keeps_what_is_used():
    memory = Answers(most_bytes=3 * 1500)
    for address in ("a", "b", "c", "d"):
        memory.keep(address, Answer.of("x" * 900), generation="g", until=10.0)
        memory.find("a", generation="g", now=0.0)

    kept = {one for one in "abcd" if memory.find(one, generation="g", now=0.0)}
    assert kept == {"a", "c", "d"}


@pytest.mark.parametrize(("generation", "now"), [("other", 0.0), ("g", 10.1)])
def test_memory_forgets_what_is_over(generation, now):
    memory = Answers(most_bytes=5000)
    memory.keep("a", Answer.of("text"), generation="g", until=10.0)

    assert memory.find("a", generation="g", now=10.0) == Answer.of("text")
    assert memory.find("a", generation=generation, now=now) is None
