"""What somebody reports about an assignment, before it is written: values and their limits.

Pure: the same draft comes from the desk's page, the volunteer's phone and the API. ``check`` says
what cannot be true; what is merely unusual is left to ``interpreting.remarks``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.errors import ActionError
from dispatch.models import Mode, Request
from interpreting.models import Report

LONGEST = timedelta(hours=24)
MINUTE = timedelta(minutes=1)
# a wrong month typed would be priced by another tariff; a translation may be done on other days
FAR_OFF = timedelta(days=3)
MAX_WAITING = 24 * 60
MAX_YEN = 100_000
MAX_KM = 2_000
MAX_UNITS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """Times are aware instants; yen for the round trip; ``receipts`` are prepared JPEG photos.

    New photos are added to those of an earlier version, except what ``drop_receipts`` names by
    primary key. ``amount_units``: pages, characters or words of a translation.
    """

    started_at: datetime
    ended_at: datetime
    outcome: str
    waiting_minutes: int = 0
    transport: str = Report.Transport.NONE
    transport_yen: int = 0
    transport_route: str = ""
    distance_km: int | None = None
    amount_units: int | None = None
    comment: str = ""
    receipts: tuple[bytes, ...] = ()
    drop_receipts: frozenset[int] = frozenset()

    def values(self) -> dict[str, object]:
        """The fields of a report that the draft sets."""
        return {name: getattr(self, name) for name in FIELDS}


FIELDS = (
    "started_at",
    "ended_at",
    "outcome",
    "waiting_minutes",
    "transport",
    "transport_yen",
    "transport_route",
    "distance_km",
    "amount_units",
    "comment",
)
_LIMITS = {
    "waiting_minutes": MAX_WAITING,
    "transport_yen": MAX_YEN,
    "distance_km": MAX_KM,
    "amount_units": MAX_UNITS,
}


def check(draft: ReportDraft, request: Request, at: datetime) -> None:
    """Raise ActionError for times and figures that cannot be; ``field`` names the draft's field."""
    _check_times(draft, request, at)
    for name, limit in _LIMITS.items():
        value = getattr(draft, name)
        if value is not None and not 0 <= value <= limit:
            raise _refusal(
                "out_of_range",
                _("0から%(limit)sまでの数を入力してください。") % {"limit": f"{limit:,}"},
                name,
            )
    if draft.outcome not in Report.Outcome.values:
        raise _refusal("unknown_outcome", _("結果を選んでください。"), "outcome")
    if draft.transport not in Report.Transport.values:
        raise _refusal("unknown_transport", _("交通手段を選んでください。"), "transport")
    if draft.transport == Report.Transport.NONE and draft.transport_yen:
        text = _("交通費があるときは、交通手段を選んでください。")
        raise _refusal("transport_without_means", text, "transport")
    for name, longest in (("transport_route", 200), ("comment", 2000)):
        if len(getattr(draft, name)) > longest:
            raise _refusal(
                "too_long", _("%(limit)s文字以内で入力してください。") % {"limit": longest}, name
            )


def _check_times(draft: ReportDraft, request: Request, at: datetime) -> None:
    if draft.ended_at <= draft.started_at:
        text = _("終了が開始より前です。日付をまたいだときは、終了日を翌日にしてください。")
        raise _refusal("ends_before_start", text, "ended_at")
    if draft.ended_at > at + MINUTE:  # times are whole minutes; this one counts as begun
        raise _refusal("in_the_future", _("これからの時刻は報告できません。"), "ended_at")
    if request.mode == Mode.TRANSLATION:
        return
    if draft.ended_at - draft.started_at > LONGEST:
        text = _("24時間を超えています。日付をご確認ください。")
        raise _refusal("too_long_activity", text, "ended_at")
    if abs(draft.started_at - request.starts_at) > FAR_OFF:
        text = _("依頼の日と3日以上離れています。日付をご確認ください。")
        raise _refusal("far_from_booking", text, "started_at")


def _refusal(code: str, text: str, field: str) -> ActionError:
    return ActionError(code, text, field=field, status=400)
