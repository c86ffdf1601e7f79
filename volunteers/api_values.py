"""A volunteer on the wire: what the API shows of a register entry and what it takes.

Words are those of `volunteers.record`. Minutes count from 0:00 in Asia/Tokyo, weekday 0 is Monday
and 7 a public holiday, levels are 1 (△) to 3 (◎). Nothing about bank accounts is ever shown.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.api_fields import DayField, InstantField, KeyField, NumberField
from volunteers import languages
from volunteers.availability import Rule
from volunteers.models import AvailabilityRule, Field, Registration, Volunteer
from volunteers.phones import to_e164
from volunteers.queries import ORDERS
from volunteers.record import COLUMNS, Absence, FieldEntry, Record, Skill, Term

MINUTES_OF_DAY = 1440


class LanguageField(serializers.CharField):
    """A language as a BCP 47 tag; names in any script are understood, too."""

    default_error_messages = {
        "unknown_language": _("「{typed}」という言語が見つかりません。"),
        "japanese": _("日本語以外の言語を指定してください。"),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": languages.LONGEST_TYPED, **options})

    def to_internal_value(self, data: Any) -> str:
        """The canonical tag."""
        typed = super().to_internal_value(data)
        if len(typed) > languages.LONGEST_TYPED:
            return typed  # refused by the length just after
        language = languages.get(typed) or languages.lookup(typed)
        if language is None:
            self.fail("unknown_language", typed=typed)
        if language.tag == "ja":
            self.fail("japanese")
        return language.tag


class PhoneField(serializers.CharField):
    """One telephone number in any Japanese style; kept and shown as E.164."""

    default_error_messages = {"phone": _("電話番号をご確認ください。")}

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 40, "allow_blank": True, **options})

    def to_internal_value(self, data: Any) -> str:
        """The number in E.164, or nothing."""
        typed = super().to_internal_value(data)
        if not typed or len(typed) > 40:
            return typed
        try:
            return to_e164(typed)
        except ValueError:
            self.fail("phone")


class LevelField(serializers.IntegerField):
    """A level, 1 (△) to 3 (◎)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=3, **options)


class SkillSerializer(serializers.Serializer):
    """対応言語."""

    language = LanguageField()
    to_japanese = LevelField(default=2)
    from_japanese = LevelField(default=2)
    certificate = serializers.CharField(default="", allow_blank=True, max_length=120)
    verified_by = serializers.CharField(default="", allow_blank=True, max_length=120)
    verified_on = DayField(default=None, allow_null=True)


class FieldSkillSerializer(serializers.Serializer):
    """A field that is accepted, and whether the training it demands was done."""

    field = serializers.ChoiceField(choices=Field.choices)
    qualified = serializers.BooleanField(default=False)


class NthField(serializers.ListField):
    """Which such weekdays of a month, 1 to 5; none named means every one."""

    child = serializers.IntegerField(min_value=1, max_value=5)

    def get_attribute(self, instance: AvailabilityRule) -> list[int]:
        """The numbers of the stored mask."""
        return [nth for nth in range(1, 6) if instance.nth_mask & 1 << (nth - 1)]


