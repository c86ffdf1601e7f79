"""One person in several registers: one name and birth date, one sign-in or one mobile number.

A telephone may be shared by a family, so a number alone never makes two rows one person. One day
has one person: bookings in all these rows exclude each other. Reads only.
"""

from __future__ import annotations

from django.db.models import Q

from volunteers.models import Volunteer


def identity(volunteer: Volunteer) -> tuple[str, object]:
    """The same person in two registers has the same name and birth date."""
    return "".join(volunteer.name.split()), volunteer.birth_date


def rows_of_person(volunteer: Volunteer) -> list[int]:
    """Primary keys of the person's rows in all organizations, this one among them."""
    linked = Q(pk=volunteer.pk)
    if volunteer.user_id:
        linked |= Q(user=volunteer.user_id)
    if volunteer.mobile:
        linked |= Q(mobile=volunteer.mobile)
    return [
        row.pk
        for row in Volunteer.objects.filter(linked).order_by("pk")
        if row.pk == volunteer.pk
        or (volunteer.user_id and row.user_id == volunteer.user_id)
        or identity(row) == identity(volunteer)
    ]
