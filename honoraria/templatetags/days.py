"""Days and moments as the pages of money write them: 2026年10月8日, 2026年10月8日 10:00.

What was frozen in a claim is a day as text (2026-10-08); it reads the same.
"""

from __future__ import annotations

from datetime import date, datetime

from django import template

from accounts.times import local

register = template.Library()


@register.filter
def day(value: date | datetime | str | None) -> str:
    """«2026年10月8日»; empty for nothing, and what is no day stays as it is."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value[:10])
        except ValueError:
            return str(value)
    if isinstance(value, datetime):
        value = local(value).date()
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """«2026年10月8日 10:00», in Tokyo."""
    return f"{day(value)} {local(value):%H:%M}" if value else ""
