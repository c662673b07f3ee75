"""Search finds whole words, and beginnings of them."""

import string

import pytest
from django.utils import timezone

from backend.catalog import actions, anew, search, words
from backend.catalog.models import Category
from tests.catalog.drafting import create, update, variant
from tests.catalog.searching import found

pytestmark = pytest.mark.django_db


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
