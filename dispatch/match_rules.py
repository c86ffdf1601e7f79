"""Hard rules of matching: each says None, or the reason why somebody cannot be asked.

They are never relaxed silently: where urgency lifts a cap or the quiet rule for "just asked" gives
way because nobody else is there, `dispatch.matching` notes it as a reason against. Rules are tried
cheapest first. `dispatch.prune` states the same rules in SQL for very large registers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from dispatch import travel
from dispatch.match_values import Busy, Need, Person, Reason, Wish
from dispatch.policy import TOKYO, Policy, is_quiet, urgency_class
from volunteers.availability import WEEKDAYS, Coverage, DatedException, Gap, Rule, covers, describe
from volunteers.languages import DialectMatch, matches
from volunteers.models import Field, Volunteer

MARKS = {1: "△", 2: "○", 3: "◎"}
URGENT = ("now", "today")
LONGEST_GAP = timedelta(minutes=travel.LONGEST_MINUTES + 60)
"""Jobs further apart than this cannot touch, whatever the way between them."""


@dataclass(frozen=True)
class Case:
    """One need at one instant under one policy, with what every rule would work out again."""

    need: Need
    at: datetime
    policy: Policy
    coverage: dict[tuple[tuple[Rule, ...], tuple[DatedException, ...]], Coverage] = field(
        default_factory=dict
    )

    @cached_property
    def urgency(self) -> str:
        """The class of `policy.urgency_class`."""
        return urgency_class(self.need.urgency, self.need.starts_at, self.at)

    @cached_property
    def caps_lifted(self) -> bool:
        """Urgent, or in the last hours: the caps on asks and jobs do not hold."""
        last_hours = timedelta(hours=self.policy["caps"]["relax_hours"])
        return self.urgency in URGENT or self.need.starts_at - self.at <= last_hours

    @cached_property
    def quiet(self) -> bool:
        """A message would leave in the quiet hours (what is booked waits for the morning)."""
        hours = self.policy["quiet"]
        return self.urgency in URGENT and is_quiet(self.at, hours["from"], hours["to"])

    @cached_property
    def asked_after(self) -> datetime:
        """Whoever was asked since then was just asked."""
        return self.at - timedelta(minutes=self.policy["just_asked_minutes"])

    @cached_property
    def latest_arrival(self) -> datetime:
        """When somebody who sets out now has to be there at the latest."""
        late = timedelta(minutes=self.policy["late_minutes"][self.urgency])
        return self.need.starts_at + late

    @cached_property
    def margin(self) -> int:
        """Minutes to keep free between two places beyond the way."""
        return int(self.policy["travel_margin_minutes"])

    @cached_property
    def minimum_level(self) -> int:
        """The lowest level each way that may be asked: the field's, or a hard wish's."""
        levels = self.policy["minimum_level"]
        wished = [wish_level(wish) for wish in self.need.requirements if wish.hard]
        return max([int(levels.get(self.need.field, levels["default"])), *wished])

    @cached_property
    def demands_training(self) -> bool:
        """The organization sends nobody without the training to this field."""
        return self.need.field in self.policy["qualified_fields"]

    @cached_property
    def hard_wishes(self) -> tuple[Wish, ...]:
        """Hard wishes but for the level, which `minimum_level` holds."""
        return tuple(w for w in self.need.sorted_wishes if w.hard and w.kind != "level")

    @cached_property
    def wanted_ids(self) -> frozenset[int]:
        """If not empty, only these people may come."""
        return frozenset(
            w.volunteer_id for w in self.hard_wishes if w.kind == "preferred" and w.volunteer_id
        )

    @cached_property
    def wanted_hours(self) -> tuple[datetime, datetime]:
        """What must lie within stated hours: all, at the counter only the beginning."""
        need = self.need
        if self.urgency != "now":
            return need.starts_at, need.ends_at
        first = timedelta(minutes=self.policy["now_covers_minutes"])
        return need.starts_at, min(need.ends_at, need.starts_at + first)

    def covered(self, person: Person) -> Coverage:
        """Whether the wanted hours lie within the person's; many people share the same hours."""
        known = self.coverage.get((person.rules, person.exceptions))
        if known is None:
            known = covers(person.rules, person.exceptions, *self.wanted_hours)
            self.coverage[person.rules, person.exceptions] = known
        return known


HardRule = Callable[[Person, Case, int], Reason | None]
"""Person, case, minutes of travel from home → why not."""


def failures(person: Person, case: Case, minutes: int, most: int = 3) -> list[Reason]:
    """Why this person cannot be asked, at most ``most`` reasons; empty for a candidate."""
    found: list[Reason] = []
    for rule in HARD_RULES:
        reason = rule(person, case, minutes)
        if reason is not None:
            found.append(reason)
            if len(found) >= most:
                break
    return found


def _against(code: str, text: str) -> Reason:
    return Reason(code, text, False)


def field_name(code: str) -> str:
    """The Japanese name of a field."""
    return str(dict(Field.choices).get(code, code))


