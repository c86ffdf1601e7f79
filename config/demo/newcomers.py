"""Who wants to become a volunteer of the demo's city, what is signed there, and who was trained.

Applications are played through the product's own actions, at hours that the simulation hands out.
Nobody of them is accepted yet: that is for whoever tries the demo. Trainings are entered in bulk.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from accounts.models import Organization, User
from accounts.times import instant, local
from volunteers.actions import application_drafts, applications
from volunteers.actions.pledges import publish_pledge
from volunteers.applications import pledges
from volunteers.models import Application, Training, Volunteer
from volunteers.record import Skill

Plan = Callable[[datetime, Callable[[datetime], None]], None]
NOTE = "面談は月に2回、クリエイトホールで行います。応募のときに、日本語で上手に書けなくても大丈夫です。"
CLOSING = """
8. 通訳の場で困ったことがあったときは、一人で決めず、窓口に相談します。"""
CLOSING_SIMPLE = """
8. こまったときは、ひとりで きめません。窓口に 話します。"""
CLOSING_EN = """
8. When in doubt I do not decide alone but ask the desk."""
TRAININGS = (
    # kind, name, days since, days to its end (None: none)
    ("training", "医療通訳基礎研修", 210, None),
    ("training", "守秘義務と倫理の研修", 95, 270),
    ("certificate", "日本語能力試験N1", 900, None),
    ("training", "災害時多言語支援研修", 40, None),
    ("certificate", "全国通訳案内士", 1400, 35),
)


class Newcomer(NamedTuple):
    """An invented applicant and how far the desk has come with the papers."""

    name: str
    kana: str
    language: str
    levels: tuple[int, int]
    born: int  # years ago
    speaks: str  # language of messages
    motive: str
    until: str
    days_ago: int


NEWCOMERS = (
    Newcomer("チャン・ミン・アン", "チャン ミン アン", "vi", (3, 2), 24, "ja-simple",
             "大学で 日本語を べんきょうしました。病院で こまっている 人を たすけたいです。",
             "submitted", 1),
    Newcomer("林 佳穂", "ハヤシ カホ", "es", (2, 3), 41, "ja",
             "メキシコに6年住んでいました。学校の面談などでお役に立てればと思います。", "submitted", 3),
    Newcomer("Arjun Thapa", "アルジュン タパ", "ne", (3, 2), 33, "en",
             "I work near Hachioji station and can help on Wednesdays.", "screening", 6),
    Newcomer("キム・ソヨン", "キム ソヨン", "ko", (3, 3), 29, "ja",
             "市役所の窓口で通訳をした経験があります。", "interview", 9),
    Newcomer("小田 隆", "オダ タカシ", "de", (1, 1), 67, "ja",
             "退職して時間ができたので応募しました。", "declined", 24),
)  # fmt: skip


def open_the_door(city: Organization, *, by: User, at: datetime) -> None:
    """Publish a pledge of the city's own, in three languages, and take applications from now on."""
    publish_pledge(
        city,
        version=city.pledge_version,
        text=pledges.TEXT + CLOSING,
        text_simple=pledges.TEXT_SIMPLE + CLOSING_SIMPLE,
        text_en=pledges.TEXT_EN + CLOSING_EN,
        by=by,
        at=at,
    )
    city.takes_applications, city.application_note = True, NOTE
    city.save(update_fields=["takes_applications", "application_note"])


def plan_applications(city: Organization, plan: Plan, *, by: User, until: datetime) -> None:
    """Let everybody of `NEWCOMERS` apply, and the desk deal with some of them."""
    for number, person in enumerate(NEWCOMERS):
        day = local(until).date() - timedelta(days=person.days_ago)
        sent_at = instant(day, 18 * 60 + number * 17)
        plan(min(sent_at, until), partial(_apply, city, person, number, by=by, until=until))


def enter_trainings(city: Organization, *, checked_by: str, today: date) -> None:
    """Trainings and certificates of every sixth volunteer, most of them checked by the desk."""
    rows = []
    for volunteer in Volunteer.objects.of(city).order_by("number"):
        if volunteer.number % 6:
            continue
        kind, name, since, left = TRAININGS[volunteer.number // 6 % len(TRAININGS)]
        rows.append(
            Training(
                volunteer=volunteer,
                kind=kind,
                name=name,
                done_on=today - timedelta(days=since),
                ends_on=today + timedelta(days=left) if left else None,
                verified_by="" if volunteer.number % 24 == 0 else checked_by,
            )
        )
    Training.objects.bulk_create(rows)


def _apply(
    city: Organization, person: Newcomer, number: int, at: datetime, *, by: User, until: datetime
) -> None:
    draft = application_drafts.begin_application(city, language=person.speaks, at=at)
    skill = Skill(person.language, *person.levels)
    draft = application_drafts.complete_draft(draft, _values(person, number, at), [skill], at=at)
    channel = "email" if number % 2 else "sms"
    sent = applications.submit_application(draft, channel=channel, at=at)
    _deal_with(sent, person.until, by, until, at)


def _deal_with(
    sent: Application, until_state: str, by: User, until: datetime, at: datetime
) -> None:
    """What the desk did the next day."""
    at = min(at + timedelta(hours=16), until)
    if until_state == "submitted":
        return
    sent = applications.screen_application(sent, note="書類を確認しました。", by=by, at=at)
    if until_state == "interview":
        when = instant(local(until).date() + timedelta(days=4), 14 * 60)
        applications.invite_to_interview(
            sent, when=when, place="クリエイトホール 10階", by=by, at=at
        )
    elif until_state == "declined":
        note = "日本語・ドイツ語とも、今回は通訳の水準に届かなかったため。"
        applications.decline_application(sent, note=note, by=by, at=at)


def _values(person: Newcomer, number: int, at: datetime) -> dict[str, Any]:
    return {
        "name": person.name,
        "kana": person.kana,
        "birth_date": local(at).date() - timedelta(days=person.born * 365 + 100),
        "mobile": f"+816099{800000 + number}",
        "email": f"n{number:02d}@minna.example.jp",
        "address": "八王子市元横山町0-8",
        "message_language": person.speaks,
        "motive": person.motive,
        "public_name_consent": False,
        "guardian_name": "",
        "guardian_phone": "",
        "guardian_consent_on": None,
        "fields_wanted": ["school", "administrative"],
    }
