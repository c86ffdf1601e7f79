"""The order of candidates: criteria one after the other, coarse enough that the later ones count.

0 who sits at the desk that asks · 1 wishes and continuity · 2 skill · 3 people of a scarce language
kept free · 4 likely and fair · 5 way · 6 days since asked, since served, then the number in the
register. Never one score: a
coordinator can read out which criterion decided. `dispatch.prune` states the same key in SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import exp, floor, log

from dispatch.match_rules import MARKS, Case, field_name, meets, over_caps
from dispatch.match_values import Person, Reason
from volunteers import languages
from volunteers.languages import DialectMatch
from volunteers.models import Volunteer

TRAVEL_BAND_MINUTES = 15
EDGE = 1e-9
"""A score that is exactly a power of two must not fall to either side by rounding."""
LONGEST_MEMORY_DAYS = 99
"""Asked or served longer ago, or never: all the same."""

Key = tuple[float, ...]


def key(person: Person, case: Case, minutes: int, chance: float) -> Key:
    """The ordered criteria, smaller is better; the last two make it unique."""
    return (
        int(not person.at_desk),
        wish_band(person, case),
        skill_band(person, case),
        int(person.other_languages_scarce),
        likely_band(person, case, chance),
        minutes // TRAVEL_BAND_MINUTES,
        LONGEST_MEMORY_DAYS - days_since(person.last_asked_at, case.at),
        LONGEST_MEMORY_DAYS - days_since(person.last_served_at, case.at),
        person.number,
        person.volunteer_id,
    )


def wish_band(person: Person, case: Case) -> int:
    """Soft wishes not met, one fewer for somebody the resident or the body knows already.

    Continuity does not count where acquaintances are to be avoided.
    """
    unmet = sum(
        1
        for wish in case.need.sorted_wishes
        if not wish.hard and not meets(wish, person, case.need)
    )
    return unmet - int(_known(person, case))


def _known(person: Person, case: Case) -> bool:
    known = person.served_this_body or person.served_this_resident
    return known and case.need.sensitivity != "strict"


def skill_band(person: Person, case: Case) -> int:
    """Steps below the level that suffices in the field, one more each for another dialect and for
    training that is missing where it matters."""
    enough = case.policy["enough_level"]
    steps = max(0, int(enough.get(case.need.field, enough["default"])) - person.level)
    steps += person.dialect is DialectMatch.OTHER_DIALECT
    return steps + (_training_matters(case) and not person.qualified)


def _training_matters(case: Case) -> bool:
    return case.need.field in case.policy["preferred_qualified_fields"]


def likely_band(person: Person, case: Case, chance: float) -> int:
    """Chance of a yes, discounted for recent jobs and asks, halving from band to band."""
    fairness = case.policy["fairness"]
    tired = fairness["per_job"] * person.jobs_30_days + fairness["per_ask"] * person.asks_7_days
    score = max(chance, fairness["floor"]) * exp(-tired)
    return floor(-log(score) / log(2.0) + EDGE)


def days_since(then: datetime | None, at: datetime) -> int:
    """Whole days, at most `LONGEST_MEMORY_DAYS`, which also stands for never."""
    if then is None:
        return LONGEST_MEMORY_DAYS
    return min(max(int((at - then).total_seconds() // 86400), 0), LONGEST_MEMORY_DAYS)


# ---- In words ----------------------------------------------------------------------------------


def reasons(person: Person, case: Case, minutes: int) -> Iterator[Reason]:
    """What speaks for and against this candidate, the deciding criteria first."""
    yield from _wish_reasons(person, case)
    yield from _skill_reasons(person, case)
    yield from _presence_reasons(person, case)
    yield from _load_reasons(person, case)
    yield from _way_reasons(person, case, minutes)


def _wish_reasons(person: Person, case: Case) -> Iterator[Reason]:
    for wish in case.need.sorted_wishes:
        met = meets(wish, person, case.need)
        if wish.kind == "preferred" and met:
            yield Reason("preferred", "希望された通訳者", True)
        elif wish.kind == "excluded" and not met:
            yield Reason("excluded", "できれば避けたいとの希望あり", False)
        elif wish.kind == "gender":
            label = dict(Volunteer.Gender.choices).get(wish.value, wish.value)
            text = f"希望どおり{label}" if met else f"希望（{label}）に合わない"
            yield Reason("gender", text, met)
        elif wish.kind == "level" and not met:
            yield Reason("level", "希望の水準に届かない", False)
    if _known(person, case):
        if person.served_this_resident:
            yield Reason("continuity", "以前この相談者を担当", True)
        else:
            yield Reason("continuity", "以前この依頼元の派遣を担当", True)


def _skill_reasons(person: Person, case: Case) -> Iterator[Reason]:
    tongue = languages.name(person.language)
    to, back = MARKS[person.to_japanese], MARKS[person.from_japanese]
    text = f"{to}（双方向）" if to == back else f"日本語へ{to}・日本語から{back}"
    yield Reason("language", f"{tongue} {text}", skill_band(person, case) == 0 or person.level > 1)
    if person.dialect is DialectMatch.OTHER_DIALECT:
        asked = languages.name(case.need.language)
        yield Reason("dialect", f"{asked}ではなく{tongue}", False)
    name = field_name(case.need.field)
    if person.qualified:
        yield Reason("qualified", f"{name}の研修修了・資格あり", True)
    elif _training_matters(case):
        yield Reason("qualified", f"{name}の研修は未修了", False)
    if person.other_languages_scarce:
        yield Reason("scarce", "ほかに担い手の少ない言語も担当", False)


def _presence_reasons(person: Person, case: Case) -> Iterator[Reason]:
    if person.at_desk:
        yield Reason("at_desk", "窓口にいます", True)
    if person.on_call:
        yield Reason("on_call", "いま待機中", True)
    elif person.seen_recently:
        yield Reason("seen", "いま画面を開いている", True)
    if not person.has_hours and not case.need.is_written:
        yield Reason("hours_unknown", "活動できる時間の登録がない", False)


def _load_reasons(person: Person, case: Case) -> Iterator[Reason]:
    lifted = list(over_caps(person, case))
    for reason in lifted:
        yield Reason(f"{reason.code}_lifted", f"{reason.text}が、急ぎのため候補に含む", False)
    if person.asks_7_days and not lifted:
        yield Reason("asked", f"この1週間で{person.asks_7_days}回打診済み", False)
    if person.jobs_30_days and not lifted:
        yield Reason("jobs", f"この30日間に{person.jobs_30_days}件担当", False)
    if person.last_asked_at is None:
        yield Reason("fresh", "最近は打診なし", True)
    elif days_since(person.last_asked_at, case.at) >= 30:
        days = days_since(person.last_asked_at, case.at)
        yield Reason("fresh", f"{days}日間打診なし", True)
    yield from _habit(person)


def _habit(person: Person) -> Iterator[Reason]:
    """Only where there is enough history to speak of a habit."""
    if person.asked_count < 5:
        return
    share = person.accepted_count / person.asked_count
    if share >= 0.4:
        yield Reason(
            "often", f"打診{person.asked_count}回のうち{person.accepted_count}回承諾", True
        )
    elif share <= 0.1:
        yield Reason(
            "seldom", f"打診{person.asked_count}回のうち承諾{person.accepted_count}回", False
        )


def _way_reasons(person: Person, case: Case, minutes: int) -> Iterator[Reason]:
    need = case.need
    if need.remote or person.at_desk:
        return
    if person.point is None or need.point is None:
        yield Reason("way_unknown", f"位置が未登録（移動は仮に{minutes}分）", False)
    elif minutes <= 20:
        yield Reason("near", f"近い: 移動およそ{minutes}分", True)
    elif minutes <= 45:
        yield Reason("way", f"移動およそ{minutes}分", True)
    else:
        yield Reason("far", f"遠い: 移動およそ{minutes}分", False)
