"""The shelf can be made anew from the tables."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from backend.catalog import shelving
from backend.shelf.models import NO_CATEGORY, Ladder, Place
from tests import factories
from tests.catalog.drafting import create, variant

pytestmark = pytest.mark.django_db


def test_refresh_catalogue_all_puts_the_shelf_right(capsys):
    create("LAMP", name="Crème lamp", description="Red", variants=(variant("LAMP-S", name="Small"),))
    create("MUG", price=Decimal("4.50"), quantity=3)
    places, ladders = list(Place.objects.order_by("pk").values()), list(Ladder.objects.values())
    Place.objects.filter(slug="mug").update(cents=1, is_buyable=False, words="'cup'", name="")
    Ladder.objects.update(buyable=[7])

    call_command("refresh_catalogue", "--all")

    assert list(Place.objects.order_by("pk").values()) == places
    assert list(Ladder.objects.values()) == ladders
    assert ladders == [{"category_id": NO_CATEGORY, "buyable": [450], "sold_out": [1000]}]


def test_refresh_catalogue_finds_places_that_are_missing_or_have_words_of_old(monkeypatch, capsys):
    monkeypatch.setattr(shelving, "BATCH", 2)
    for sku in "BCDE":
        create(sku)
    places = list(Place.objects.order_by("pk").values())
    factories.product(sku="A")
    Place.objects.filter(slug__in="bcd").update(words_version=0, words="'old'")
    Place.objects.filter(slug="e").update(cents=7)

    call_command("refresh_catalogue")

    assert capsys.readouterr().out == "catalogue: 4 products written anew\n"
    assert [place.slug for place in Place.objects.exclude(cents=1000)] == ["e"], "it looks at words alone"
    Place.objects.filter(slug="e").update(cents=1000)
    assert list(Place.objects.exclude(slug="a").order_by("pk").values()) == places
    assert Place.objects.filter(slug="a").exists()


def test_words_say_where_they_stand():
    """If this fails, a shop that is there would keep words of old: raise search_text.VERSION, and this."""
    create("LAMP", name="Crème lamp", description="Red", variants=(variant("LAMP-S", name="Small"),))

    place = Place.objects.get()
    assert place.words_version == 1
    assert place.words == (
        "'=creme' '=lamp' '=lamps' '=s' 'creme' 'lamp' 'lamps' 'red' 's' 'small'"
        " '~creme' '~lamp' '~lamps' '~s' '~small'"
    )
