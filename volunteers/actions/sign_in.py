"""The first time a volunteer signs in: the person gets a user, in every register that knows them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.errors import ActionError
from accounts.models import User
from accounts.sign_in import ensure_user_for
from volunteers.actions import rows
from volunteers.models import Volunteer


def user_of(volunteer: Volunteer, same_person: list[Volunteer], *, at: datetime) -> User:
    """The user of a volunteer who just proved who it is; made and linked at the first sign-in.

    ``same_person``: rows in other organizations with the same name and the contact that was proved;
    those without a user are linked as well. Raises ActionError ``switched_off`` for a user who may
    not sign in (any more).
    """
    with transaction.atomic():
        present = rows.lock(volunteer)
        known = present.user or _user_elsewhere(present, same_person)
        user = ensure_user_for(present.name, present.message_language, known)
        if not user.is_active:
            raise ActionError("switched_off", "このサインインは停止されています。", status=403)
        _link(present, user, at)
        for other in sorted(same_person, key=lambda row: row.pk):
            if other.pk != present.pk and not _stands_for_somebody(user, other):
                _link(rows.lock(other), user, at)
    return user


def _user_elsewhere(volunteer: Volunteer, same_person: list[Volunteer]) -> User | None:
    users = [row.user for row in same_person if row.user is not None]
    return next((user for user in users if not _stands_for_somebody(user, volunteer)), None)


def _stands_for_somebody(user: User, volunteer: Volunteer) -> bool:
    """One user stands for one row per organization."""
    there = Volunteer.objects.filter(organization=volunteer.organization_id, user=user)
    return there.exclude(pk=volunteer.pk).exists()


def _link(volunteer: Volunteer, user: User, at: datetime) -> None:
    if volunteer.user_id is not None:
        return
    volunteer.user = user
    volunteer.save(update_fields=["user"])
    audit.record(
        volunteer.key,
        "volunteer.first_sign_in",
        organization=volunteer.organization_id,
        by=user,
        at=at,
    )
