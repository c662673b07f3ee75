"""One typo, as contract 3.1 defines it: a letter missing, added, wrong, or two neighbours swapped."""

SHORTEST = 6


def is_one_typo(*, typed: str, word: str) -> bool:
    """Whether `typed` is `word` with exactly one typo in it. Shorter words forgive none."""
    if len(word) < SHORTEST or abs(len(typed) - len(word)) > 1:
        return False
    left, right = _without_common_ends(typed, word)
    if len(left) == len(right) == 2:
        return left == right[::-1]
    return bool(left or right) and max(len(left), len(right)) == 1


def intact_ends(typed: str) -> tuple[str, str] | None:
    """The start and the end of which one typo can't have touched both; None where no typo is forgiven.

    The letter between them is left out: else two swapped neighbours could touch both.
    """
    if len(typed) < SHORTEST - 1:
        return None
    half = (len(typed) - 1) // 2
    return typed[:half], typed[half + 1 :]


def _without_common_ends(left: str, right: str) -> tuple[str, str]:
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return left, right
