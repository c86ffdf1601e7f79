"""Nobody is taken off the register for being silent before having been asked, and having had time.

The one invariant: who leaves this way was reached by the question at least 60 days ago and gave no
sign of life since it was asked, or has said «leave». Asking goes over every channel that the person
has; a question that failed on all of them, or that nobody telephoned about, has reached nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.errors import ActionError
from accounts.models import Organization, User
from realtime.models import Message
from volunteers import queries
from volunteers.actions import rows
from volunteers.actions.states import withdraw_volunteer
from volunteers.models import Volunteer, VolunteerQuerySet
from volunteers.subscriptions import tell

TIME_TO_ANSWER = timedelta(days=60)
TIME_TO_REACH = timedelta(days=1)
"""Before a question that reached nobody is asked again."""
MONTH = timedelta(days=30.4375)
STAY, LEAVE = "stay", "leave"
REACHED = {Message.State.SENT, Message.State.DELIVERED}
ON_ITS_WAY = {Message.State.QUEUED, Message.State.SENDING}


def silent_since(organization: Organization, at: datetime) -> datetime:
    """Whoever was last heard of before this instant counts as silent."""
    return at - organization.dormant_after_months * MONTH


def silent(organization: Organization, *, at: datetime) -> list[Volunteer]:
    """People without any answer, activity or sign-in for the organization's number of months.

    Somebody who was entered later than that cannot have been silent for so long.
    """
    limit = silent_since(organization, at)
    found = _not_heard_of_since(organization, limit).filter(created_at__lt=limit)
    people = list(found.select_related("user").order_by("last_seen_at", "number"))
    served = queries.last_served(people)
    return [one for one in people if one.pk not in served or served[one.pk] < limit.date()]


def ask_to_stay(volunteer: Volunteer, *, by: User | None, at: datetime) -> Volunteer:
    """Ask whether the person wants to stay, over all channels.

    Raises ActionError withdrawn, not_silent, asked_already (less than 60 days ago, or less than a
    day when the question reached nobody).
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        if present.status == Volunteer.Status.WITHDRAWN:
            raise ActionError("withdrawn", "すでに退会しています。")
        if not is_silent(present, at):
            raise ActionError("not_silent", "この間に活動や返事のあった方です。")
        asked = present.stay_asked_at
        patience = TIME_TO_ANSWER if present.pk in told([present]) else TIME_TO_REACH
        if asked and asked > at - patience and not present.stay_answer:
            raise ActionError("asked_already", "すでに確認中です。返事をお待ちください。")
        present.stay_asked_at, present.stay_answer = at, ""
        rows.save(present, "stay_asked_at", "stay_answer")
        tell(present, "stay", at, once=f"{at:%Y%m%d%H%M%S}")
        rows.record(present, "stay_asked", by=by, at=at)
    return present


def answer_stay(
    volunteer: Volunteer, answer: str, *, by: User | None, at: datetime, how: str = "link"
) -> Volunteer:
    """Note the answer, ``stay`` or ``leave``; ``how``: link, page or telephone (by the desk).

    Leaving is a wish that the desk carries out. Raises ActionError not_asked.
    """
    if answer not in (STAY, LEAVE):
        raise ActionError("invalid", "返事を選んでください。", status=400)
    with transaction.atomic():
        present = rows.lock(volunteer)
        if present.stay_asked_at is None or present.status == Volunteer.Status.WITHDRAWN:
            raise ActionError("not_asked", "この確認はもう終わっています。")
        present.stay_answer, present.last_seen_at = answer, at
        rows.save(present, "stay_answer", "last_seen_at")
        rows.record(present, f"stay_answered_{answer}", by=by, at=at, how=how)
    return present


def told(people: Sequence[Volunteer]) -> dict[int, datetime | None]:
    """When the present question first reached each of them (UTC), None while it is on its way.

    Whom it did not reach is left out, and so is whoever's contact somebody else says is theirs,
    unless the desk has telephoned. One statement.
    """
    asked = {one.key: one for one in people if one.stay_asked_at}
    found: dict[int, datetime | None] = {}
    for message in Message.objects.filter(kind="stay", recipient__in=asked).order_by("id"):
        one = asked[message.recipient]
        if one.stay_asked_at is None or message.created_at < one.stay_asked_at:
            continue
        at = message.handled_at
        if at is None and message.state in REACHED and one.contact_wrong_at is None:
            at = message.sent_at or message.created_at
        if at is not None:
            found[one.pk] = min(at, found.get(one.pk) or at)
        elif message.state in ON_ITS_WAY:
            found.setdefault(one.pk, None)
    return found


def may_be_removed(volunteer: Volunteer, at: datetime) -> bool:
    """Reached long enough ago without any sign of life since being asked, or wants to leave."""
    asked = volunteer.stay_asked_at
    if volunteer.status == Volunteer.Status.WITHDRAWN or asked is None:
        return False
    if volunteer.stay_answer:
        return volunteer.stay_answer == LEAVE
    if asked > at - TIME_TO_ANSWER or _heard_of(volunteer) >= asked:
        return False
    reached = told([volunteer]).get(volunteer.pk)
    return reached is not None and reached <= at - TIME_TO_ANSWER


def remove_silent(volunteer: Volunteer, *, by: User, at: datetime) -> Volunteer:
    """Take one person off the register after having asked. Raises ActionError not_asked_long_ago."""
    with transaction.atomic():
        present = rows.lock(volunteer)
        if not may_be_removed(present, at):
            text = "確認が届いてから60日たっていないか、その後に返事や活動のあった方です。"
            raise ActionError("not_asked_long_ago", text)
        leaves = present.stay_answer == LEAVE
        reason = "本人の希望（継続の確認）" if leaves else "継続の確認に60日以上返事がないため"
        return withdraw_volunteer(present, reason=reason, by=by, at=at)


def is_silent(volunteer: Volunteer, at: datetime) -> bool:
    """Whether the person was not heard of for the organization's number of months."""
    limit = silent_since(volunteer.organization, at)
    return volunteer.created_at < limit and _heard_of(volunteer) < limit


def _not_heard_of_since(organization: Organization, limit: datetime) -> VolunteerQuerySet:
    people = Volunteer.objects.of(organization).exclude(status=Volunteer.Status.WITHDRAWN)
    answered = Q(last_seen_at__gte=limit) | Q(user__last_login__gte=limit)
    return people.exclude(answered)


def _heard_of(volunteer: Volunteer) -> datetime:
    """The last sign of life (UTC); long ago for somebody who never gave one."""
    signs = [volunteer.last_seen_at, volunteer.user.last_login if volunteer.user else None]
    served = queries.last_served([volunteer]).get(volunteer.pk)
    ages = datetime(1970, 1, 1, tzinfo=volunteer.created_at.tzinfo)
    if served is not None:
        signs.append(datetime(served.year, served.month, served.day, tzinfo=ages.tzinfo))
    return max([sign for sign in signs if sign is not None], default=ages)
