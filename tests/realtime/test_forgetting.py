"""Sign-in codes are blanked once they are of no use; everything else that was said is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from procrastinate.contrib.django import app

from accounts.clock import database_now
from realtime import tasks
from realtime.models import Inbound, Message
from realtime.outbox import Recipient, forget_secrets, queue
from realtime.retention import forget_texts

pytestmark = pytest.mark.django_db


def message(
    at: datetime, kind: str = "code", *, state: str = "sent", simulated: bool = False
) -> Message:
    """One that left at the time, or is in another state."""
    to = Recipient(1, "volunteer:1", "sms", "+819012345678", "ja", simulated)
    key = f"{kind}:{Message.objects.count()}"
    made = queue(to, kind=kind, body="確認番号: 123456", dedupe_key=key, at=at)
    Message.objects.filter(pk=made.pk).update(state=state)
    return made


def body(one: Message) -> str:
    one.refresh_from_db()
    return one.body


@pytest.mark.parametrize("simulated", [True, False])
@pytest.mark.parametrize("state", ["sent", "delivered", "failed", "by_hand"])
def test_a_code_that_is_no_longer_valid_is_blanked(
    now: datetime, state: str, simulated: bool
) -> None:
    spent = message(now - timedelta(minutes=10), state=state, simulated=simulated)
    assert forget_secrets(at=now) == 1
    assert body(spent) == ""
    assert (spent.recipient, spent.state) == ("volunteer:1", state), "that it was sent is kept"
    assert forget_secrets(at=now) == 0


def test_a_valid_code_and_other_messages_keep_their_text(now: datetime) -> None:
    valid = message(now - timedelta(minutes=9, seconds=59))
    offer = message(now - timedelta(days=1), kind="offer")
    on_its_way = [message(now - timedelta(hours=1), state=state) for state in ("queued", "sending")]
    assert forget_secrets(at=now) == 0
    assert all("123456" in body(one) for one in [valid, offer, *on_its_way])


def test_what_people_wrote_is_blanked_after_ninety_days(now: datetime) -> None:
    def came(days: int, recipient: str) -> Inbound:
        made: Inbound = Inbound.objects.create(
            channel="sms", provider_id=f"{days}{recipient}", address="+819012345678",
            body="母が入院しました", received_at=now - timedelta(days=days), recipient=recipient,
        )  # fmt: skip
        return made

    recent, old, strangers = came(89, "volunteer:1"), came(90, "volunteer:1"), came(90, "")
    assert forget_texts(at=now) == (2, 0)
    for one in (recent, old, strangers):
        one.refresh_from_db()
    assert (recent.body, old.body, strangers.body) == ("母が入院しました", "", "")
    assert (old.address, strangers.address) == ("+819012345678", "")
    assert forget_texts(at=now) == (0, 0)


def test_our_own_texts_are_blanked_after_a_year(now: datetime) -> None:
    old = message(now - timedelta(days=365), kind="offer")
    recent = message(now - timedelta(days=364), kind="offer")
    assert forget_texts(at=now) == (0, 1)
    assert (body(old), bool(body(recent))) == ("", True)
    assert old.recipient == "volunteer:1"


def test_workers_do_so_every_hour() -> None:
    spent = message(database_now() - timedelta(hours=1))
    (periodic,) = [
        one
        for one in app.periodic_registry.periodic_tasks.values()
        if one.task.name == "realtime.forget_secrets"
    ]
    assert periodic.cron == "41 * * * *"
    # the task itself gives its connection back afterwards, and with it the test's transaction
    tasks.forget_secrets.func.__wrapped__(0)
    assert body(spent) == ""
