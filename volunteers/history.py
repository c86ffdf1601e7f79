"""The audit lines about one volunteer, in the words of the office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import AuditEntry
from accounts.times import TOKYO
from volunteers.models import Volunteer
from volunteers.record import COLUMNS, OWN_COLUMNS, PARTS

WARNINGS = {
    "under_18": "開始年度の4月1日に18歳未満です。保護者の同意などをご確認ください。",
    "no_language": "対応言語が登録されていないため、打診の対象になりません。",
    "no_term": "登録期間または誓約日がないため、打診の対象になりません。",
}
_VERBS = {
    "registered": ("ok", "plus", "登録しました"),
    "updated": ("", "edit", "登録内容を変更しました"),
    "paused": ("warn", "pause", "休止にしました"),
    "resumed": ("ok", "check", "活動を再開しました"),
    "returned": ("ok", "check", "再登録しました"),
    "withdrawn": ("danger", "minus-circle", "退会にしました"),
    "on_call": ("", "bell", "待機を始めました"),
    "off_call": ("", "bell", "待機を終えました"),
    "renewed": ("ok", "calendar", "登録を更新しました"),
    "stay_asked": ("warn", "mail", "登録を続けるかどうかをうかがいました"),
    "stay_answered_stay": ("ok", "check", "続けたいとの返事がありました"),
    "stay_answered_leave": ("warn", "minus-circle", "やめたいとの返事がありました"),
    "training_added": ("", "plus", "資格・研修を追加しました"),
    "training_removed": ("", "minus-circle", "資格・研修を取り消しました"),
    "training_verified": ("ok", "check", "資格・研修を確認しました"),
    "contact_wrong": ("danger", "alert", "電話番号が本人のものではないと連絡がありました"),
    "sms_stopped": ("warn", "minus-circle", "SMSの停止を希望しました"),
    "sms_resumed": ("ok", "check", "SMSの再開を希望しました"),
    "channel_stopped": ("warn", "minus-circle", "連絡方法を1つ停止しました"),
    "channel_resumed": ("ok", "check", "停止した連絡方法を1つ再開しました"),
    "line_connected": ("ok", "check", "LINEをつなぎました"),
    "line_first": ("", "edit", "LINEを最初の連絡方法にしました"),
    "line_disconnected": ("", "minus-circle", "LINEとの連携を解除しました"),
    "line_gone": ("warn", "minus-circle", "LINEで連絡できなくなりました"),
    "account_entered": ("", "bank", "振込先口座を登録しました"),
    "account_checked": ("ok", "check", "振込先口座を確認しました"),
    "account_ended": ("", "minus-circle", "振込先口座の使用を終了しました"),
    "account_read": ("", "lock", "口座番号を表示しました"),
    "tax_status_changed": ("", "edit", "税務の区分を変更しました"),
    "passkey_added": ("", "lock", "パスキーを登録しました"),
    "passkey_removed": ("", "lock", "パスキーを取り消しました"),
    "signed_out_devices": ("", "sign-out", "ほかの端末をサインアウトしました"),
    "data_downloaded": ("", "download", "自分のデータを受け取りました"),
    "imported": ("", "upload", "名簿から取り込みました"),
}
SHOWN = 40


@dataclass(frozen=True)
class Line:
    """One line of the history; ``tone`` is a timeline suffix, ``note`` what else is known."""

    at: datetime
    by: str
    text: str
    note: str
    tone: str
    icon: str


def history(volunteer: Volunteer) -> list[Line]:
    """The newest lines first, at most 40."""
    entries = AuditEntry.objects.about(volunteer.key).order_by("-id")[:SHOWN]
    return [_line(entry) for entry in entries]


def last_change(volunteer: Volunteer) -> Line | None:
    """Who changed the entry last, and what."""
    entry = AuditEntry.objects.about(volunteer.key).order_by("-id").first()
    return _line(entry) if entry else None


def _line(entry: AuditEntry) -> Line:
    verb = entry.verb.removeprefix("volunteer.")
    tone, icon, text = _VERBS.get(verb, ("", "info", entry.verb))
    notes = "　".join(_notes(entry.detail))
    return Line(entry.at, entry.actor_label, text, notes, tone, icon)


def _notes(detail: dict[str, Any]) -> Iterator[str]:
    if changed := detail.get("changed"):
        words = dict.fromkeys((COLUMNS | OWN_COLUMNS | PARTS).get(name, name) for name in changed)
        yield "、".join(words)
    if until := detail.get("until"):
        yield f"{_day_or_time(until)}まで"
    if ends_on := detail.get("ends_on"):
        yield f"{_day_or_time(ends_on)}まで"
    if reason := detail.get("reason"):
        yield f"理由：{reason}"


def _day_or_time(text: str) -> str:
    if len(text) == 10:
        return f"{date.fromisoformat(text):%Y年%-m月%-d日}"
    return f"{datetime.fromisoformat(text).astimezone(TOKYO):%-m月%-d日 %-H:%M}"
