"""Reports in the API: hand one in for an assignment, look at it.

Coordinators and administrators hand in for the volunteer (``via`` desk); accountants read.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.access import STAFF
from accounts.api import ApiView
from accounts.api_fields import InstantField, KeyField
from accounts.clock import database_now
from accounts.idempotency import idempotent
from accounts.models import Role
from dispatch.access import get_assignment_for
from dispatch.api.values import role_of
from interpreting.access import READERS, visible_reports
from interpreting.actions import submit_report
from interpreting.drafts import MAX_KM, MAX_UNITS, MAX_WAITING, MAX_YEN, ReportDraft
from interpreting.models import Report
from interpreting.receipts import MAX_PHOTOS, prepare


class NewReportSerializer(serializers.Serializer):
    """What happened. Yen for the round trip; receipts are photos (JPEG, PNG or WebP) in base64."""

    started_at = InstantField()
    ended_at = InstantField()
    outcome = serializers.ChoiceField(choices=Report.Outcome.choices)
    waiting_minutes = serializers.IntegerField(default=0, min_value=0, max_value=MAX_WAITING)
    transport = serializers.ChoiceField(
        choices=Report.Transport.choices, default=Report.Transport.NONE
    )
    transport_yen = serializers.IntegerField(default=0, min_value=0, max_value=MAX_YEN)
    transport_route = serializers.CharField(default="", allow_blank=True, max_length=200)
    distance_km = serializers.IntegerField(
        default=None, allow_null=True, min_value=0, max_value=MAX_KM
    )
    amount_units = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=0,
        max_value=MAX_UNITS,
        help_text="Pages, characters or words of a translation.",
    )
    comment = serializers.CharField(default="", allow_blank=True, max_length=2000)
    receipts = serializers.ListField(
        child=serializers.CharField(), default=list, max_length=MAX_PHOTOS
    )

    def validate_receipts(self, photos: list[str]) -> list[bytes]:
        """The decoded photos."""
        try:
            return [base64.b64decode(photo, validate=True) for photo in photos]
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(
                "写真は base64 で送ってください。", code="not_base64"
            ) from error


class ReportSerializer(serializers.Serializer):
    """活動報告."""

    id = KeyField()
    assignment_id = KeyField()
    state = serializers.ChoiceField(choices=Report.State.choices)
    started_at = InstantField()
    ended_at = InstantField()
    minutes = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=Report.Outcome.choices)
    waiting_minutes = serializers.IntegerField()
    transport = serializers.ChoiceField(choices=Report.Transport.choices)
    transport_yen = serializers.IntegerField()
    transport_route = serializers.CharField(allow_blank=True)
    distance_km = serializers.IntegerField(allow_null=True)
    amount_units = serializers.IntegerField(allow_null=True)
    comment = serializers.CharField(
        allow_blank=True, allow_null=True, help_text="Null for an accountant."
    )
    receipt_count = serializers.IntegerField()
    submitted_via = serializers.ChoiceField(choices=Report.Via.choices)
    submitted_at = InstantField()
    confirmed_at = InstantField(allow_null=True)
    return_reason = serializers.CharField(allow_blank=True)

    def to_representation(self, instance: Report) -> dict[str, Any]:
        """The report without what was said, for those who only pay."""
        shown: dict[str, Any] = super().to_representation(instance)
        if role_of(self) == Role.ACCOUNTANT:
            shown["comment"] = None
        return shown


class AssignmentReport(ApiView):
    """The report on one assignment."""

    allowed = {"GET": READERS, "POST": STAFF}

    @extend_schema(operation_id="assignments_report_get", responses=ReportSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        """The report; 404 while there is none."""
        assignment = get_assignment_for(self.membership, pk)
        report = self._report(assignment.pk)
        if report is None:
            raise Http404
        return self.show(ReportSerializer, report)

    @extend_schema(
        operation_id="assignments_report_create",
        request=NewReportSerializer,
        responses={200: ReportSerializer, 201: ReportSerializer},
    )
    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Hand in the report for the volunteer: 201, or 200 for one that was there before."""
        assignment = get_assignment_for(self.membership, pk)
        existed = Report.objects.filter(assignment=assignment).exists()
        draft = draft_of(self.read(NewReportSerializer))
        submit_report(assignment, draft, via=Report.Via.DESK, by=self.user, at=database_now())
        status = 200 if existed else 201
        return self.show(ReportSerializer, self._report(assignment.pk), status=status)

    def _report(self, assignment_id: int) -> Report | None:
        return visible_reports(self.membership).filter(assignment_id=assignment_id).first()


def draft_of(data: dict[str, Any]) -> ReportDraft:
    """Validated input as a draft; raises ActionError for photos that cannot be read."""
    photos = tuple(prepare(photo) for photo in data["receipts"])
    return ReportDraft(**{**data, "receipts": photos})
