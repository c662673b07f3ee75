"""What guests type into the search field: words of a product that is there, half typed and mistyped too."""

from collections.abc import Iterator
from random import Random

from backend.devstack.bench import catalogue
from backend.devstack.bench.catalogue import Catalogue, Item
from backend.devstack.bench.questions import Guests, Question

_SHORTEST_BEGINNING = 3
_SHORTEST_MISTYPED = 6  # the contract's
# In a hundred.
_WORDS = {1: 40, 2: 40, 3: 20}
_HANDS = {"": 75, "prefix": 15, "typo": 10}
_CATEGORY, _PRICE, _STOCK = 0.25, 0.2, 0.2  # also asked for, of one


def searches(paper: Catalogue, guests: Guests, number: int) -> Iterator[Question]:
    """First pages, with facets, best first; each of words that stand together in some product's name."""
    random = Random("searches")  # noqa: S311  (the same on every machine)
    for _ in range(number):
        item = random.choice(paper.items)
        text, kind = _typed(random, item)
        words = {"search": text, "facets": "true"}
        if random.random() < _CATEGORY:
            words["category"] = catalogue.slug(random.choice(list(paper.path(item.leaf))))
        if random.random() < _PRICE:
            low, high = guests.range_of_prices()
            words |= {"min_price": str(low), "max_price": str(high)}
        if random.random() < _STOCK:
            words["in_stock"] = "true"
        narrowed = "".join(f", {name}" for name in ("category", "max_price", "in_stock") if name in words)
        yield guests.ask(f"search, {kind}{narrowed}", words)


def _typed(random: Random, item: Item) -> tuple[str, str]:
    """The text and its kind."""
    number = random.choices(list(_WORDS), list(_WORDS.values()))[0]
    words = item.name.lower().split()
    first = random.randrange(len(words) - number + 1)
    words = words[first : first + number]
    hand = random.choices(list(_HANDS), list(_HANDS.values()))[0]
    if hand == "prefix":
        words[-1] = words[-1][: max(_SHORTEST_BEGINNING, len(words[-1]) - 3)]
    elif hand == "typo" and len(words[0]) >= _SHORTEST_MISTYPED:
        words[0] = _mistyped(random, words[0])
    else:
        hand = ""
    return " ".join(words), ", ".join(filter(None, [f"{number} words", hand]))


def _mistyped(random: Random, word: str) -> str:
    """A letter left out, or two neighbours swapped."""
    place = random.randrange(1, len(word) - 2)
    if random.random() < 0.5:
        return word[:place] + word[place + 1 :]
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