def wish_level(wish: Wish) -> int:
    """The level (1-3) that a wish for a level asks for; 0 for any other wish."""
    return int(wish.value) if wish.kind == "level" and wish.value in {"1", "2", "3"} else 0


# ---- Who they are ------------------------------------------------------------------------------


def active(person: Person, case: Case, minutes: int) -> Reason | None:
    """Neither withdrawn nor paused on the day of the activity."""
    if person.status == "active":
        return None
    if person.status != "paused":
        return _against("withdrawn", "退会しています")
    until = person.paused_until
    if until is None:
        return _against("paused", "休止中です")
    return (
        _against("paused", f"休止中です（{until.month}月{until.day}日まで）")
        if (until >= case.need.day)
        else None
    )


def term(person: Person, case: Case, minutes: int) -> Reason | None:
    """Registered on the day of the activity."""
    return None if person.term_valid else _against("term", "依頼の日に登録期間が切れています")


def pledge(person: Person, case: Case, minutes: int) -> Reason | None:
    """The pledge of secrecy is signed for that term."""
    if person.pledge_valid or not person.term_valid:
        return None
    return _against("pledge", "誓約書が提出されていません")


def level(person: Person, case: Case, minutes: int) -> Reason | None:
    """Good enough each way for the field and for a hard wish."""
    if person.dialect and person.level >= case.minimum_level:
        return None
    return _against(
        "level", f"水準が足りません（{MARKS[person.level]}、必要 {MARKS[case.minimum_level]}）"
    )


# ---- What is demanded --------------------------------------------------------------------------


def wishes(person: Person, case: Case, minutes: int) -> Reason | None:
    """Every hard wish of the request."""
    if case.wanted_ids and person.volunteer_id not in case.wanted_ids:
        return _against("preferred", "指名された通訳者ではありません")
    for wish in case.hard_wishes:
        reason = _unmet(wish, person, case)
        if reason:
            return reason
    return None


def _unmet(wish: Wish, person: Person, case: Case) -> Reason | None:
    if meets(wish, person, case.need):
        return None
    if wish.kind == "gender":
        label = dict(Volunteer.Gender.choices).get(wish.value, wish.value)
        return _against("gender", f"条件（{label}）に合いません")
    if wish.kind == "excluded":
        return _against("excluded", "避けたい通訳者に指定されています")
    if wish.kind == "dialect":
        return _against("dialect", "条件の方言ではありません")
    if wish.kind == "qualified":
        return _against("qualified", f"{field_name(case.need.field)}の研修を修了していません")
    return None


def meets(wish: Wish, person: Person, need: Need) -> bool:
    """Whether a wish is met; "excluded" is met by everybody else."""
    tests: dict[str, Callable[[], bool]] = {
        "gender": lambda: not wish.value or person.gender == wish.value,
        "level": lambda: person.level >= wish_level(wish),
        "qualified": lambda: person.qualified,
        "dialect": lambda: (
            matches(wish.value or need.language, person.language) is DialectMatch.EXACT
        ),
        "preferred": lambda: person.volunteer_id == wish.volunteer_id,
        "excluded": lambda: person.volunteer_id != wish.volunteer_id,
    }
    return tests[wish.kind]() if wish.kind in tests else True


def accepts_field(person: Person, case: Case, minutes: int) -> Reason | None:
    """Takes the field, and has the training where the organization demands it."""
    if not person.accepts_field:
        return _against("field", f"{field_name(case.need.field)}の分野は受けていません")
    if case.demands_training and not person.qualified:
        return _against("training", f"{field_name(case.need.field)}の研修を修了していません")
    return None


def accepts_video(person: Person, case: Case, minutes: int) -> Reason | None:
    """Takes video and telephone where it comes to that."""
    if person.accepts_video or not case.need.remote or case.need.is_written:
        return None
    return _against("video", "映像・電話の通訳は受けていません")


# ---- Time --------------------------------------------------------------------------------------


