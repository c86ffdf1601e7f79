"""連絡先と連絡方法: which ways are tried in which order, for what, when not, in which language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from dispatch.phone.own.answers import accepted, status_of
from dispatch.phone.own.forms import WishesForm
from dispatch.phone.people import volunteers_only
from dispatch.reaching import addresses_of, push_address, recipient
from dispatch.telling import home_url, send_push
from dispatch.wording import name_for
from realtime import line, push
from realtime.outbox import queue
from volunteers import phones
from volunteers.actions.own import GROUPS, save_message_wishes, save_ways
from volunteers.models import Volunteer

Channel = Volunteer.Channel
NAMES: Final = {
    Channel.SMS.value: gettext_lazy("SMS（ショートメール）"),
    Channel.EMAIL.value: gettext_lazy("メール"),
    Channel.PUSH.value: gettext_lazy("この端末への通知"),
    Channel.LINE.value: gettext_lazy("LINE"),
    Channel.VOICE.value: gettext_lazy("自動音声の電話"),
}
GROUP_NAMES: Final = {
    "asking": gettext_lazy("通訳のお願い"),
    "news": gettext_lazy("決定・変更・取消し"),
    "reminder": gettext_lazy("前日の確認・報告・更新"),
}
TESTS: Final = {
    "ja": "【{organization}】受信テストです。届いていれば、通訳のお願いもここに届きます。",
    "ja-simple": "【{organization}】連絡の ためしです。とどいたら、だいじょうぶです。",
    "en": "{organization}: this is a test. If you can read it, requests will reach you here.",
}
TEST_SUBJECTS: Final = {"ja": "受信テスト", "ja-simple": "連絡の ためし", "en": "Test message"}


@dataclass(frozen=True)
class Way:
    """One channel of the page; ``groups``: (code, name, wanted)."""

    code: str
    name: str
    address: str
    note: str
    groups: list[tuple[str, str, bool]]


@require_http_methods(["GET", "HEAD", "POST"])
@volunteers_only
def channels(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Everything about being reached; POST keeps groups, quiet hours and language."""
    sent = request.method == "POST"
    form = WishesForm(request.POST if sent else None, initial=_initial(volunteer), label_suffix="")
    if sent and accepted(request, form, lambda: _save(request, volunteer, form)):
        return redirect("volunteer:channels")
    used = used_ways(volunteer)
    context: dict[str, Any] = {
        "organization": volunteer.organization,
        "volunteer": volunteer,
        "form": form,
        "used": [_way(volunteer, code) for code in used],
        "unused": [_way(volunteer, code) for code in NAMES if code not in used and _exists(code)],
        "mobile": phones.as_written(volunteer.mobile) if volunteer.mobile else "",
    }
    return render(request, "volunteer/own/channels.html", context, status=status_of(form))