class RuleSerializer(serializers.Serializer):
    """A weekly rule; `to_minute` may pass 1440 (overnight)."""

    weekday = serializers.IntegerField(min_value=0, max_value=7)
    from_minute = serializers.IntegerField(min_value=0, max_value=MINUTES_OF_DAY - 1)
    to_minute = serializers.IntegerField(min_value=1, max_value=2160)
    nth = NthField(default=list, max_length=5)
    on_holidays = serializers.BooleanField(default=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The end follows the beginning; the numbers become the mask that is stored."""
        if attrs["to_minute"] <= attrs["from_minute"]:
            raise serializers.ValidationError(
                {"to_minute": _("終了は開始より後にしてください。")}, code="order"
            )
        attrs["nth_mask"] = sum(1 << (nth - 1) for nth in set(attrs.pop("nth")))
        return attrs


class ExceptionSerializer(serializers.Serializer):
    """Days that differ from the weekly rules; without minutes, whole days."""

    first_day = DayField()
    last_day = DayField()
    from_minute = serializers.IntegerField(
        default=None, allow_null=True, min_value=0, max_value=MINUTES_OF_DAY - 1
    )
    to_minute = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, max_value=MINUTES_OF_DAY
    )
    available = serializers.BooleanField(default=False)
    note = serializers.CharField(default="", allow_blank=True, max_length=120)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Days and minutes in order; both minutes or none."""
        start, end = attrs["from_minute"], attrs["to_minute"]
        if attrs["last_day"] < attrs["first_day"]:
            raise serializers.ValidationError(
                {"last_day": _("最終日は初日より後にしてください。")}, code="order"
            )
        if (start is None) != (end is None) or (start is not None and end <= start):
            raise serializers.ValidationError(
                {"to_minute": _("終了は開始より後にしてください。")}, code="order"
            )
        return attrs


class RegistrationSerializer(serializers.Serializer):
    """登録: a term (both days included) with the pledge of secrecy."""

    starts_on = DayField()
    ends_on = DayField()
    pledged_on = DayField(default=None, allow_null=True)
    pledge_version = serializers.CharField(default="", allow_blank=True, max_length=20)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The end follows the beginning."""
        if attrs["ends_on"] < attrs["starts_on"]:
            raise serializers.ValidationError(
                {"ends_on": _("登録期限は開始日より後の日にしてください。")}, code="order"
            )
        return attrs


class VolunteerChangeSerializer(serializers.Serializer):
    """What may be written; a part that is left out stays as it is, a list is replaced whole."""

    number = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    name = serializers.CharField(required=False, max_length=120)
    kana = serializers.CharField(required=False, allow_blank=True, max_length=120)
    birth_date = DayField(required=False, allow_null=True)
    gender = serializers.ChoiceField(
        required=False, allow_blank=True, choices=Volunteer.Gender.choices[1:]
    )
    mobile = PhoneField(required=False)
    phone = PhoneField(required=False)
    fax = PhoneField(required=False)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    address = serializers.CharField(required=False, allow_blank=True, max_length=200)
    lat = NumberField(required=False, allow_null=True, min_value=-90, max_value=90)
    lon = NumberField(required=False, allow_null=True, min_value=-180, max_value=180)
    areas = serializers.ListField(
        required=False, max_length=60, child=serializers.CharField(max_length=60)
    )
    reach_minutes = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MINUTES_OF_DAY
    )
    by_car = serializers.BooleanField(required=False)
    channel = serializers.ChoiceField(required=False, choices=Volunteer.Channel.choices)
    message_language = serializers.ChoiceField(required=False, choices=settings.LANGUAGES)
    night_messages = serializers.BooleanField(required=False)
    weekly_hours_cap = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=168
    )
    accepts_video = serializers.BooleanField(required=False)
    accepts_neighbours = serializers.BooleanField(required=False)
    public_name_consent = serializers.BooleanField(required=False)
    certificates = serializers.CharField(required=False, allow_blank=True, max_length=300)
    remarks = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    skills = SkillSerializer(many=True, required=False, max_length=60)  # type: ignore[call-arg]
    field_skills = FieldSkillSerializer(many=True, required=False, max_length=20)  # type: ignore[call-arg]
    rules = RuleSerializer(many=True, required=False, max_length=100)  # type: ignore[call-arg]
    exceptions = ExceptionSerializer(many=True, required=False, max_length=200)  # type: ignore[call-arg]
    registration = RegistrationSerializer(required=False)
    version = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**31 - 1,
        help_text="The version that was read; 409 if somebody else changed the entry meanwhile.",
    )


class VolunteerEntrySerializer(VolunteerChangeSerializer):
    """A new entry; without a number the next free one is given."""

    name = serializers.CharField(max_length=120)
    version = None  # type: ignore[assignment]


class VolunteerSerializer(VolunteerChangeSerializer):
    """One entry of the register. `registration` is the latest one."""

    id = KeyField()
    gender = serializers.ChoiceField(allow_blank=True, choices=Volunteer.Gender.choices[1:])
    areas = serializers.SerializerMethodField()  # type: ignore[assignment]
    skills = SkillSerializer(many=True)
    field_skills = FieldSkillSerializer(many=True)
    rules = RuleSerializer(many=True)
    exceptions = ExceptionSerializer(many=True)
    registration = serializers.SerializerMethodField()  # type: ignore[assignment]
    status = serializers.ChoiceField(choices=Volunteer.Status.choices)
    paused_until = serializers.DateField(allow_null=True)
    on_call_until = InstantField(allow_null=True)
    last_seen_at = InstantField(allow_null=True)
    version = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """The inherited fields, all of which are always there in an answer."""
        found = super().get_fields()
        for field in found.values():
            field.required = True
        return found

    def get_areas(self, volunteer: Volunteer) -> list[str]:
        """Names of the parts of town."""
        return [area.name for area in volunteer.areas.all()]

    def get_registration(self, volunteer: Volunteer) -> dict[str, Any] | None:
        """The latest term (prefetched rows come newest first)."""
        latest: Registration | None = next(iter(volunteer.registrations.all()), None)
        return RegistrationSerializer(latest).data if latest else None


class VolunteerFilterSerializer(serializers.Serializer):
    """Filters of the list; each that is left out does not restrict."""

    q = serializers.CharField(
        required=False, max_length=100, help_text="Name, reading, number, telephone or language."
    )
    language = LanguageField(required=False)
    level = LevelField(required=False)
    field = serializers.ChoiceField(required=False, choices=Field.choices)
    qualified = serializers.BooleanField(required=False)
    weekday = serializers.IntegerField(required=False, min_value=0, max_value=7)
    day = DayField(required=False)
    minute = serializers.IntegerField(
        required=False, min_value=0, max_value=MINUTES_OF_DAY - 1, help_text="After 0:00 in Tokyo."
    )
    area = serializers.CharField(required=False, max_length=60, help_text="Name of the area.")
    on_call = serializers.BooleanField(required=False)
    dormant = serializers.BooleanField(required=False)
    term = serializers.ChoiceField(required=False, choices=["valid", "ending", "expired"])
    status = serializers.ChoiceField(required=False, choices=[*Volunteer.Status.values, "all"])
    order = serializers.ChoiceField(required=False, choices=list(ORDERS))


def record_of(data: dict[str, Any]) -> Record:
    """Validated input as a `Record` for the register's actions."""
    parts: dict[str, Any] = {name: data[name] for name in ("areas",) if name in data}
    kinds = {"skills": Skill, "field_skills": FieldEntry, "rules": Rule, "exceptions": Absence}
    for name, kind in kinds.items():
        if name in data:
            parts[name] = [kind(**values) for values in data[name]]
    if "registration" in data:
        parts["registration"] = Term(**data["registration"])
    return Record(fields={name: data[name] for name in COLUMNS if name in data}, **parts)
