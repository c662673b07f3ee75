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


def intact_parts(typed: str) -> list[tuple[str, str]]:
    """Starts and ends: a word that `typed` is with one typo has both of at least one pair.

    One for each quarter that the typo may be in; none where no typo is forgiven.
    """
    if len(typed) < SHORTEST - 1:
        return []
    start, end = _ends(typed)
    left, right = typed[: len(start) + 1], typed[len(start) :]
    (first, second), (third, fourth) = _ends(left), _ends(right)
    return [(start + third, ""), (start, fourth), (first, end), ("", second + end)]


def _ends(text: str) -> tuple[str, str]:
    """The start and the end of which one typo can't have touched both.

    The letter between them is left out: else two swapped neighbours could touch both.
    """
    half = (len(text) - 1) // 2
    return text[:half], text[half + 1 :]


def _without_common_ends(left: str, right: str) -> tuple[str, str]:
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return left, right
