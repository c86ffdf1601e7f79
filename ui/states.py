"""How each state of the domain looks: tone, icon and the words on the screen.

One table, so that the same state has the same colour and sign on every page. The codes are the
values of the models' choices; an unknown code is shown as it is, in the quiet tone, never as an
error. A state is always told by icon and words; the tone only repeats it.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Look(NamedTuple):
    """Tone is a chip's CSS suffix (danger, warn, ok, info, primary, solid, line or empty)."""

    tone: str
    icon: str
    label: "StrOrPromise"


UNKNOWN: Final = Look("", "info", "")

REQUEST: Final = {
    "open": Look("warn", "hourglass", _("手配中")),
    "filled": Look("ok", "check-circle", _("手配済み")),
    "finished": Look("", "check", _("終了")),
    "cancelled": Look("line", "cross-circle", _("取消")),
    "unmet": Look("danger", "alert", _("手配できず")),
}
OFFER: Final = {
    "prepared": Look("", "clock", _("準備")),
    "sent": Look("info", "mail", _("打診中")),
    "seen": Look("info", "info", _("既読")),
    "accepted": Look("ok", "check-circle", _("承諾")),
    "declined": Look("line", "cross", _("辞退")),
    "expired": Look("", "hourglass", _("期限切れ")),
    "withdrawn": Look("line", "minus-circle", _("取下げ")),
}
ASSIGNMENT: Final = {
    "confirmed": Look("ok", "check-circle", _("決定")),
    "reconfirmed": Look("ok", "check-circle", _("前日確認済み")),
    "started": Look("primary", "link", _("実施中")),
    "finished": Look("", "check", _("終了")),
    "cancelled": Look("line", "cross-circle", _("取消")),
    "no_show": Look("danger", "alert", _("不参加")),
}
HONORARIUM: Final = {
    "draft": Look("warn", "edit", _("承認待ち")),
    "approved": Look("ok", "check-circle", _("承認済み")),
    "closed": Look("", "lock", _("締め済み")),
    "paid": Look("", "check", _("支払済み")),
}
REPORT: Final = {
    "missing": Look("warn", "hourglass", _("未提出")),
    "submitted": Look("info", "mail", _("確認待ち")),
    "returned": Look("warn", "edit", _("差戻し")),
    "confirmed": Look("ok", "check-circle", _("確認済み")),
}
VOLUNTEER: Final = {
    "active": Look("ok", "check-circle", _("活動中")),
    "paused": Look("", "pause", _("休止中")),
    "withdrawn": Look("line", "minus-circle", _("退会")),
    "on_call": Look("primary", "bell", _("待機中")),
}
URGENCY: Final = {
    "now": Look("solid", "bolt", _("今すぐ")),
    "today": Look("warn", "sun", _("本日")),
    "booked": Look("info", "calendar", _("予約")),
}
MODE: Final = {
    "accompany": Look("line", "walk", _("同行")),
    "onsite": Look("line", "building", _("窓口")),
    "video": Look("line", "video", _("映像（三者通話）")),
    "phone": Look("line", "phone", _("電話")),
    "translation": Look("line", "translate", _("翻訳")),
}
KINDS: Final[dict[str, dict[str, Look]]] = {
    "request": REQUEST,
    "offer": OFFER,
    "assignment": ASSIGNMENT,
    "honorarium": HONORARIUM,
    "report": REPORT,
    "volunteer": VOLUNTEER,
    "urgency": URGENCY,
    "mode": MODE,
}


def look_of(kind: str, code: str) -> Look:
    """The look of a state; KeyError for an unknown kind, a quiet look for an unknown code."""
    return KINDS[kind].get(code) or UNKNOWN._replace(label=code)
