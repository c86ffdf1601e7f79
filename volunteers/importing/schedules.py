"""Reads free text on when a person can come (第1・第3水曜 午前, 平日13:00～17:00) as weekly rules.

Conventions, in minutes after 0:00 Asia/Tokyo: 午前 9-12, 午後 13-17, 夜間 18-21, 日中 9-17,
終日 9-21; 18:00以降 ends at 21:00. 平日 means not on public holidays; so does a single weekday from
Monday to Friday, while 土 and 日 hold on holidays too; 毎日 holds on holidays. 祝 is weekday 7.
A text with a restriction that rules cannot express (隔週, 〜を除く, 要相談) yields no rule: people
must not be offered what they ruled out. It comes back as `rest` for a person to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from volunteers.importing.problems import Parsed, Problem
from volunteers.importing.schedule_words import Token, tokens
from volunteers.importing.text import is_ditto, is_nothing, plain
from volunteers.importing.workbook import CellValue

HOLIDAY = 7
WHOLE_DAY = (9 * 60, 21 * 60)
DAY_START, EVENING_END, MIDNIGHT = 9 * 60, 21 * 60, 24 * 60
LATEST_END = 36 * 60
_LONG = 15 * 60
_DAY_LETTERS = "月火水木金土日祝"


@dataclass(frozen=True, slots=True, order=True)
class RuleValue:
    """A weekly rule: weekday 0 Monday … 6 Sunday, 7 public holiday; minutes after 0:00.

    `to_minute` may pass 1440 (overnight), never 2160. An empty `nth` means every week. On a public
    holiday the rule holds only with `on_holidays`; rules of weekday 7 hold on every one.
    """

    weekday: int
    from_minute: int
    to_minute: int
    nth: frozenset[int] = frozenset()
    on_holidays: bool = False


@dataclass
class _Group:
    """Days and hours that belong together while a text is read."""

    days: dict[int, bool] = field(default_factory=dict)
    """Weekday → whether it holds on public holidays."""
    nth: list[int] = field(default_factory=list)
    hours: list[tuple[int, int]] = field(default_factory=list)
    holidays_too: bool | None = None

    def rules(self) -> Iterator[RuleValue]:
        for day, own in self.days.items():
            holds = (
                True if day == HOLIDAY else own if self.holidays_too is None else self.holidays_too
            )
            nth = frozenset() if day == HOLIDAY else frozenset(self.nth)
            for start, end in self.hours:
                yield RuleValue(day, start, end, nth, holds)


Schedule = Parsed[tuple[RuleValue, ...]]


def parse_schedule(value: CellValue) -> Schedule:
    """Read a whole availability cell. Never raises; `rest` is the text if any of it is doubtful."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(())
    if is_ditto(original):
        return _unread("ditto", "「同上」は時間を特定できません。", original)
    found = list(tokens(plain(original)))
    if refusal := _refusal(found, original):
        return refusal
    groups = _assume(_grouped(found))
    rules = tuple(dict.fromkeys(rule for group, _ in groups for rule in group.rules()))
    problems = [Problem(code, _ASSUMED[code], original) for _, codes in groups for code in codes]
    unknown = [token.text for token in found if token.kind == "unknown"]
    if not rules:
        return _unread("schedule_unreadable", "活動できる曜日と時間を読み取れません。", original)
    problems += _oddities(groups, rules, unknown, original)
    unique = tuple(dict.fromkeys(problems))
    return Parsed(rules, unique, original if unique else "")


def parse_weekday_cell(value: CellValue, weekday: int) -> Schedule:
    """Read a cell of a column that stands for one weekday (or 7): ○, 午前, 13-17, ×."""
    original = "" if value is None else str(value)
    text = plain(original)
    if is_nothing(original) or text.lower() in ("×", "✕", "x", "不可", "false"):
        return Parsed(())
    holds = weekday >= 5
    if text.lower() in (
        "○",
        "〇",
        "◯",
        "◎",
        "●",
        "可",
        "レ",
        "✓",
        "✔",
        "1",
        "true",
        "yes",
        "o",
        "ok",
    ):
        return Parsed((RuleValue(weekday, *WHOLE_DAY, on_holidays=holds),))
    if text == "△":
        message = "△の意味（時間帯や頻度）を確認してください。"
        return _unread("schedule_unreadable", message, original)
    parsed = parse_schedule(value)
    problems = tuple(one for one in parsed.problems if one.code != "schedule_days_assumed")
    if not parsed.value or not any(one.code == "schedule_days_assumed" for one in parsed.problems):
        if all(rule.weekday == weekday for rule in parsed.value):
            return parsed
        return _unread("schedule_other_day", "曜日の列に別の曜日が書かれています。", original)
    hours = dict.fromkeys((rule.from_minute, rule.to_minute) for rule in parsed.value)
    nth = parsed.value[0].nth
    rules = tuple(RuleValue(weekday, *span, nth, on_holidays=holds) for span in hours)
    return Parsed(rules, problems, original if problems else "")


def _unread(code: str, message: str, original: str) -> Schedule:
    return Parsed((), (Problem(code, message, original),), original)


