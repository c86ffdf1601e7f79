"""Requests, offers, assignments and candidates on the wire, as the API shows them.

Codes are those of the models; instants carry their offset. What a role must not see is null:
offers for a requester, what was said for an accountant.
"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api_fields import InstantField, KeyField, NumberField
from accounts.models import Role
from dispatch.board import rungs_of
from dispatch.models import Assignment, Mode, Offer, Request, Requirement, Urgency
from dispatch.neighbours import name_on
from dispatch.policy import KINDS
from volunteers.models import Field

NEXT_ACTIONS = serializers.ChoiceField(choices=Request.NextAction.choices[1:], allow_null=True)


class ReasonSerializer(serializers.Serializer):
    """Why, or why not; `for` is true for a reason in favour."""

    code = serializers.CharField()
    text = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        """`for` is a word of the language, so it cannot be an attribute."""
        return {**super().get_fields(), "for": serializers.BooleanField()}


class PlaceSerializer(serializers.Serializer):
    """Where: degrees (WGS 84), null if unknown."""

    name = serializers.CharField(max_length=120)
    address = serializers.CharField(default="", allow_blank=True, max_length=200)
    lat = NumberField(default=None, allow_null=True, min_value=-90, max_value=90)
    lon = NumberField(default=None, allow_null=True, min_value=-180, max_value=180)


class RungSerializer(serializers.Serializer):
    """The step of the ladder that the request has reached."""

    kind = serializers.ChoiceField(choices=KINDS)
    label = serializers.CharField()  # type: ignore[assignment]
    index = serializers.IntegerField()


class StepSerializer(RungSerializer):
    """A step of the ladder and where the request is: `skipped` ones could not serve, or were jumped."""

    state = serializers.ChoiceField(choices=["done", "current", "waiting", "skipped"])


class RequirementSerializer(serializers.Serializer):
    """条件: hard (must) or soft (rather)."""

    kind = serializers.ChoiceField(choices=Requirement.Kind.choices)
    hard = serializers.BooleanField()
    value = serializers.CharField(allow_blank=True)
    volunteer_id = KeyField(allow_null=True)


class OfferSerializer(serializers.Serializer):
    """打診. `late` is a yes that came after the seats were taken."""

    id = KeyField()
    request_id = KeyField()
    volunteer_id = KeyField()
    volunteer_name = serializers.SerializerMethodField(
        help_text="Of a neighbour's volunteer only after accepting."
    )
    state = serializers.ChoiceField(choices=Offer.State.choices)
    wave = serializers.IntegerField(source="wave.number", allow_null=True, default=None)
    rank = serializers.IntegerField()
    chance = serializers.FloatField()
    reasons = ReasonSerializer(many=True)
    remote = serializers.BooleanField()
    created_at = InstantField()
    sent_at = InstantField(allow_null=True)
    seen_at = InstantField(allow_null=True)
    answered_at = InstantField(allow_null=True)
    expires_at = InstantField()
    rings_until = InstantField(
        allow_null=True, help_text="On call: until when the telephone rings or rang, if unanswered."
    )
    via = serializers.SerializerMethodField()
    decline_reason = serializers.CharField(allow_blank=True)
    late = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=Offer.Via.choices, allow_null=True))
    def get_via(self, offer: Offer) -> str | None:
        """How the answer came."""
        return offer.answered_via or None

    def get_volunteer_name(self, offer: Offer) -> str:
        """The name under which the asking desk knows the person."""
        return name_on(offer)

    def get_late(self, offer: Offer) -> bool:
        """A yes after it was filled."""
        return offer.late_yes_at is not None


class AssignmentSerializer(serializers.Serializer):
    """派遣: who holds a seat. A requester sees the name that residents see."""

    id = KeyField()
    request_id = KeyField()
    volunteer_id = KeyField()
    volunteer_name = serializers.SerializerMethodField()
    offer_id = KeyField(allow_null=True)
    seat = serializers.IntegerField()
    remote = serializers.BooleanField()
    state = serializers.ChoiceField(choices=Assignment.State.choices)
    created_at = InstantField()
    ended_at = InstantField(allow_null=True)
    end_reason = serializers.SerializerMethodField()

    def get_end_reason(self, assignment: Assignment) -> str:
        """Why it ended, in the volunteer's own words: for staff only."""
        return "" if role_of(self) == Role.REQUESTER else assignment.end_reason

    def get_volunteer_name(self, assignment: Assignment) -> str:
        """The full name for staff only."""
        volunteer = assignment.volunteer
        return volunteer.pseudonym if role_of(self) == Role.REQUESTER else volunteer.name


