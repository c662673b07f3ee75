"""Words as a shop has them: few that are everywhere, many that are rare, more of them the more is on sale.

Made of syllables, always the same ones: a real list of words would have to come from somewhere.
"""

from itertools import accumulate
from random import Random

SMALL_WORDS = ["the", "and", "with", "for", "a", "in", "of", "to", "is", "it", "this", "from", "your", "by"]
_STARTS = [*"bcdghjklmnprstvwz", "br", "st", "tr"]
_MIDDLES = [*"aeiou", *"aeio", "ea"]
_ENDS = ["", "", "", "", *"nrlms", "nd"]
_HEAD = 30  # the first so many words are about equally frequent


class Words:
    """A list of distinct words; the word at place n is drawn about as often as 1 / (n + 30)."""

    def __init__(self, *, count: int, seed: str) -> None:
        random = Random(seed)  # noqa: S311  (the same on every machine)
        found: dict[str, None] = {}
        while len(found) < count:
            found[_word(random)] = None
        self.all = list(found)
        self._weights = weights(count)

    def draw(self, random: Random, *, count: int) -> list[str]:
        """With repeats."""
        return random.choices(self.all, cum_weights=self._weights, k=count)


def weights(count: int) -> list[float]:
    """Zipf's, added up as random.choices takes them."""
    return list(accumulate(1 / (place + _HEAD) for place in range(count)))


def _word(random: Random) -> str:
    syllables = random.choices((2, 3, 4), (4, 4, 1))[0]
    return "".join(
        random.choice(_STARTS) + random.choice(_MIDDLES) + random.choice(_ENDS) for _ in range(syllables)
    )
