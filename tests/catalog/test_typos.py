"""One typo in a word of six letters or more is forgiven, and found to be one; two are not."""

import itertools
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog import typos
from tests.catalog.drafting import create, variant
from tests.catalog.searching import found

pytestmark = pytest.mark.django_db


def with_one_typo(word):
    """Every way to mistype the word once, as the contract lists them."""
    letters = string.ascii_lowercase
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield from (word[:at] + letter + word[at + 1 :] for letter in letters if letter != word[at])
    for at in range(len(word) + 1):
        yield from (word[:at] + letter + word[at:] for letter in letters)
    for at in range(len(word) - 1):
        if word[at] != word[at + 1]:
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@pytest.mark.parametrize(
    "text", ["mackbook", "macbok", "mavbook", "amcbook", "macbo0k", "macobok pro", "macboko"]
)
def test_one_typo_is_forgiven(caller, text):
    create("MB-1", name="Macbook Pro", slug="macbook")

    assert found(caller, text) == ["macbook"]


@pytest.mark.parametrize("text", ["lmap", "chiar", "mcabkoo", "macbkoook", "mbook"])
def test_short_words_and_two_typos_are_not_forgiven(caller, text):
    create("MB-1", name="Macbook Lamp Chair")

    assert found(caller, text) == []


def test_every_single_typo_of_a_word_is_forgiven(caller):
    create("S-1", name="Banana", slug="banana")
    typed = sorted({*with_one_typo("banana")} - {"banana"})

    missed = [text for text in typed[:: len(typed) // 40] if found(caller, text) != ["banana"]]

    assert missed == []


def test_one_typo_is_told_from_none_and_from_two():
    for word in ("banana", "gadget", "keyboard"):
        once = {*with_one_typo(word)} - {word}
        twice = {*itertools.chain.from_iterable(map(with_one_typo, list(once)[::20]))} - once - {word}

        assert all(typos.is_one_typo(typed=typed, word=word) for typed in once)
        assert not any(typos.is_one_typo(typed=typed, word=word) for typed in {*twice, word})


@given(st.text("ab", min_size=6, max_size=9), st.data())
def test_one_typo_leaves_parts_intact(word, data):
    typed = data.draw(st.sampled_from(sorted(with_one_typo(word))))

    parts = typos.intact_parts(typed)

    assert any(re.fullmatch(f"{start}.*{end}", word) for start, end in parts)


def test_what_is_meant_comes_before_what_is_forgiven(caller):
    create("A", name="Jacket of a packet", slug="both")
    create("B", name="Blue packet", slug="packet", description="Comes without a jacket.")
    create("C", name="Packet, packet, packet", slug="packets")

    assert found(caller, "jacket") == ["both", "packet", "packets"]


def test_what_is_forgiven_comes_by_where_it_stands(caller):
    create("A", name="Jacket", slug="named")
    create("B", name="Coat", slug="of-a-kind", variants=(variant("B-1", name="Jacket"),))
    create("C", name="Belt", slug="described", description="Matches every jacket.")

    assert found(caller, "jaket") == ["named", "of-a-kind", "described"]
    assert found(caller, "jaket", page_size=2, page=2) == ["described"]


def test_what_begins_with_the_word_needs_no_typo(caller):
    create("A", name="Jackets", slug="jackets")
    create("B", name="Jacketing", slug="jacketing")
    create("C", name="Belt", slug="belt", description="Of jacketing.")

    assert found(caller, "jacket") == ["jacketing", "jackets", "belt"]
