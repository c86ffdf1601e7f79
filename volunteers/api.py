"""The register in the API: list with filters, one entry, enter, change.

The same queries, actions and access as the pages; coordinators and administrators only.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ValidationError

from accounts.access import STAFF
from accounts.api import ApiView, ListView
from accounts.clock import database_now
from accounts.idempotency import idempotent
from volunteers.access import get_volunteer_for, register_of
from volunteers.actions import register_volunteer, update_volunteer
from volunteers.api_values import (
    VolunteerChangeSerializer,
    VolunteerEntrySerializer,
    VolunteerFilterSerializer,
    VolunteerSerializer,
    record_of,
)
from volunteers.models import Area, Volunteer, VolunteerQuerySet
from volunteers.queries import Wanted, find

PARTS = ["skills", "field_skills", "rules", "exceptions", "registrations", "areas"]


class VolunteerList(ListView):
    """The register."""

    allowed = {"GET": STAFF, "POST": STAFF}

    @extend_schema(
        operation_id="volunteers_list",
        parameters=[VolunteerFilterSerializer],
        responses=VolunteerSerializer(many=True),
    )
    def get(self, request: ApiRequest) -> Response:
        """Volunteers of the organization; people who have left only with `status`."""
        register_of(self.membership)
        found = find(self.membership.organization, self._wanted(), at=database_now())
        return self.show_page(VolunteerSerializer, with_parts(found))

    @extend_schema(
        operation_id="volunteers_create",
        request=VolunteerEntrySerializer,
        responses={201: VolunteerSerializer},
    )
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Enter somebody into the register."""
        record = record_of(self.read(VolunteerEntrySerializer))
        organization = self.membership.organization
        made = register_volunteer(organization, record, by=self.user, at=database_now())
        return self.show(VolunteerSerializer, fresh(made), status=201)

    def _wanted(self) -> Wanted:
        query: dict[str, Any] = self.read_query(VolunteerFilterSerializer)
        if name := query.pop("area", None):
            area = Area.objects.filter(organization=self.membership.organization, name=name).first()
            if area is None:
                raise ValidationError({"area": "この地域は登録されていません。"}, code="unknown")
            query["area"] = area.pk
        return Wanted(text=query.pop("q", ""), **query)


class VolunteerDetail(ApiView):
    """One entry of the register."""

    allowed = {"GET": STAFF, "PATCH": STAFF}

    @extend_schema(operation_id="volunteers_get", responses=VolunteerSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        """One volunteer."""
        return self.show(VolunteerSerializer, get_volunteer_for(self.membership, pk))

    @extend_schema(
        operation_id="volunteers_change",
        request=VolunteerChangeSerializer,
        responses=VolunteerSerializer,
    )
    def patch(self, request: ApiRequest, pk: int) -> Response:
        """Change what is named; the rest stays."""
        volunteer = get_volunteer_for(self.membership, pk)
        data = self.read(VolunteerChangeSerializer)
        version = data.pop("version", None)
        update_volunteer(
            volunteer, record_of(data), by=self.user, at=database_now(), version=version
        )
        return self.show(VolunteerSerializer, fresh(volunteer))


def with_parts(volunteers: VolunteerQuerySet) -> VolunteerQuerySet:
    """With everything that an entry shows, in a constant number of statements."""
    return volunteers.prefetch_related(*PARTS)


def fresh(volunteer: Volunteer) -> Volunteer:
    """The entry as it is now in the database."""
    return with_parts(Volunteer.objects.filter(pk=volunteer.pk)).get()
