"""What can be wrong with the frames of a topic, counted."""

from collections import Counter
from collections.abc import Mapping, Sequence

KINDS = ("lost", "doubled", "reordered")
JUDGED = "judged"  # frames that were looked at, of topics of which every version counts


def judge(found: Counter[str], step: int, *, is_stream: bool) -> None:
    """A frame so many versions above the one before it; of stock they may be skipped, but only rise."""
    if is_stream:
        found[JUDGED] += 1
    if step == 0:
        found["doubled"] += 1
    elif step < 0:
        found["reordered"] += 1
    elif step > 1 and is_stream:
        found["lost"] += step - 1


def recovered(missed: Sequence[int], *, wanted: Sequence[int]) -> Counter[str]:
    """Of what came to somebody who was away, in its order: none only if it is exactly what is wanted."""
    found = Counter({JUDGED: len(wanted)})
    found["lost"] += len(set(wanted) - set(missed))
    found["doubled"] += len(missed) - len(set(missed) & set(wanted))
    found["reordered"] += int(list(missed) != sorted(missed))
    return found


def snapshot(version: int, *, told: int) -> Counter[str]:
    """Of a picture of a topic that was told this far before."""
    return Counter({JUDGED: 1, "lost": max(0, told - version)})


def total(*found: Mapping[str, int]) -> dict[str, int]:
    """All of them together, each kind named."""
    return {kind: sum(one.get(kind, 0) for one in found) for kind in (*KINDS, JUDGED)}
