"""What every template may use: the site's navigation and who is looking."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Organization
from ui.navigation import Item

HONORARIA = ["/honoraria/", "/months/", "/reports/", "/tariffs/", "/charges/"]
PAYMENTS = ["/payments/", "/payees/", "/gift-cards/", "/tax/"]


def site(request: HttpRequest) -> dict[str, Any]:
    """Navigation for staff, the active membership, the demo flag."""
    membership = getattr(request, "membership", None)
    return {
        "membership": membership,
        "organization": membership.organization if membership else None,
        "nav": list(navigation(request)) if membership else [],
        "settings_tabs": settings_tabs(membership.role) if membership else [],
        "is_demo": settings.DEMO,
        "public_base_url": settings.PUBLIC_BASE_URL,
    }


def navigation(request: HttpRequest) -> list[Item]:
    """Entries of the side rail for the role of the active membership."""
    role = request.membership.role  # type: ignore[attr-defined]
    staff, money = {"coordinator", "admin"}, {"accountant", "admin"}
    # an accountant reads how messages went; texts that came in are for the desk
    contact = ["/inbox/", "/delivery/"] if role in staff else ["/delivery/"]
    entries = [
        (staff, "ボード", ["/board/"], "board"),
        (staff | {"requester", "accountant"}, "依頼", ["/requests/"], "requests"),
        (staff, "ボランティア", ["/volunteers/"], "volunteers"),
        (staff | {"accountant"}, "連絡", contact, "mail"),
        (staff | {"accountant"}, "対応状況", ["/coverage/", "/roster/"], "globe"),
        (staff | {"accountant"}, "謝礼", HONORARIA, "honoraria"),
        (money, "支払", PAYMENTS, "bank"),
        (money, "交付金", ["/grants/"], "grant"),
        (money, "集計", ["/figures/", "/exports/"], "chart"),
        (staff | {"accountant", "requester"}, "設定", ["/settings/"], "settings"),
    ]
    unread = _unread(request.membership.organization)  # type: ignore[attr-defined]
    return [
        Item(
            label=label,
            url=urls[0],
            icon=icon,
            current=request.path.startswith(tuple(urls)),
            count=unread if urls[0] == "/inbox/" else None,
        )
        for roles, label, urls, icon in entries
        if role in roles
    ]


def _unread(organization: Organization) -> Callable[[], int]:
    """How many texts wait for somebody at the desk; asked once for each page."""
    from dispatch.inbox import unclear

    return cache(lambda: unclear(organization))


def settings_tabs(role: str) -> list[tuple[str, str, str]]:
    """(key, words, address) of the settings that the floors above accounts add."""
    entries = [
        ({"admin"}, "desks", "窓口", "/settings/desks/"),
        ({"coordinator", "admin"}, "ladder", "つなぎ段階", "/settings/ladder/"),
        ({"coordinator", "admin"}, "operators", "外部通訳", "/settings/operators/"),
        ({"coordinator", "admin"}, "messages", "通知の文面", "/settings/messages/"),
        ({"admin"}, "applications", "応募と誓約書", "/settings/applications/"),
        ({"accountant", "admin"}, "money", "お金の決まり", "/settings/money/"),
        ({"admin"}, "sharing", "応援協定", "/settings/sharing/"),
        ({"coordinator", "admin"}, "guest_languages", "案内文の言語", "/settings/guest-languages/"),
    ]
    return [(key, words, url) for roles, key, words, url in entries if role in roles]
