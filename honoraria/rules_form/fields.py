"""The fields that a tariff's form is made of, and the words of their choices.

Names are flat: ``to_0`` is the end of the first bracket, ``override1_amount_0`` that of a bracket of
the second exception. How many rows there are follows from the names that were sent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms

from honoraria.tariff import Rules
from honoraria.tariff.wording import PER
from interpreting.fields import NumberField
from volunteers.forms.fields import read_clock

Choices = list[tuple[str, str]]
MOST_ROWS = 60
ROLES: Choices = [
    ("payout", "ボランティアへの謝礼"),
    ("both", "謝礼と請求に共通"),
    ("charge", "依頼者への請求"),
]
KINDS: Choices = [
    ("brackets", "時間の区分ごとの額"),
    ("base_step", "基本額と超過の加算"),
    ("repeat", "一定時間ごとの額"),
    ("per_hour", "1時間あたりの額"),
    ("flat", "一律の額"),
    ("per_page", "ページごとの額（翻訳）"),
    ("per_character", "文字数ごとの額（翻訳）"),
    ("per_word", "語数ごとの額（翻訳）"),
    ("page_brackets", "ページ数の区分ごとの額（翻訳）"),
    ("char_brackets", "文字数の区分ごとの額（翻訳）"),
    ("word_brackets", "語数の区分ごとの額（翻訳）"),
    ("none", "額なし"),
]
OTHER = ("other", "その他（下の詳細な規則で定める）")
UNCHANGED = ("", "変えない")
ENDS: Choices = [("<", "未満"), ("<=", "以下")]
ROUNDINGS: Choices = [
    ("ceil", "切り上げ"),
    ("floor", "切り捨て"),
    ("half_up", "四捨五入"),
    ("grace", "猶予を超えたら切り上げ"),
]
YEN_ROUNDINGS: Choices = [("floor", "切り捨て"), ("ceil", "切り上げ"), ("half_up", "四捨五入")]
TRANSPORTS: Choices = [
    ("included", "謝礼・料金に含む"),
    ("none", "支給しない"),
    ("actual", "実費"),
    ("actual_capped", "実費（上限あり）"),
    ("flat", "一律の額"),
    ("per_km", "1kmあたりの額"),
]
COUNTED: Choices = [("whole", "全区間"), ("excess", "超えた距離だけ")]
KM_ROUNDINGS: Choices = [("exact", "1km未満も計算する"), *YEN_ROUNDINGS]
PER_CHOICES: Choices = list(PER.items())
BEARERS: Choices = [
    ("", "自動"),
    ("requester", "依頼者"),
    ("resident", "相談者・患者"),
    ("organization", "団体"),
    ("other", "その他"),
]
PAYER_KINDS: Choices = [
    ("", "—"),
    ("rest", "残りの額"),
    ("fixed", "一定の額"),
    ("ratio", "総額に対する割合"),
    ("ratio_of_excess", "一定の額と、超える額に対する割合"),
]
ADD_ON_INPUTS: Choices = [
    ("", "1件ごとの定額"),
    ("preparation_minutes", "打合せ時間ごと"),
    ("waiting_minutes", "待ち時間ごと"),
    ("travel_minutes", "移動時間ごと"),
]
CONSUMPTION_TAX: Choices = [
    ("", "定めない"),
    ("included", "税込み"),
    ("excluded", "税抜き"),
    ("not_taxed", "不課税・非課税"),
    ("unstated", "不明"),
]
TAX_ROUNDINGS: Choices = [("", "定めない（切り捨て）"), *YEN_ROUNDINGS]


def number(label: str) -> forms.Field:
    """A whole number that may be left out."""
    return NumberField(label=label, required=False)


def choice(label: str, choices: Choices) -> forms.Field:
    """One of a few words."""
    return forms.ChoiceField(label=label, choices=choices, required=False)


def words(label: str, **options: Any) -> forms.Field:
    """A short text that may be left out."""
    return forms.CharField(label=label, required=False, max_length=120, **options)


def flag(label: str) -> forms.Field:
    """A box to tick."""
    return forms.BooleanField(label=label, required=False)


class RatioField(forms.CharField):
    """``20%`` or ``1/3``, also ２０％, 20パーセント and 3分の1."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_length=20)

    def to_python(self, value: Any) -> str:
        """The ratio as the rules write it; what cannot be read stays as it was typed."""
        text = unicodedata.normalize("NFKC", super().to_python(value) or "").replace(" ", "")
        text = text.replace("パーセント", "%").replace("割", "0%")
        parts = re.fullmatch(r"([0-9]+)分の([0-9]+)", text)
        return f"{parts[2]}/{parts[1]}" if parts else text


class ClockField(forms.CharField):
    """A time of day as ``17:00``, also 17時 and 1700."""

    def __init__(self, label: str) -> None:
        super().__init__(label=label, required=False, max_length=12)

    def to_python(self, value: Any) -> str:
        """The time with two digits each; what cannot be read stays as it was typed."""
        text = super().to_python(value) or ""
        minutes = read_clock(text) if text else None
        if minutes is None or minutes >= 24 * 60:
            return text
        return f"{minutes // 60:02d}:{minutes % 60:02d}"


@dataclass
class Names:
    """The names that were sent or shown, for counting rows; ``more`` asks for two more of a stem."""

    known: set[str]
    spare: bool
    more: str = ""

    @classmethod
    def of(cls, names: Iterable[str], *, spare: bool, more: str = "") -> Names:
        """Names of a form; ``spare`` adds empty rows to one that is shown for the first time."""
        return cls({name for name in names if isinstance(name, str)}, spare, more)

    def rows(self, stem: str, *, least: int, spare: int) -> range:
        """Indices of the rows whose names begin with stem and a number."""
        pattern = re.compile(re.escape(stem) + r"([0-9]{1,2})(?:_|$)")
        found = [int(match[1]) for name in self.known if (match := pattern.match(name))]
        count = max(found, default=-1) + 1
        count = max(count + (spare if self.spare else 0), least)
        count += 2 if self.more == stem else 0
        return range(min(count, MOST_ROWS))


@dataclass
class Gathered:
    """What the cleaned fields say, and which field each path of the rules came from."""

    data: dict[str, Any]
    where: dict[str, str] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)

    def take(self, into: Rules, path: str, names: dict[str, str]) -> None:
        """Copy fields into a part of the rules: key → name of its field."""
        for key, name in names.items():
            into[key] = self.data.get(name)
            self.where[f"{path}{key}"] = name

    def take_given(self, into: Rules, path: str, names: dict[str, str]) -> None:
        """The same for what may be left out of the rules."""
        given = {k: n for k, n in names.items() if self.data.get(n) not in (None, "")}
        self.take(into, path, given)

    def any_of(self, *names: str) -> bool:
        """Whether something was entered in one of the fields."""
        given = (self.data.get(name) for name in names)
        return any(value not in (None, "") and value is not False for value in given)

    def field_of(self, path: str, fallback: str) -> str:
        """The field of a path, or of the nearest part around it."""
        while path:
            if path in self.where:
                return self.where[path]
            path = re.sub(r"(\[[0-9]+\]|\.?[a-z_]+)$", "", path)
        return fallback
