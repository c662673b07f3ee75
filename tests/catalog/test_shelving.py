"""The shelf can be made anew from the tables."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from backend.shelf.models import NO_CATEGORY, Ladder, Place
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


def test_words_say_where_they_stand():
    create("LAMP", name="Crème lamp", description="Red", variants=(variant("LAMP-S", name="Small"),))

    assert Place.objects.get().words == (
        "'=creme' '=lamp' '=lamps' '=s' 'creme' 'lamp' 'lamps' 'red' 's' 'small'"
        " '~creme' '~lamp' '~lamps' '~s' '~small'"
    )
