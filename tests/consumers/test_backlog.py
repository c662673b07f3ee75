"""What waits for one client is ordered, bounded, and of a hot topic only the newest."""

from consumers.backlog import BYTES, FRAMES, JOINED_BYTES, MOST_FRAMES, Backlog
from consumers.outgoing import Outgoing


def drain(backlog):
    return [out.content for out in iter(backlog.take, None)]


def drain_joined(backlog):
    return [out.content for out in iter(backlog.take_joined, None)]


def test_streams_keep_their_order():
    backlog = Backlog()
    for frame in ("a", "b", "c"):
        backlog.add(Outgoing(frame))

    assert drain(backlog) == ["a", "b", "c"]
    assert (len(backlog), backlog.size) == (0, 0)


def test_a_slot_holds_the_newest_at_the_place_of_the_first():
    backlog = Backlog()
    backlog.add(Outgoing("old"), slot="stock:A")
    backlog.add(Outgoing("stream"))
    backlog.add(Outgoing("newest"), slot="stock:A")

    assert (len(backlog), backlog.size) == (2, len("newest" + "stream"))
    assert drain(backlog) == ["newest", "stream"]


def test_a_thousand_updates_of_one_slot_are_never_long():
    backlog = Backlog()
    for number in range(1000):
        backlog.add(Outgoing(f"{number}"), slot="stock:A")

    assert not backlog.is_long
    assert drain(backlog) == ["999"]


def test_too_many_frames_or_bytes_are_long():
    many, big = Backlog(), Backlog()
    for _ in range(FRAMES):
        many.add(Outgoing("x"))
    big.add(Outgoing("x" * BYTES))
    assert not many.is_long
    assert not big.is_long

    many.add(Outgoing("x"))
    big.add(Outgoing("x"))

    assert many.is_long
    assert big.is_long


def test_far_too_long_is_four_times_that_but_never_one_frame_alone():
    many, huge = Backlog(), Backlog()
    for _ in range(MOST_FRAMES + 1):
        many.add(Outgoing("x"))
    huge.add(Outgoing("x" * (5 * BYTES)))

    assert many.is_far_too_long
    assert not huge.is_far_too_long
    huge.add(Outgoing("x"))
    assert huge.is_far_too_long


def test_short_texts_share_a_frame_and_long_ones_go_alone():
    backlog, long = Backlog(), "x" * JOINED_BYTES
    for text in ("a", "b", long, "c"):
        backlog.add(Outgoing(text))
    backlog.add(Outgoing("d"), slot="stock:A")

    assert drain_joined(backlog) == ["a\nb", long, "c\nd"]
    assert backlog.size == 0


def test_a_slot_can_be_given_up():
    backlog = Backlog()
    backlog.add(Outgoing("a"), slot="stock:A")
    backlog.add(Outgoing("b"), slot="stock:B")
    backlog.drop("stock:A")
    backlog.drop("stock:C")

    assert (backlog.size, drain(backlog)) == (1, ["b"])
