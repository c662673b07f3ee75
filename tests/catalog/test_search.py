"""Search finds whole words, beginnings, and words of six letters or more with one typo in them."""

import itertools
import re
import string

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog import actions, anew, search, typos, words
from backend.catalog.models import Category
from tests.catalog.drafting import create, update, variant

pytestmark = pytest.mark.django_db


def found(caller, text, **parameters):
    """The slugs that the search answers, in order."""
    response = caller.get_with("products/", {"search": text, **parameters})
    assert response.status_code == 200
    return [product["slug"] for product in response.json()["results"]]


@pytest.fixture
def caller(as_guest):
    def get_with(path, parameters):
        return as_guest.client.get(f"/api/v1/{path}", parameters)

    as_guest.get_with = get_with
    return as_guest


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
    "text", ["MacBook", "macb", "pro macbook", "16", 'MacBook Pro 16"', "a macbook for the pro", "MACBOOKS"]
)
def test_words_and_beginnings_are_found(caller, text):
    create("MB-1", name='MacBook Pro 16"', slug="macbook")
    create("LAMP")

    assert found(caller, text) == ["macbook"]


@pytest.mark.parametrize("text", ["MBPRO-16-512", "mbpro-16", "mbpro16512", "MBPRO", "mbred"])
def test_skus_are_found_in_any_spelling(caller, text):
    create("MBPRO-16-512", name="Laptop", slug="laptop", variants=(variant("MB-RED", name="Red"),))
    create("MBAIR-13-256")

    assert found(caller, text) == ["laptop"]


@pytest.mark.parametrize("text", ["creme", "Crème", "CREME", "brulee", "crème brulée", "smorrebrod"])
def test_accents_do_not_matter(caller, text):
    create("C-1", name="Crème Brûlée Smørrebrød", slug="dessert")

    assert found(caller, text) == ["dessert"]


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


@pytest.mark.parametrize("more", [0, search.MOST_ENDINGS, search.MOST_ENDINGS + 1])
def test_a_beginning_is_found_however_many_words_begin_so(caller, more):
    create("LAMP", name="Lamp", slug="whole")
    for letter in string.ascii_lowercase[:more]:
        create(f"L-{letter}", name=f"Lampx{letter}", slug=letter)

    slugs = found(caller, "lamp", page_size=50)

    assert slugs[0] == "whole"
    assert sorted(slugs[1:]) == list(string.ascii_lowercase[:more])


@pytest.mark.parametrize("text", ["mac", "macbook", "macbook1", "macbook16", "macbook16p", "macbook16pro"])
def test_what_goes_on_with_a_digit_is_found_by_its_beginning(caller, text):
    create("MB-1", name="Macbook16pro", slug="macbook")

    assert found(caller, text) == ["macbook"]
    assert found(caller, f"{text}x") == []


def test_what_is_meant_comes_before_what_is_forgiven(caller):
    create("A", name="Jacket of a packet", slug="both")
    create("B", name="Blue packet", slug="packet", description="Comes without a jacket.")
    create("C", name="Packet, packet, packet", slug="packets")

    assert found(caller, "jacket") == ["both", "packet", "packets"]


def test_a_name_weighs_more_than_a_description(caller):
    create("A", name="Stand", slug="stand", description="For every monitor.")
    create("B", name="Monitor", slug="monitor")

    assert found(caller, "monitor") == ["monitor", "stand"]
    assert found(caller, "monitor", ordering="-created_at") == ["monitor", "stand"]
    assert found(caller, "monitor", ordering="created_at") == ["stand", "monitor"]


def test_every_word_must_be_there(caller):
    create("A", name="Red lamp", slug="red-lamp")
    create("B", name="Blue lamp", slug="blue-lamp")

    assert found(caller, "lamp red") == ["red-lamp"]
    assert found(caller, "lamp green") == []


def test_the_search_text_follows_the_product(caller):
    create(name="Table", slug="it", variants=(variant("V-1", name="Walnut"),))

    update("it", name="Bench", variants=(variant("V-2", name="Cherry"),))

    assert [found(caller, text) for text in ("table", "walnut", "bench", "cherry")] == [
        [],
        [],
        ["it"],
        ["it"],
    ]


def test_products_are_found_by_the_names_of_their_categories_of_today(caller):
    now = timezone.now()
    lights = actions.ensure_category(names=["Home", "Lights"], now=now)
    create(category=lights.slug)
    assert found(caller, "home light") == ["lamp"]

    Category.objects.filter(slug="home").update(name="Garden")
    anew.refresh_branch(category="home", after=None, now=now)

    assert (found(caller, "home"), found(caller, "garden lights")) == ([], ["lamp"])


@pytest.mark.parametrize(
    "text",
    [
        "'",
        "\\",
        ":*",
        "!",
        "& | !",
        "a' | 'b",
        "🙂",
        "x" * 500,
        "' ' " * 125,
        "%",
        "_",
        "<->",
        "&lt;",
        "(",
        "*",
    ],
)
def test_odd_input_finds_nothing_and_breaks_nothing(caller, text):
    create()

    assert found(caller, text, facets="true") == []


def test_a_blank_search_filters_nothing(caller):
    create()

    assert found(caller, "  ") == ["lamp"]


def test_words_are_letters_and_digits():
    assert words.of('Crème brûlée 16" ﬁne_ß ™') == ["creme", "brulee", "16", "fine", "ss", "tm"]
