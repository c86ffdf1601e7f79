"""Recording that the desk telephoned somebody whom no message had reached."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import User
from dispatch.actions.offers import mark_sent
from dispatch.calls import ASKING, to_say
from dispatch.models import Offer
from dispatch.outage import out_of_order
from realtime.events import organization_group, publish
from realtime.models import Message
from realtime.outbox import take_back

STUCK = (Message.State.QUEUED, Message.State.SENT)
"""States in which nobody knows when, or whether, the person will get the message."""


def record_call(message: Message, *, by: User, at: datetime) -> Message:
    """Take a message off the call list; an offer read out on the telephone counts as sent.

    One that waits for a channel that is out of order does not leave any more. Raises ActionError
    ``already_handled`` when somebody did before, ``wrong_state`` for a message that nobody has to
    telephone about.
    """
    with transaction.atomic():
        locked = Message.objects.select_for_update().get(pk=message.pk)
        if locked.handled_at:
            text = f"すでに{locked.handled_by}さんが連絡済みにしています。"
            raise ActionError("already_handled", text)
        stuck = locked.state in STUCK and out_of_order(locked.channel, at)
        if locked.went_on or not (stuck or locked.state in Message.UNREACHED):
            raise ActionError("wrong_state", "このご連絡は、電話の必要がなくなりました。")
        if stuck:
            take_back(locked.dedupe_key.partition("~")[0], at)
            locked.refresh_from_db()
        locked.handled_at, locked.handled_by = at, str(by)[:120]
        locked.save(update_fields=["handled_at", "handled_by"])
        kind, _, pk = locked.subject_key.partition(":")
        about = locked.subject_key or locked.recipient
        if kind == "offer":
            about = f"request:{Offer.objects.values_list('request_id', flat=True).get(pk=pk)}"
            if locked.kind in ASKING:
                mark_sent(int(pk), at=at)
        publish(
            "message.changed",
            locked.pk,
            locked.attempts + 1,
            organization_group(locked.organization_id),
        )
        record(
            about,
            "message.handled",
            organization=locked.organization_id,
            by=by,
            at=at,
            message=locked.pk,
            volunteer=int(locked.recipient.partition(":")[2]),
            what=to_say(locked.kind),
        )
    return locked