class RequestSerializer(serializers.Serializer):
    """依頼. `next_action` and `next_action_at` say what happens to it by itself, and when."""

    id = KeyField()
    number = serializers.CharField()
    status = serializers.ChoiceField(choices=Request.Status.choices)
    language = serializers.CharField(help_text="BCP 47")
    mode = serializers.ChoiceField(choices=Mode.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    field = serializers.ChoiceField(choices=Field.choices)
    starts_at = InstantField()
    ends_at = InstantField()
    seats = serializers.IntegerField()
    place = serializers.SerializerMethodField()
    desk_id = KeyField(allow_null=True)
    body = serializers.SerializerMethodField(help_text="Name of the requesting body.")
    contact_name = serializers.CharField(allow_blank=True)
    contact_phone = serializers.CharField(allow_blank=True)
    payer = serializers.ChoiceField(choices=Request.Payer.choices)
    sensitivity = serializers.ChoiceField(choices=Request.Sensitivity.choices, allow_null=True)
    note = serializers.CharField(allow_null=True)
    resident_name = serializers.CharField(allow_null=True)
    requirements = RequirementSerializer(many=True, allow_null=True)
    rung = serializers.SerializerMethodField()
    ladder = serializers.SerializerMethodField()
    follow_up_of_id = KeyField(allow_null=True)
    device_used_at = InstantField(allow_null=True)
    waves_stopped = serializers.BooleanField()
    next_action = serializers.SerializerMethodField()
    next_action_at = InstantField(allow_null=True)
    opened_at = InstantField()
    closed_at = InstantField(allow_null=True)
    cancelled_by = serializers.SerializerMethodField()
    cancel_reason = serializers.CharField()
    version = serializers.IntegerField()
    offers = OfferSerializer(many=True, allow_null=True)
    assignments = AssignmentSerializer(many=True)

    def to_representation(self, instance: Request) -> dict[str, Any]:
        """The request without what the reader's role must not see."""
        shown: dict[str, Any] = super().to_representation(instance)
        role = role_of(self)
        if role == Role.REQUESTER:
            shown["offers"] = None
        if role == Role.ACCOUNTANT:
            for name in ("note", "resident_name", "requirements", "sensitivity"):
                shown[name] = None
        return shown

    @extend_schema_field(PlaceSerializer(allow_null=True))
    def get_place(self, request: Request) -> dict[str, Any] | None:
        """Where, or null if nobody said."""
        if not request.place_name and not request.place_address:
            return None
        return {
            name: getattr(request, f"place_{name}") for name in ("name", "address", "lat", "lon")
        }

    def get_body(self, request: Request) -> str | None:
        """Who asks."""
        return request.body.name if request.body else None

    @extend_schema_field(RungSerializer(allow_null=True))
    def get_rung(self, request: Request) -> dict[str, Any] | None:
        """The present step of the ladder."""
        rung = request.current_rung
        if not rung:
            return None
        return {"kind": rung["kind"], "label": rung["label"], "index": request.rung}

    @extend_schema_field(StepSerializer(many=True))
    def get_ladder(self, request: Request) -> list[dict[str, Any]]:
        """All steps, in order."""
        names = ("kind", "label", "index", "state")
        return [{name: getattr(rung, name) for name in names} for rung in rungs_of(request)]

    @extend_schema_field(NEXT_ACTIONS)
    def get_next_action(self, request: Request) -> str | None:
        """What happens next by itself."""
        return request.next_action or None

    @extend_schema_field(
        serializers.ChoiceField(choices=Request.CancelledBy.choices, allow_null=True)
    )
    def get_cancelled_by(self, request: Request) -> str | None:
        """Who called it off."""
        return request.cancelled_by or None


class CandidateSerializer(serializers.Serializer):
    """候補: somebody who passes every hard rule. `chance` of a yes, 0 to 1."""

    volunteer_id = KeyField()
    name = serializers.CharField()
    number = serializers.IntegerField()
    rank = serializers.IntegerField()
    chance = serializers.FloatField()
    travel_minutes = serializers.IntegerField()
    reasons = ReasonSerializer(many=True)


class ExcludedSerializer(serializers.Serializer):
    """Somebody who speaks the language but is just excluded, and why."""

    volunteer_id = KeyField()
    name = serializers.CharField()
    reasons = ReasonSerializer(many=True)


class RankingSerializer(serializers.Serializer):
    """Candidates, best first. `able` counts all of them, also those beyond `limit`."""

    results = CandidateSerializer(many=True)
    excluded = ExcludedSerializer(many=True)
    able = serializers.IntegerField()


class OfferListSerializer(serializers.Serializer):
    """Offers of one request, oldest first."""

    results = OfferSerializer(many=True)


class AcceptedSerializer(serializers.Serializer):
    """The seat is yours, also when it was before."""

    outcome = serializers.ChoiceField(choices=["yours"])
    offer = OfferSerializer()
    assignment = AssignmentSerializer()


class DeclinedSerializer(serializers.Serializer):
    """The no is noted."""

    outcome = serializers.ChoiceField(choices=["declined"])
    offer = OfferSerializer()


def role_of(serializer: serializers.BaseSerializer) -> str:
    """The role of whoever reads."""
    return str(serializer.context["view"].membership.role)
