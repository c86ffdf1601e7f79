"""Inputs of the API that refuse what would fail further on: half dates, infinities, huge numbers.

Each raises a coded ValidationError; none touches the database.
"""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
BIGGEST_KEY = 2**63 - 1


class InstantField(serializers.DateTimeField):
    """An instant in ISO 8601 with its offset from UTC; shown in Asia/Tokyo."""

    default_error_messages = {
        "offset": _("時差（+09:00 など）を付けてください。"),
        "far": _("日時をご確認ください。"),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """The instant, aware; only what comes in may lack an offset."""
        if value.tzinfo is None:
            self.fail("offset")
        if not EARLIEST.year <= value.year <= LATEST.year:
            self.fail("far")
        return super().enforce_timezone(value)


class DayField(serializers.DateField):
    """A date that a person of today could mean."""

    default_error_messages = {"far": _("日付をご確認ください。")}

    def to_internal_value(self, value: Any) -> date:
        """The date; years before 1900 and after 2200 are slips."""
        day = super().to_internal_value(value)
        if not EARLIEST <= day <= LATEST:
            self.fail("far")
        return day


class NumberField(serializers.FloatField):
    """A finite number."""

    default_error_messages = {"finite": _("数値をご確認ください。")}

    def to_internal_value(self, data: Any) -> float:
        """The number; NaN, infinities and integers beyond any float are refused."""
        if isinstance(data, bool):
            self.fail("invalid")
        try:
            value = super().to_internal_value(data)
        except OverflowError:
            self.fail("finite")
        if not math.isfinite(value):
            self.fail("finite")
        return value


class KeyField(serializers.IntegerField):
    """A row's id."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": BIGGEST_KEY, **options})