_REFUSALS = {
    "ask": ("schedule_ask", "活動できる時間は相談となっています。電話などで確認してください。"),
    "irregular": ("schedule_irregular", "隔週・不定期など、毎週の規則で表せません。"),
    "negation": (
        "schedule_exception",
        "除く日や時間が書かれています。読み違えないよう手で登録してください。",
    ),
    "month": ("schedule_months", "特定の月や日付が書かれています。手で登録してください。"),
}


def _refusal(found: list[Token], original: str) -> Schedule | None:
    for token in found:
        if token.kind in _REFUSALS:
            return _unread(*_REFUSALS[token.kind], original)
    return None


_ASSUMED = {
    "schedule_days_assumed": "曜日が書かれていないため、毎日としました。",
    "schedule_hours_assumed": "時間が書かれていないため、9時から21時までとしました。",
}


def _grouped(found: list[Token]) -> list[_Group]:
    """Split the tokens into groups: hours belong to the days before them, or after if they lead."""
    structural = [token.kind for token in found if token.kind in ("days", "nth", "hours")]
    hours_lead = bool(structural) and structural[0] == "hours"
    groups = [_Group()]
    closing = False
    for token in found:
        is_hours = token.kind == "hours"
        is_day = token.kind in ("days", "nth")
        if closing and (is_hours if hours_lead else is_day):
            groups.append(_Group())
            closing = False
        elif token.kind == "nth" and groups[-1].days and not hours_lead:
            groups.append(_Group())  # 第1水曜・第3金曜: the second number opens a new day
        if (is_day if hours_lead else is_hours) and (groups[-1].days or groups[-1].hours or is_day):
            closing = bool(groups[-1].hours or is_hours)
        _add(groups[-1], token)
    return _share_hours(groups)


def _add(group: _Group, token: Token) -> None:
    if token.kind == "days":
        group.days.update(token.days)
    elif token.kind == "nth":
        group.nth.extend(token.numbers)
    elif token.kind == "hours":
        group.hours.append((token.numbers[0], token.numbers[1]))
    elif token.kind == "holidays":
        group.holidays_too = bool(token.numbers[0])


def _share_hours(groups: list[_Group]) -> list[_Group]:
    """Give 第1水曜・第3金曜 午後 the same hours: a group without hours takes those that follow."""
    for before, after in zip(reversed(groups[:-1]), reversed(groups[1:]), strict=True):
        if before.days and not before.hours:
            before.hours = list(after.hours)
    return groups


def _assume(groups: list[_Group]) -> list[tuple[_Group, list[str]]]:
    """Fill in days or hours that were not written, naming each assumption."""
    done = []
    for group in groups:
        assumed = []
        if not group.days and group.hours:
            group.days = dict.fromkeys(range(7), False)
            assumed.append("schedule_days_assumed")
        if group.days and not group.hours:
            group.hours = [WHOLE_DAY]
            assumed.append("schedule_hours_assumed")
        done.append((group, assumed))
    return done


def _oddities(
    groups: list[tuple[_Group, list[str]]],
    rules: tuple[RuleValue, ...],
    unknown: list[str],
    original: str,
) -> Iterator[Problem]:
    if unknown:
        words = "」「".join(unknown)
        yield Problem("schedule_partly_read", f"「{words}」を読み取れません。", original)
    if any(len(set(group.nth)) != len(group.nth) for group, _ in groups):
        yield Problem(
            "schedule_same_week_twice",
            "同じ週が二度書かれています。書き間違いかもしれません。",
            original,
        )
    if any(group.nth and not group.days for group, _ in groups):
        yield Problem(
            "schedule_partly_read", "第何週かが書かれていますが、曜日がありません。", original
        )
    if any(rule.to_minute - rule.from_minute > _LONG for rule in rules):
        yield Problem("schedule_long", "15時間を超える時間帯です。", original)


def schedule_text(rules: tuple[RuleValue, ...]) -> str:
    """Write rules so that `parse_schedule` reads exactly the same ones back; for exports."""
    lines: dict[tuple[frozenset[int], int, int, bool | None], list[int]] = {}
    for rule in sorted(
        replace(rule, nth=frozenset()) if rule.weekday == HOLIDAY else rule for rule in rules
    ):
        usual = rule.weekday >= 5
        holidays = (
            None if rule.weekday == HOLIDAY or rule.on_holidays == usual else rule.on_holidays
        )
        key = (rule.nth, rule.from_minute, rule.to_minute, holidays)
        lines.setdefault(key, []).append(rule.weekday)
    return "、".join(_line(days, *key) for key, days in lines.items())


def _line(days: list[int], nth: frozenset[int], start: int, end: int, holidays: bool | None) -> str:
    weeks = "・".join(f"第{n}" for n in sorted(nth))
    names = "・".join(_DAY_LETTERS[day] for day in days)
    suffix = {None: "", True: "（祝日も可）", False: "（祝日を除く）"}[holidays]
    return f"{weeks}{names} {_clock(start)}～{_clock(end)}{suffix}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02d}"
