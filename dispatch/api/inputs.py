"""What the API takes: a new request, people to ask, answers, a cancellation.

A request becomes the same `Draft` as from the form. Everything named (language, place, desk,
body, people) is understood or refused here with a coded error on its field.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rest_framework import serializers

from accounts.api_fields import InstantField, KeyField
from accounts.models import Membership, Role
from dispatch.actions.drafts import Draft, Wish
from dispatch.api.values import PlaceSerializer
from dispatch.models import (
    Assignment,
    Desk,
    Mode,
    Offer,
    Place,
    Request,
    RequestingBody,
    Requirement,
    Urgency,
)
from volunteers.api_values import LanguageField
from volunteers.models import Field, Volunteer, VolunteerQuerySet

COUNTER_LENGTH = timedelta(minutes=60)
FARTHEST = timedelta(days=730)
MOST_ASKED = 100
PERSONAL = {Requirement.Kind.PREFERRED, Requirement.Kind.EXCLUDED}
GENDERS = {"female", "male", "other"}


class WishSerializer(serializers.Serializer):
    """One requirement. `value` by kind: gender → female, male or other; level → 1 to 3; dialect →
    a tag; qualified → a field (the request's own if left out). `volunteer_id` for preferred and
    excluded."""

    kind = serializers.ChoiceField(choices=Requirement.Kind.choices)
    hard = serializers.BooleanField(default=False)
    value = serializers.CharField(default="", allow_blank=True, max_length=40)
    volunteer_id = KeyField(default=None, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Value and person as the kind demands."""
        kind, value, person = attrs["kind"], attrs["value"], attrs["volunteer_id"]
        if (kind in PERSONAL) != (person is not None):
            text = "希望・回避の条件には volunteer_id を、ほかの条件には value を指定してください。"
            raise serializers.ValidationError({"volunteer_id": text}, code="person")
        if kind == Requirement.Kind.DIALECT:
            field = LanguageField()
            try:
                attrs["value"] = field.run_validation(value)
            except serializers.ValidationError as error:
                raise serializers.ValidationError({"value": error.detail}) from error
        known = {
            Requirement.Kind.GENDER: GENDERS,
            Requirement.Kind.LEVEL: {"1", "2", "3"},
            Requirement.Kind.QUALIFIED: {"", *Field.values},
        }.get(kind)
        if known is not None and value not in known:
            raise serializers.ValidationError(
                {"value": "この値は使えません。"}, code="unknown_value"
            )
        return attrs


class NewRequestSerializer(serializers.Serializer):
    """A request to be opened. With urgency `now` the times may be left out: from now, 60 minutes."""

    language = LanguageField(help_text="BCP 47, or a name in any script")
    mode = serializers.ChoiceField(choices=Mode.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    field = serializers.ChoiceField(choices=Field.choices)
    starts_at = InstantField(required=False, allow_null=True)
    ends_at = InstantField(required=False, allow_null=True)
    seats = serializers.IntegerField(default=1, min_value=1, max_value=20)
    place = PlaceSerializer(default=None, allow_null=True)
    desk_id = KeyField(default=None, allow_null=True)
    body = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=120,
        help_text="Name of the requesting body; remembered. A requester's own body is always taken.",
    )
    contact_name = serializers.CharField(default="", allow_blank=True, max_length=120)
    contact_phone = serializers.CharField(default="", allow_blank=True, max_length=20)
    payer = serializers.ChoiceField(
        choices=Request.Payer.choices, default=Request.Payer.ORGANIZATION
    )
    sensitivity = serializers.ChoiceField(
        choices=Request.Sensitivity.choices, default=Request.Sensitivity.NORMAL
    )
    note = serializers.CharField(default="", allow_blank=True, max_length=2000)
    resident_name = serializers.CharField(default="", allow_blank=True, max_length=120)
    requirements = WishSerializer(many=True, default=list, max_length=20)  # type: ignore[call-arg]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Times that can be meant; `at` (UTC) comes with the context."""
        at: datetime = self.context["at"]
        if attrs["urgency"] == Urgency.NOW:
            start = attrs.get("starts_at") or at.replace(second=0, microsecond=0)
            attrs |= {"starts_at": start, "ends_at": attrs.get("ends_at") or start + COUNTER_LENGTH}
        missing = {
            name: [serializers.ErrorDetail("日時を指定してください。", code="required")]
            for name in ("starts_at", "ends_at")
            if not attrs.get(name)
        }
        if missing:
            raise serializers.ValidationError(missing)
        if attrs["starts_at"] > at + FARTHEST:
            text = "2年より先の日付は登録できません。"
            raise serializers.ValidationError({"starts_at": text}, code="too_far")
        return attrs


class RequestFilterSerializer(serializers.Serializer):
    """Filters of the list; each that is left out does not restrict."""

    status = serializers.ChoiceField(required=False, choices=Request.Status.choices)
    urgency = serializers.ChoiceField(required=False, choices=Urgency.choices)
    mode = serializers.ChoiceField(required=False, choices=Mode.choices)
    language = LanguageField(required=False)
    number = serializers.CharField(required=False, max_length=20)
    starts_after = InstantField(required=False, help_text="Starts at this instant or later.")
    starts_before = InstantField(required=False, help_text="Starts before this instant.")


class CandidateFilterSerializer(serializers.Serializer):
    """How candidates are looked for."""

    limit = serializers.IntegerField(default=50, min_value=1, max_value=200)
    remote = serializers.BooleanField(
        default=False, help_text="For video although the request is on site."
    )


class NewOffersSerializer(serializers.Serializer):
    """Whom to ask."""

    volunteer_ids = serializers.ListField(
        child=KeyField(), allow_empty=False, max_length=MOST_ASKED
    )


class AnswerSerializer(serializers.Serializer):
    """How an answer came."""

    via = serializers.ChoiceField(choices=Offer.Via.choices, default=Offer.Via.DESK)


class RefusalSerializer(AnswerSerializer):
    """A no, with the reason if one was given."""

    reason = serializers.CharField(default="", allow_blank=True, max_length=300)


class CancellationSerializer(serializers.Serializer):
    """Who called the request off, and why."""

    cancelled_by = serializers.ChoiceField(choices=Request.CancelledBy.choices)
    reason = serializers.CharField(max_length=300)


class RungChoiceSerializer(serializers.Serializer):
    """Which step of the ladder to go to. `seen`: the index that was open when this was decided."""

    to = serializers.IntegerField(min_value=0, max_value=50)
    seen = serializers.IntegerField(min_value=0, max_value=50)
    reason = serializers.CharField(default="", allow_blank=True, max_length=200)


def draft_of(data: dict[str, Any], membership: Membership) -> Draft:
    """Validated input as a draft; remembers a new requesting body, so needs a transaction."""
    plain = (
        "language", "mode", "urgency", "field", "starts_at", "ends_at", "seats", "contact_name",
        "contact_phone", "payer", "sensitivity", "note", "resident_name",
    )  # fmt: skip
    desk = _desk(data["desk_id"], membership)
    return Draft(
        **{name: data[name] for name in plain},
        **_place(data["place"], desk, membership),
        desk=desk,
        wishes=tuple(_wishes(data["requirements"], data["field"], membership)),
        body=_body(data["body"], membership),
    )


def _desk(pk: int | None, membership: Membership) -> Desk | None:
    if pk is None:
        return None
    desk = Desk.objects.filter(organization=membership.organization, pk=pk).first()
    if desk is None:
        raise serializers.ValidationError(
            {"desk_id": "この窓口はありません。"}, code="unknown_desk"
        )
    return desk


def _body(name: str, membership: Membership) -> RequestingBody | None:
    bodies = RequestingBody.objects.filter(organization=membership.organization)
    if membership.role == Role.REQUESTER:
        own = bodies.filter(pk=membership.requesting_body_id or 0).first()
        if own is None:
            text = "依頼元が登録されていないため、依頼できません。"
            raise serializers.ValidationError({"body": text}, code="no_body")
        return own
    if not name:
        return None
    return bodies.get_or_create(organization=membership.organization, name=name)[0]


def _place(
    place: dict[str, Any] | None, desk: Desk | None, membership: Membership
) -> dict[str, Any]:
    """The place as given; what was left out comes from the remembered place, or from the desk."""
    if place is None:
        source = (
            {name: getattr(desk, name) for name in ("name", "address", "lat", "lon")}
            if desk
            else {}
        )
        return {f"place_{name}": value for name, value in source.items()}
    found = dict(place)
    known = Place.objects.filter(organization=membership.organization, name=place["name"]).first()
    if known is not None:
        found["area"] = known.area
        found["address"] = place["address"] or known.address
        if place["lat"] is None or place["lon"] is None:
            found |= {"lat": known.lat, "lon": known.lon}
    return {f"place_{name}": value for name, value in found.items()}


def _wishes(entries: list[dict[str, Any]], field: str, membership: Membership) -> list[Wish]:
    wanted = {entry["volunteer_id"] for entry in entries if entry["volunteer_id"]}
    people = _nameable(membership).in_bulk(wanted)
    wishes = []
    for index, entry in enumerate(entries):
        kind, value, pk = entry["kind"], entry["value"], entry["volunteer_id"]
        if pk is not None and pk not in people:
            text = serializers.ErrorDetail("この通訳者はいません。", code="unknown_volunteer")
            raise serializers.ValidationError({f"requirements.{index}.volunteer_id": [text]})
        if kind == Requirement.Kind.QUALIFIED:
            value = value or field
        # people to be avoided are always avoided, as on the form
        hard = entry["hard"] or kind == Requirement.Kind.EXCLUDED
        wishes.append(Wish(kind, hard, value, people[pk] if pk else None))
    return wishes


def _nameable(membership: Membership) -> VolunteerQuerySet:
    """Whom a wish may name: anybody of the organization, for a requester whoever came before."""
    people = Volunteer.objects.of(membership.organization)
    if membership.role != Role.REQUESTER:
        return people
    came = Assignment.objects.filter(request__body_id=membership.requesting_body_id)
    return people.filter(pk__in=came.values("volunteer_id"))
