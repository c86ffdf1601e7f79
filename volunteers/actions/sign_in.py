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
        user = ensure_user_for(present.name, present.message_language, present.user)
        if not user.is_active:
            raise ActionError("switched_off", "このサインインは停止されています。", status=403)
        _link(present, user, at)
        for other in sorted(same_person, key=lambda row: row.pk):
            # one user stands for one row per organization, and never takes another's place
            taken = Volunteer.objects.filter(organization=other.organization_id, user=user)
            if other.pk != present.pk and not taken.exists():
                _link(rows.lock(other), user, at)
    return user


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
