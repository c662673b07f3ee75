"""A key runs its effect once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from backend.accounts.models import User
from backend.core import idempotency
from backend.core.errors import Conflict, Missing
from backend.core.idempotency import Answer
from backend.core.models import IdempotencyKey

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def call(effect, *, user_id, key="k", fingerprint="f", now=NOW, atomic=True):
    return idempotency.once(
        user_id=user_id, key=key, fingerprint=fingerprint, now=now, effect=effect, atomic=atomic
    )


def test_a_repeat_gets_the_first_answer_without_the_effect():
    user_id = uuid4()
    call(lambda: Answer(201, {"id": 1}), user_id=user_id)

    again = call(lambda: pytest.fail("ran twice"), user_id=user_id)

    assert again == Answer(201, {"id": 1}, replayed=True)


def test_another_body_under_the_same_key_is_refused():
    user_id = uuid4()
    call(lambda: Answer(201, {}), user_id=user_id)

    with pytest.raises(Conflict) as refused:
        call(lambda: pytest.fail("ran"), user_id=user_id, fingerprint="other")

    assert refused.value.code == "idempotency_mismatch"


def elsewhere(function):
    """What the function raises or returns on a connection of its own."""

    def run():
        try:
            return function()
        except Conflict as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        return threads.submit(run).result(timeout=30)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("atomic", [True, False])
def test_a_key_in_use_is_refused(atomic):
    user_id = uuid4()

    def effect():
        refused = elsewhere(lambda: call(lambda: pytest.fail("ran"), user_id=user_id, atomic=atomic))
        assert (refused.code, str(refused)) == ("conflict", idempotency.RUNNING)
        return Answer(201, {})

    assert call(effect, user_id=user_id, atomic=atomic) == Answer(201, {})
    again = elsewhere(lambda: call(effect, user_id=user_id, atomic=atomic))
    assert again == Answer(201, {}, replayed=True)


@pytest.mark.django_db(transaction=True)
def test_a_key_that_another_kind_of_request_took_meanwhile_is_in_use():
    user_id, other = uuid4(), {"fingerprint": "other", "atomic": False}

    def effect():
        assert elsewhere(lambda: call(lambda: Answer(200, {}), user_id=user_id, **other)) == Answer(200, {})
        return Answer(201, {})

    with pytest.raises(Conflict) as refused:
        call(effect, user_id=user_id)

    assert refused.value.code == "conflict"
    assert IdempotencyKey.objects.get().fingerprint == "other"


@pytest.mark.django_db(transaction=True)
def test_a_request_that_died_frees_its_key_with_its_connection():
    user_id = uuid4()

    def die():
        connection.connection.close()
        raise OperationalError("the process is gone")

    with pytest.raises(OperationalError):
        call(die, user_id=user_id)
    connection.close()

    assert elsewhere(lambda: call(lambda: Answer(201, {}), user_id=user_id)) == Answer(201, {})


def test_a_refused_effect_frees_the_key():
    user_id = uuid4()

    def refuse():
        raise Missing

    with pytest.raises(Missing):
        call(refuse, user_id=user_id)

    assert call(lambda: Answer(200, {}), user_id=user_id) == Answer(200, {})


def test_a_crashed_request_frees_the_key_when_its_lease_ends():
    user_id = uuid4()
    IdempotencyKey.objects.create(
        user_id=user_id, key="k", fingerprint="f", leased_until=NOW, created_at=NOW - timedelta(minutes=1)
    )

    later = NOW + timedelta(seconds=1)

    assert call(lambda: Answer(201, {}), user_id=user_id, now=later, atomic=False) == Answer(201, {})


def test_the_effect_and_its_answer_are_kept_together_or_not_at_all(alice):
    def fail():
        User.objects.filter(pk=alice.pk).update(first_name="Gone")
        raise Missing

    with pytest.raises(Missing):
        call(fail, user_id=alice.pk)

    alice.refresh_from_db()
    assert alice.first_name == "Alice"
    assert not IdempotencyKey.objects.exists()


def test_a_slow_request_is_refused_when_a_repeat_has_taken_over():
    user_id, later = uuid4(), NOW + idempotency.LEASE + timedelta(seconds=1)

    def slow():
        call(lambda: Answer(201, {"by": "repeat"}), user_id=user_id, now=later, atomic=False)
        return Answer(201, {"by": "slow"})

    with pytest.raises(Conflict, match="taken over"):
        call(slow, user_id=user_id, atomic=False)

    assert IdempotencyKey.objects.get().body == {"by": "repeat"}


def test_a_slow_request_that_is_refused_leaves_the_repeats_key_alone():
    user_id = uuid4()

    def slow():
        IdempotencyKey.objects.update(token=uuid4())
        raise Missing

    with pytest.raises(Missing):
        call(slow, user_id=user_id, atomic=False)

    assert IdempotencyKey.objects.filter(user_id=user_id, status=None).exists()


def test_after_a_day_the_key_is_new():
    user_id = uuid4()
    call(lambda: Answer(201, {"id": 1}), user_id=user_id)

    fresh = call(lambda: Answer(201, {"id": 2}), user_id=user_id, now=NOW + timedelta(hours=25))

    assert fresh == Answer(201, {"id": 2})