@require_POST
@volunteers_only
def reorder(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """``move``: «sms:up», «sms:down», «sms:off» or «sms:on»; anything else changes nothing."""
    code, _colon, where = request.POST.get("move", "").partition(":")
    ways = used_ways(volunteer)
    if where == "on" and code in NAMES and code not in ways and address_of(volunteer, code):
        ways.append(code)
    elif code in ways:
        index = ways.index(code)
        ways.remove(code)
        if where in {"up", "down"}:
            ways.insert(max(0, index + (-1 if where == "up" else 1)), code)
        elif where != "off":
            ways.insert(index, code)
    save_ways(volunteer, ways, by=volunteer.user, at=database_now())
    return redirect("volunteer:channels")


@require_POST
@volunteers_only
def try_out(request: HttpRequest, volunteer: Volunteer) -> HttpResponse:
    """Send a test over one channel; once a minute is enough."""
    code = request.POST.get("channel", "")
    address = address_of(volunteer, code) if code in NAMES else ""
    if not address or (code != Channel.PUSH and code not in addresses_of(volunteer)):
        messages.error(request, _("この方法では送れません。"))
        return redirect("volunteer:channels")
    at = database_now()
    key = f"{volunteer.key}:channel_test:{code}:{at:%Y%m%d%H%M}"
    language = volunteer.message_language if volunteer.message_language in TESTS else "ja"
    text = TESTS[language].format(organization=name_for(volunteer.organization, volunteer))
    subject = TEST_SUBJECTS[language]
    common = {"kind": "channel_test", "subject_key": volunteer.key, "dedupe_key": key, "at": at}
    if code == Channel.PUSH:
        send_push(volunteer, title=subject, body=text, url=home_url(), **common)  # type: ignore[arg-type]
    else:
        to = replace(recipient(volunteer), channel=code, address=address)
        queue(to, subject=subject, body=text, **common)  # type: ignore[arg-type]
    messages.success(
        request, _("確認用のご連絡をお送りしました。届くまで数分かかることがあります。")
    )
    return redirect("volunteer:channels")


def used_ways(volunteer: Volunteer) -> list[str]:
    """The channels in use, in order; the desk's telephone is not one of them."""
    chosen = [volunteer.channel, *volunteer.other_channels]
    return [code for code in dict.fromkeys(chosen) if code in NAMES]


def address_of(volunteer: Volunteer, code: str) -> str:
    """Where a channel would reach the person; empty where it cannot."""
    known = {
        Channel.SMS.value: volunteer.mobile,
        Channel.EMAIL.value: volunteer.email,
        Channel.LINE.value: volunteer.line_id,
        Channel.VOICE.value: volunteer.mobile or volunteer.phone,
    }
    if code == Channel.PUSH:
        address = push_address(volunteer)
        return address if push.reaches(address) else ""
    return known.get(code, "")


def _exists(code: str) -> bool:
    """LINE is only there where the installation has an official account."""
    return code != Channel.LINE or line.is_configured()


def _way(volunteer: Volunteer, code: str) -> Way:
    address = address_of(volunteer, code)
    muted = volunteer.muted.get(code, [])
    groups = [(group, str(GROUP_NAMES[group]), group not in muted) for group in GROUPS]
    return Way(code, str(NAMES[code]), _shown(code, address), _note(volunteer, code), groups)


def _shown(code: str, address: str) -> str:
    if code in {Channel.SMS, Channel.VOICE}:
        return phones.as_written(address) if address else ""
    if code == Channel.EMAIL:
        return address
    return _("使えます") if address else ""


def _note(volunteer: Volunteer, code: str) -> str:
    if code == Channel.SMS and volunteer.sms_stopped_at:
        return _("停止の連絡を受けたため、SMSは送りません。")
    if code in {Channel.SMS, Channel.VOICE} and volunteer.contact_wrong_at:
        return _("この番号は使っていないと連絡がありました。番号を確かめてください。")
    if code == Channel.PUSH and not address_of(volunteer, code):
        return _("わたしのページで「通知を受け取る」を押すと使えます。")
    return ""


def _initial(volunteer: Volunteer) -> dict[str, Any]:
    own = volunteer.quiet_from is not None and volunteer.quiet_to is not None
    desk = volunteer.organization
    start = volunteer.quiet_from if own else desk.quiet_from
    end = volunteer.quiet_to if own else desk.quiet_to
    return {
        "quiet": "any" if volunteer.night_messages else "own" if own else "desk",
        "quiet_from": _clock(start or 0),
        "quiet_to": _clock(end or 0),
        "message_language": volunteer.message_language,
    }


def _clock(minute: int) -> time:
    return time(minute % 1440 // 60, minute % 60)


def _save(request: HttpRequest, volunteer: Volunteer, form: WishesForm) -> None:
    wanted = set(request.POST.getlist("wanted"))
    muted = dict(volunteer.muted)
    for code in used_ways(volunteer):
        muted[code] = [group for group in GROUPS if f"{code}:{group}" not in wanted]
    save_message_wishes(
        volunteer,
        muted=muted,
        quiet=form.quiet_minutes(),
        night_messages=form.cleaned_data["quiet"] == "any",
        language=form.cleaned_data["message_language"],
        by=volunteer.user,
        at=database_now(),
    )
