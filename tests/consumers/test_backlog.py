"""What waits for one client is ordered, bounded, and of a hot topic only the newest."""

from consumers.backlog import BYTES, FRAMES, MOST_FRAMES, Backlog


def drain(backlog):
    taken = []
    while (frame := backlog.take()) is not None:
        taken.append(frame)
    return taken


def test_streams_keep_their_order():
    backlog = Backlog()
    for frame in ("a", "b", "c"):
        backlog.add(frame)

    assert drain(backlog) == ["a", "b", "c"]
    assert (len(backlog), backlog.size) == (0, 0)


def test_a_slot_holds_the_newest_at_the_place_of_the_first():
    backlog = Backlog()
    backlog.add("old", slot="stock:A")
    backlog.add("stream")
    backlog.add("newest", slot="stock:A")

    assert (len(backlog), backlog.size) == (2, len("newest" + "stream"))
    assert drain(backlog) == ["newest", "stream"]


def test_a_thousand_updates_of_one_slot_are_never_long():
    backlog = Backlog()
    for number in range(1000):
        backlog.add(f"{number}", slot="stock:A")

    assert not backlog.is_long
    assert drain(backlog) == ["999"]


def test_too_many_frames_or_bytes_are_long():
    many, big = Backlog(), Backlog()
    for _ in range(FRAMES):
        many.add("x")
    big.add("x" * BYTES)
    assert not many.is_long
    assert not big.is_long

    many.add("x")
    big.add("x")

    assert many.is_long
    assert big.is_long


def test_far_too_long_is_four_times_that_but_never_one_frame_alone():
    many, huge = Backlog(), Backlog()
    for _ in range(MOST_FRAMES + 1):
        many.add("x")
    huge.add("x" * (5 * BYTES))

    assert many.is_far_too_long
    assert not huge.is_far_too_long
    huge.add("x")
    assert huge.is_far_too_long
