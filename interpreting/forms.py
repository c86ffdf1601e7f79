"""The report's form, for the desk's page and the volunteer's phone alike.

It needs an assignment and nothing of the request in hand; it makes a `ReportDraft`. Labels are
translated, since volunteers read it in their language. For volunteers the usual case is filled in:
the times that were pressed, a job that went as planned, the way there of the last time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from accounts.errors import ActionError
from accounts.times import instant, local
from dispatch.models import Assignment, Mode
from interpreting import drafts
from interpreting.drafts import ReportDraft
from interpreting.fields import DayField, NumberField, PhotosField, TimeField
from interpreting.models import Report
from interpreting.rooms.times import activity_of

OUTCOMES = [
    ("done", _("予定どおり終了")),
    ("continues", _("次回も必要")),
    ("resident_absent", _("相談者が来なかった")),
    ("cancelled_on_site", _("現地で中止")),
    ("trouble", _("困ったことがあった")),
]
TRANSPORTS = [
    ("none", _("なし・徒歩")),
    ("train_bus", _("電車・バス")),
    ("car", _("自家用車")),
    ("taxi", _("タクシー")),
]
TRAVEL = (
    "transport",
    "transport_yen",
    "transport_route",
    "distance_km",
    "receipts",
    "drop_receipts",
)
# where an action's refusal is shown
SHOWN_AT = {"started_at": "start_time", "ended_at": "end_time"}


class ReportForm(forms.Form):
    """Times (Asia/Tokyo), waiting, transport with receipts, outcome and remarks."""

    start_date = DayField(label=_("開始日"))
    start_time = TimeField(label=_("開始時刻"))
    end_date = DayField(label=_("終了日"))
    end_time = TimeField(label=_("終了時刻"))
    waiting_minutes = NumberField(
        label=_("待ち時間（分）"), required=False, max_value=drafts.MAX_WAITING
    )
    amount_units = NumberField(
        label=_("ページ数・文字数"), required=False, max_value=drafts.MAX_UNITS
    )
    transport = forms.ChoiceField(
        label=_("交通手段"), choices=TRANSPORTS, widget=forms.RadioSelect, initial="none"
    )
    transport_yen = NumberField(
        label=_("交通費（往復・円）"), required=False, max_value=drafts.MAX_YEN
    )
    transport_route = forms.CharField(
        label=_("経路"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("例：八王子〜南大沢 往復"),
    )
    distance_km = NumberField(
        label=_("自家用車の距離（往復・km）"), required=False, max_value=drafts.MAX_KM
    )
    receipts = PhotosField(
        label=_("領収書の写真"),
        required=False,
        help_text=_("3枚まで、1枚8MBまで。JPEGかPNGの写真を選んでください。"),
    )
    drop_receipts = forms.MultipleChoiceField(
        label=_("削除する写真"), required=False, widget=forms.CheckboxSelectMultiple
    )
    outcome = forms.ChoiceField(label=_("結果"), choices=OUTCOMES, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("連絡事項"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("相談者の氏名や病名は書かないでください。"),
    )

    def __init__(
        self,
        data: Any = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        assignment: Assignment,
        report: Report | None = None,
        by_volunteer: bool = False,
        **options: Any,
    ) -> None:
        request = assignment.request
        start, end = _times(assignment, report)
        usual = _usual_case(assignment) if by_volunteer and report is None else {}
        self.usual_yen = usual.get("transport_yen")
        initial = {
            **usual,
            "start_date": start.date(),
            "start_time": f"{start:%H:%M}",
            "end_date": end.date(),
            "end_time": f"{end:%H:%M}",
            **(_typed_before(report) if report else {}),
        }
        super().__init__(data, files, initial=initial, **options)
        self.assignment, self.report = assignment, report
        remote = assignment.remote or Mode(request.mode).is_remote
        for name in TRAVEL if remote else ():
            del self.fields[name]
        if request.mode != Mode.TRANSLATION:
            del self.fields["amount_units"]
        if not remote:
            self._offer_receipts(report)

    def _offer_receipts(self, report: Report | None) -> None:
        kept = list(report.receipts.values_list("pk", flat=True)) if report else []
        if kept:
            choices = [
                (str(pk), _("写真%(number)s") % {"number": n}) for n, pk in enumerate(kept, 1)
            ]
            self.fields["drop_receipts"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["drop_receipts"]

    def clean(self) -> dict[str, Any]:
        """What belongs together: means and amount of transport."""
        data = super().clean() or {}
        means, yen = data.get("transport", "none"), data.get("transport_yen")
        if means in {"train_bus", "taxi"} and yen is None and "transport_yen" not in self.errors:
            text = _("交通費を入力してください。かからなかったときは 0 と入力してください。")
            self.add_error("transport_yen", ValidationError(text, code="required"))
        if means == "none" and yen and yen == self.usual_yen:
            data["transport_yen"] = yen = None  # filled in from the last time, not typed
            data["transport_route"] = ""
        if means == "none" and yen:
            text = _("交通費があるときは、交通手段を選んでください。")
            self.add_error("transport", ValidationError(text, code="transport_without_means"))
        started, ended = self._instant("start"), self._instant("end")
        if started and ended and ended <= started:
            text = _("終了が開始より前です。日付をまたいだときは、終了日を翌日にしてください。")
            self.add_error("end_time", ValidationError(text, code="ends_before_start"))
        if self.errors and self.files:
            text = _("入力内容に確認が必要なため、写真はもう一度選んでください。")
            if "receipts" in self.fields and "receipts" not in self.errors:
                self.add_error("receipts", ValidationError(text, code="choose_again"))
        return data

    def _instant(self, which: str) -> Any:
        day, minutes = (self.cleaned_data.get(f"{which}_{part}") for part in ("date", "time"))
        return None if day is None or minutes is None else instant(day, minutes)

    def draft(self) -> ReportDraft:
        """The values of a valid form."""
        data = self.cleaned_data
        return ReportDraft(
            started_at=self._instant("start"),
            ended_at=self._instant("end"),
            outcome=data["outcome"],
            waiting_minutes=data["waiting_minutes"] or 0,
            transport=data.get("transport", "none"),
            transport_yen=data.get("transport_yen") or 0,
            transport_route=data.get("transport_route", ""),
            distance_km=data.get("distance_km"),
            amount_units=data.get("amount_units"),
            comment=data["comment"],
            receipts=data.get("receipts", ()),
            drop_receipts=frozenset(int(pk) for pk in data.get("drop_receipts", ())),
        )

    def refuse(self, error: ActionError) -> None:
        """Show an action's refusal beside the field it belongs to."""
        name = SHOWN_AT.get(error.field, error.field)
        self.add_error(name if name in self.fields else None, error.text)


