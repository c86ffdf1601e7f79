"""The styleguide: every component with realistic, invented content.

Shown in the demo, so that whoever builds a page sees what exists. It reads and writes nothing;
the names and places are made up.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from ui.navigation import Item

LANGUAGES = [
    ("vi", "ベトナム語", "Tiếng Việt"),
    ("ne", "ネパール語", "नेपाली"),
    ("zh", "中国語", "中文"),
    ("pt-BR", "ポルトガル語（ブラジル）", "Português"),
    ("my", "ミャンマー語", "မြန်မာဘာသာ"),
    ("uk", "ウクライナ語", "Українська"),
    ("fa-AF", "ダリー語", "دری"),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    language = forms.CharField(label="言語", help_text="日本語、ローマ字、英語のどれでも探せます。")
    urgency = forms.ChoiceField(
        label="いつ",
        choices=[("now", "今すぐ"), ("today", "本日"), ("booked", "予約")],
        widget=forms.RadioSelect,
    )
    place = forms.ChoiceField(
        label="場所", choices=[("1", "市役所 本庁舎1階 市民課"), ("2", "市立病院 小児科")]
    )
    date = forms.DateField(label="日付", widget=forms.DateInput(attrs={"type": "date"}))
    phone = forms.CharField(
        label="連絡先の電話番号", required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    fields_ = forms.MultipleChoiceField(
        label="分野",
        required=False,
        choices=[("medical", "医療"), ("school", "学校・教育"), ("legal", "法律")],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label="通訳者に伝えること", required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label="依頼のきまりを確認しました")


def staff_context(current: str) -> dict[str, Any]:
    """What `config.context.site` gives to pages of staff, with an invented desk."""
    entries = [
        ("ボード", "board"),
        ("依頼", "requests"),
        ("ボランティア", "volunteers"),
        ("謝礼", "honoraria"),
        ("設定", "settings"),
    ]
    return {
        "organization": {"name": "みどり市国際交流協会"},
        "membership": {"role": "coordinator", "get_role_display": "コーディネーター"},
        "user": "佐藤 美咲",
        "nav": [Item(label, f"#{icon}", icon, icon == current) for label, icon in entries],
    }


def sample_times() -> dict[str, Any]:
    """Instants around now (UTC) for countdowns."""
    now = timezone.now()
    return {
        "in_42_s": now + timedelta(seconds=42),
        "in_18_min": now + timedelta(minutes=18, seconds=7),
        "in_5_h": now + timedelta(hours=5, minutes=12),
        "in_3_days": now + timedelta(days=3, hours=2),
    }


def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component, the form once empty and once with errors."""
    wrong = SampleForm({"language": "べとなむ", "date": "令和8年13月", "note": "受付で待ち合わせ"})
    page = Paginator(range(1, 372), 20).get_page(4)
    context = {
        **staff_context("settings"),
        **sample_times(),
        "form": SampleForm(prefix="new"),
        "wrong": wrong,
        "page": page,
    }
    return render(request, "ui/styleguide.html", context)


def mock_board(request: HttpRequest) -> HttpResponse:
    """How the coordinator's board is put together."""
    context = {**staff_context("board"), **sample_times()}
    return render(request, "ui/mock_board.html", context)


def mock_offer(request: HttpRequest) -> HttpResponse:
    """How the volunteer's offer page is put together."""
    start = timezone.now() + timedelta(days=2)
    context = {"organization": {"name": "みどり市国際交流協会"}, "start": start}
    return render(request, "ui/mock_offer.html", context)


def mock_outcome(request: HttpRequest) -> HttpResponse:
    """The three answers a volunteer may see."""
    return render(
        request, "ui/mock_outcome.html", {"organization": {"name": "みどり市国際交流協会"}}
    )


def mock_sign_in(request: HttpRequest) -> HttpResponse:
    """How sign-in looks."""
    return render(request, "ui/mock_sign_in.html", {})


def suggest(request: HttpRequest) -> JsonResponse:
    """Suggestions for the styleguide's combobox."""
    query = request.GET.get("q", "").casefold()
    results = [
        {"value": tag, "label": label, "hint": own}
        for tag, label, own in LANGUAGES
        if query in f"{tag} {label} {own}".casefold()
    ]
    return JsonResponse({"results": results})
