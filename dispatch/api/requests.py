"""Requests in the API: list, open, look at, cancel, and who could come.

A requester opens and sees requests of its own body only; an accountant reads.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response

from accounts.access import ANYBODY, STAFF
from accounts.api import ApiView, ListView
from accounts.clock import database_now
from accounts.idempotency import idempotent
from accounts.models import Membership, Role
from dispatch.access import get_request_for, visible_requests
from dispatch.actions.requests import cancel_request, open_request
from dispatch.actions.rungs import open_rung
from dispatch.api.inputs import (
    CancellationSerializer,
    CandidateFilterSerializer,
    NewRequestSerializer,
    RequestFilterSerializer,
    RungChoiceSerializer,
    draft_of,
)
from dispatch.api.values import RankingSerializer, RequestSerializer
from dispatch.candidates import find_candidates
from dispatch.match_values import Candidate, Exclusion
from dispatch.models import Assignment, Offer, Request
from dispatch.models.requests import RequestQuerySet

OPENERS = STAFF | {Role.REQUESTER}


class RequestList(ListView):
    """Requests of the organization."""

    allowed = {"GET": ANYBODY, "POST": OPENERS}

    @extend_schema(
        operation_id="requests_list",
        parameters=[RequestFilterSerializer],
        responses=RequestSerializer(many=True),
    )
    def get(self, request: ApiRequest) -> Response:
        """Requests that the token may see, the latest start first."""
        lookups = {"starts_after": "starts_at__gte", "starts_before": "starts_at__lt"}
        wanted = {
            lookups.get(name, name): value
            for name, value in self.read_query(RequestFilterSerializer).items()
        }
        found = visible_requests(self.membership).filter(**wanted)
        return self.show_page(RequestSerializer, with_people(found).order_by("-starts_at", "-id"))

    @extend_schema(
        operation_id="requests_create",
        request=NewRequestSerializer,
        responses={201: RequestSerializer},
    )
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Open a request; its first offers leave by themselves."""
        at = database_now()
        data = self.read(NewRequestSerializer, at=at)
        with transaction.atomic():
            draft = draft_of(data, self.membership)
            opened = open_request(self.membership.organization, draft, by=self.user, at=at)
        return self.show(RequestSerializer, fresh(self.membership, opened.pk), status=201)


class RequestDetail(ApiView):
    """One request."""

    allowed = {"GET": ANYBODY}

    @extend_schema(operation_id="requests_get", responses=RequestSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        """A request with its status, rung, next action, offers and assignments."""
        return self.show(RequestSerializer, fresh(self.membership, pk))


class RequestCancel(ApiView):
    """Calling a request off."""

    allowed = {"POST": STAFF}

    @extend_schema(
        operation_id="requests_cancel", request=CancellationSerializer, responses=RequestSerializer
    )
    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Cancel the request; everybody asked or booked is told."""
        found = get_request_for(self.membership, pk)
        data = self.read(CancellationSerializer)
        cancel_request(found, **data, by=self.user, at=database_now())
        return self.show(RequestSerializer, fresh(self.membership, pk))


class RequestRung(ApiView):
    """The coordinator's hand on the ladder."""

    allowed = {"POST": STAFF}

    @extend_schema(
        operation_id="requests_rung", request=RungChoiceSerializer, responses=RequestSerializer
    )
    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Go on to a later step, or back to an earlier one; 409 `rung_moved` if it has changed."""
        found = get_request_for(self.membership, pk)
        data = self.read(RungChoiceSerializer)
        open_rung(found, **data, by=self.user, at=database_now())
        return self.show(RequestSerializer, fresh(self.membership, pk))


class RequestCandidates(ApiView):
    """Who could come."""

    allowed = {"GET": STAFF}

    @extend_schema(
        operation_id="requests_candidates",
        parameters=[CandidateFilterSerializer],
        responses=RankingSerializer,
    )
    def get(self, request: ApiRequest, pk: int) -> Response:
        """Candidates in order with reasons, and people who are just excluded."""
        found = get_request_for(self.membership, pk)
        query = self.read_query(CandidateFilterSerializer)
        ranking = find_candidates(
            found,
            at=database_now(),
            limit=query["limit"],
            remote=query["remote"] or None,
            skip_asked=False,
        )
        shown = [_candidate(candidate) for candidate in ranking.candidates]
        excluded = [_with_reasons(exclusion) for exclusion in ranking.excluded]
        answer = {"results": shown, "excluded": excluded, "able": ranking.able}
        return self.show(RankingSerializer, answer)


def _with_reasons(person: Candidate | Exclusion) -> dict[str, Any]:
    return {
        "volunteer_id": person.volunteer_id,
        "name": person.name,
        "reasons": [reason.as_json() for reason in person.reasons],
    }


def _candidate(person: Candidate) -> dict[str, Any]:
    names = ("number", "rank", "chance", "travel_minutes")
    return _with_reasons(person) | {name: getattr(person, name) for name in names}


def with_people(requests: RequestQuerySet) -> RequestQuerySet:
    """With offers, assignments and wishes, in a constant number of statements."""
    return requests.select_related("body").prefetch_related(
        "requirements",
        Prefetch(
            "offers", Offer.objects.select_related("volunteer__organization", "wave").order_by("id")
        ),
        Prefetch("assignments", Assignment.objects.select_related("volunteer")),
    )


def fresh(membership: Membership, pk: int) -> Request:
    """The request as it is now in the database, with its people; 404 for strangers."""
    get_request_for(membership, pk)
    return with_people(Request.objects.filter(pk=pk)).get()
