"""Honoraria in the API: a month as JSON, CSV and XLSX.

The same entries, files and access as on the pages: coordinators read, accountants and
administrators export, and every export is recorded.
"""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.access import MONEY
from accounts.api import ApiView, ListView
from accounts.api_fields import InstantField, KeyField
from accounts.clock import database_now
from accounts.times import local
from honoraria.access import READERS, visible_honoraria
from honoraria.exporting import runs
from honoraria.exporting.answers import XLSX_TYPE, file_answer
from honoraria.models import Honorarium
from honoraria.months import Month, Wanted, entries

CSV_TYPE = "text/csv"


class MonthFilterSerializer(serializers.Serializer):
    """Which entries. Without a month, the present one in Asia/Tokyo."""

    month = serializers.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$", required=False, help_text="YYYY-MM, of the activity."
    )
    state = serializers.ChoiceField(required=False, choices=Honorarium.State.choices)
    q = serializers.CharField(
        required=False, max_length=100, help_text="Name, reading or number of a volunteer."
    )


class DerivationSerializer(serializers.Serializer):
    """One step of the calculation, in yen."""

    code = serializers.CharField()
    text = serializers.CharField()
    amount = serializers.IntegerField()


class HonorariumSerializer(serializers.Serializer):
    """謝礼: yen; minutes and yen of a reversal are negative."""

    id = KeyField()
    kind = serializers.ChoiceField(choices=Honorarium.Kind.choices)
    state = serializers.ChoiceField(choices=Honorarium.State.choices)
    volunteer_id = KeyField()
    volunteer_number = serializers.IntegerField(source="volunteer.number")
    volunteer_name = serializers.CharField(source="volunteer.name")
    report_id = KeyField(allow_null=True)  # none for a booking that was called off
    assignment_id = KeyField()
    request_id = KeyField(source="assignment.request_id")
    corrects_id = KeyField(allow_null=True)
    activity_date = serializers.DateField()
    minutes = serializers.IntegerField()
    fee = serializers.IntegerField()
    transport = serializers.IntegerField()
    total = serializers.IntegerField()
    tariff = serializers.CharField(source="tariff_name")
    derivation = DerivationSerializer(many=True)
    reason = serializers.CharField(allow_blank=True)
    created_at = InstantField()
    approved_at = InstantField(allow_null=True)


class HonorariumList(ListView):
    """A month of entries."""

    allowed = {"GET": READERS}

    @extend_schema(
        operation_id="honoraria_list",
        parameters=[MonthFilterSerializer],
        responses=HonorariumSerializer(many=True),
    )
    def get(self, request: ApiRequest) -> Response:
        """Entries of a month in the order of the day."""
        found = visible_honoraria(self.membership)
        month = entries(self.membership.organization, wanted_of(self)).values("pk")
        rows = found.filter(pk__in=month).select_related(
            "volunteer", "assignment", "tariff_version__tariff"
        )
        return self.show_page(HonorariumSerializer, rows.order_by("activity_date", "id"))


class HonorariumFile(ApiView):
    """A month of entries as a file."""

    allowed = {"GET": MONEY}
    kind = ""

    def answer(self, request: ApiRequest) -> HttpResponseBase:
        """The file, recorded before the first byte leaves."""
        run = runs.start(
            self.membership.organization,
            "honoraria",
            wanted_of(self).as_detail(),
            None,
            self.kind,
            by=self.user,
            at=database_now(),
            at_once=True,
        )
        return file_answer(request._request, run, by=self.user, at=database_now())


class HonorariumCsv(HonorariumFile):
    """CSV."""

    kind = "csv"

    @extend_schema(
        operation_id="honoraria_csv",
        tags=["honoraria"],
        parameters=[MonthFilterSerializer],
        responses={(200, CSV_TYPE): OpenApiTypes.STR},
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        """The month as CSV: UTF-8 with BOM, CRLF."""
        return self.answer(request)


class HonorariumXlsx(HonorariumFile):
    """XLSX."""

    kind = "xlsx"

    @extend_schema(
        operation_id="honoraria_xlsx",
        tags=["honoraria"],
        parameters=[MonthFilterSerializer],
        responses={(200, XLSX_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: ApiRequest) -> HttpResponseBase:
        """The month as a workbook with typed cells."""
        return self.answer(request)


def wanted_of(view: ApiView) -> Wanted:
    """What the query asks for."""
    query: dict[str, Any] = view.read_query(MonthFilterSerializer)
    text = query.pop("month", "")
    month = Month.parse(text) if text else Month.of(local(database_now()).date())
    return Wanted(month=month, **query)