def _times(assignment: Assignment, report: Report | None) -> tuple[Any, Any]:
    """As reported before, else as a room or a call knows them, else as planned."""
    if report is not None:
        return local(report.started_at), local(report.ended_at)
    planned = assignment.request.starts_at, assignment.request.ends_at
    started, ended = activity_of(assignment) or _pressed(assignment) or planned
    return local(started), local(ended)


def _pressed(assignment: Assignment) -> tuple[datetime, datetime] | None:
    """When the volunteer said that it began and was over, outwards to whole minutes (UTC)."""
    request, began = assignment.request, assignment.started_at
    if began is None or began >= request.ends_at:
        return None  # pressed afterwards, out of duty: no fact about the beginning
    began = began.replace(second=0, microsecond=0)
    over = assignment.finished_at or request.ends_at
    if over.second or over.microsecond:
        over = over.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return (began, over) if over - began < drafts.LONGEST else None


def _usual_case(assignment: Assignment) -> dict[str, Any]:
    """It went as planned, and the way there was the one of the last time at the same place."""
    request = assignment.request
    usual: dict[str, Any] = {"outcome": Report.Outcome.DONE}
    before = (
        Report.objects.filter(
            assignment__volunteer=assignment.volunteer_id,
            assignment__request__organization=request.organization_id,
            assignment__request__place_name=request.place_name,
        )
        .exclude(assignment=assignment)
        .exclude(state=Report.State.RETURNED)
        .order_by("-started_at")
        .first()
        if request.place_name
        else None
    )
    if before is not None:
        usual |= {
            "transport": before.transport,
            "transport_yen": before.transport_yen,
            "transport_route": before.transport_route,
            "distance_km": before.distance_km,
        }
    return usual


def _typed_before(report: Report) -> dict[str, Any]:
    return {
        "waiting_minutes": report.waiting_minutes,
        "amount_units": report.amount_units,
        "transport": report.transport,
        "transport_yen": report.transport_yen,
        "transport_route": report.transport_route,
        "distance_km": report.distance_km,
        "outcome": report.outcome,
        "comment": report.comment,
    }


class ReturnForm(forms.Form):
    """Why a report goes back."""

    reason = forms.CharField(
        label="差し戻す理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="本人の画面に表示されます。相談者の氏名などは書かないでください。",
        error_messages={"required": "理由を入力してください。"},
    )