def just_asked(person: Person, case: Case, minutes: int) -> Reason | None:
    """Not asked for anything a moment ago."""
    if person.last_asked_at is None or person.last_asked_at <= case.asked_after:
        return None
    ago = max(0, int((case.at - person.last_asked_at).total_seconds() // 60))
    text = f"{ago}分前に打診したばかりです" if ago else "たった今打診したところです"
    return _against("just_asked", text)


def quiet_hours(person: Person, case: Case, minutes: int) -> Reason | None:
    """An urgent message at night only to those who allow it or are on call."""
    if not case.quiet or person.night_messages or person.on_call or person.at_desk:
        return None
    return _against("quiet", "夜間・早朝の連絡を希望していません")


def available(person: Person, case: Case, minutes: int) -> Reason | None:
    """Within stated hours; unstated ones are asked about. At the counter being there is enough,
    or on call."""
    if case.need.is_written or person.at_desk or (case.urgency == "now" and person.on_call):
        return None
    if not person.has_hours and not person.exceptions:
        return None
    coverage = case.covered(person)
    if coverage:
        return None
    if not person.has_hours and coverage.gap is not Gap.ABSENT:
        return None
    return _against("hours", _gap_text(coverage, person, case))


def _gap_text(coverage: Coverage, person: Person, case: Case) -> str:
    if coverage.gap is Gap.ABSENT:
        return "その日は不在の予定です"
    if coverage.gap is Gap.HOLIDAY:
        return "祝日は活動していません"
    weekday = case.need.day.weekday()
    if coverage.gap is Gap.NOT_THAT_DAY:
        return f"{WEEKDAYS[weekday]}曜日は活動日ではありません"
    hours = "、".join(describe(rule for rule in person.rules if rule.weekday == weekday))
    return f"活動できる時間の外です（{hours}）" if hours else "活動できる時間の外です"


def busy(person: Person, case: Case, minutes: int) -> Reason | None:
    """No other assignment, the way between the two places included."""
    if case.need.is_written:
        return None
    for other in person.busy:
        gap = touching(other, person, case.need, case.margin)
        if gap is not None:
            start, end = other.start.astimezone(TOKYO), other.end.astimezone(TOKYO)
            day = "" if start.date() == case.need.day else f"{start.month}月{start.day}日 "
            label = other.label or "別の依頼"
            way = f"（移動 {gap}分）" if gap else ""
            text = f"{day}{start:%-H:%M}〜{end:%-H:%M} {label}の派遣と重なります{way}"
            return _against("busy", text)
    return None


def touching(other: Busy, person: Person, need: Need, margin: int) -> int | None:
    """None if both jobs can be done; otherwise the minutes of way between them (0: none).

    Two jobs at one place may follow each other at once; between two remote ones is a breath.
    """
    if other.end + LONGEST_GAP < need.starts_at or need.ends_at + LONGEST_GAP < other.start:
        return None
    way = way_between(other, person, need)
    if need.place and need.place == other.label:
        between = timedelta(0)
    else:
        between = timedelta(minutes=(way + margin) if way else travel.BREATHING_MINUTES)
    if need.starts_at < other.end + between and other.start < need.ends_at + between:
        return way
    return None


def way_between(other: Busy, person: Person, need: Need) -> int:
    """Minutes from one job to the other, as `travel.minutes_between_jobs` has it."""
    return travel.minutes_between_jobs(
        travel.Site(need.remote, need.place, need.point, need.area),
        travel.Site(other.remote, other.label, other.point, other.area),
        home=person.point,
        travel_by="car" if person.by_car else "transit",
    )


def weekly_hours(person: Person, case: Case, minutes: int) -> Reason | None:
    """Within the person's own limit of hours a week (Monday to Sunday)."""
    cap = person.weekly_hours_cap
    if cap is None or case.need.is_written or person.hours_that_week + case.need.hours <= cap:
        return None
    return _against(
        "week", f"週の上限{cap}時間を超えます（その週は{person.hours_that_week:g}時間）"
    )


# ---- Way ---------------------------------------------------------------------------------------


def reach(person: Person, case: Case, minutes: int) -> Reason | None:
    """Inside the areas or the travel time that the person named, if any."""
    need = case.need
    if need.remote or person.at_desk or (person.reach_minutes is None and not person.areas):
        return None
    if need.area and need.area in person.areas:
        return None
    if person.reach_minutes is not None:
        unknown = person.point is None or need.point is None
        if unknown or minutes <= person.reach_minutes:
            return None
        return _against(
            "reach",
            f"移動できる範囲の外です（およそ{minutes}分、{person.reach_minutes}分以内を希望）",
        )
    return _against("area", f"活動する地域の外です（{need.area}）") if need.area else None


def in_time(person: Person, case: Case, minutes: int) -> Reason | None:
    """Can be there in time when setting out now."""
    if case.need.remote or case.at + timedelta(minutes=minutes) <= case.latest_arrival:
        return None
    return _against("late", f"間に合いません（移動およそ{minutes}分）")


# ---- Fairness ----------------------------------------------------------------------------------


def caps(person: Person, case: Case, minutes: int) -> Reason | None:
    """Below the caps on asks without hurry and on jobs; lifted in urgent cases."""
    return None if case.caps_lifted else next(over_caps(person, case), None)


def over_caps(person: Person, case: Case) -> Iterator[Reason]:
    """The caps that this person has reached, lifted or not."""
    limits = case.policy["caps"]
    if person.booked_asks_7_days >= limits["asks_7_days"]:
        count, limit = person.booked_asks_7_days, limits["asks_7_days"]
        yield _against("asks_cap", f"この7日間で{count}回打診済みです（上限{limit}回）")
    if person.jobs_30_days >= limits["jobs_30_days"]:
        count, limit = person.jobs_30_days, limits["jobs_30_days"]
        yield _against("jobs_cap", f"30日間に{count}件担当しています（上限{limit}件）")


HARD_RULES: tuple[HardRule, ...] = (
    active,
    term,
    pledge,
    level,
    wishes,
    accepts_field,
    accepts_video,
    quiet_hours,
    reach,
    in_time,
    busy,
    available,
    weekly_hours,
    caps,
    just_asked,
)
