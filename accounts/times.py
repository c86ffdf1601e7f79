"""Instants are UTC in the database and Asia/Tokyo on every screen; these convert."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

TOKYO = ZoneInfo("Asia/Tokyo")


def local(instant: datetime) -> datetime:
    """The instant as wall time in Asia/Tokyo."""
    return instant.astimezone(TOKYO)


def instant(day: date, minutes: int) -> datetime:
    """The instant (UTC) ``minutes`` after midnight of ``day`` in Asia/Tokyo; may pass 1440."""
    midnight = datetime.combine(day, time(), tzinfo=TOKYO)
    return (midnight + timedelta(minutes=minutes)).astimezone(ZoneInfo("UTC"))


def when_text(starts_at: datetime, ends_at: datetime, language: str = "ja") -> str:
    """«11月24日（火）14:00〜15:30» or «Tue 24 Nov, 14:00–15:30», in Asia/Tokyo."""
    start, end = local(starts_at), local(ends_at)
    if language == "en":
        return f"{format_date(start, 'EEE d MMM', locale='en_GB')}, {start:%H:%M}–{end:%H:%M}"
    day = format_date(start, "M月d日（E）", locale="ja")
    return f"{day}{start.hour}:{start:%M}〜{end.hour}:{end:%M}"
