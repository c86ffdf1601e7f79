"""Offers in the API: ask chosen people, and write down what they answered.

An acceptance that comes too late is answered with 409 and code ``too_late``, and kept as standby;
the winner's same answer again gets the same 200.
"""

from __future__ import annotations

from datetime import datetime

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request as ApiRequest
from rest_framework.response import Response
from rest_framework.serializers import ErrorDetail, ValidationError

from accounts.access import STAFF
from accounts.api import ApiView, problem
from accounts.clock import database_now
from accounts.errors import ActionError
from accounts.idempotency import idempotent
from dispatch.access import get_offer_for, get_request_for
from dispatch.actions.offers import accept_offer, decline_offer, offer_to
from dispatch.api.inputs import AnswerSerializer, NewOffersSerializer, RefusalSerializer
from dispatch.api.values import AcceptedSerializer, DeclinedSerializer, OfferListSerializer
from dispatch.candidates import find_candidates
from dispatch.match_values import Candidate
from dispatch.models import Assignment, Offer, Request
from volunteers.models import Volunteer

LOOKED_THROUGH = 500
"""Chosen people are looked for among so many candidates, as on the page."""

TOO_LATE = "すでに人数がそろっています。控えとして記録しました。"
ACCEPTED_BEFORE = "すでに決定しています。取りやめるときは、派遣を取り消してください。"
CLOSED = "この打診はもう終わっています。"


class RequestOffers(ApiView):
    """Who is asked for a request."""

    allowed = {"GET": STAFF, "POST": STAFF}

    @extend_schema(operation_id="requests_offers_list", responses=OfferListSerializer)
    def get(self, request: ApiRequest, pk: int) -> Response:
        """All offers of the request, oldest first."""
        return self._show(get_request_for(self.membership, pk))

    @extend_schema(
        operation_id="requests_offers_create",
        request=NewOffersSerializer,
        responses={201: OfferListSerializer},
    )
    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Ask chosen people at once, all or none. Whoever is being asked already stays asked."""
        found = get_request_for(self.membership, pk)
        wanted = list(dict.fromkeys(self.read(NewOffersSerializer)["volunteer_ids"]))
        if found.status != Request.Status.OPEN:
            raise ActionError("wrong_state", "この依頼は手配中ではありません。")
        asked = found.offers.open().filter(volunteer_id__in=wanted)
        open_to = set(asked.values_list("volunteer_id", flat=True))
        at = database_now()
        picked = self._pick(found, wanted, open_to, at)
        if picked:
            offer_to(found, picked, by=self.user, at=at)
        return self._show(found, wanted, status=201)

    def _pick(
        self, found: Request, wanted: list[int], open_to: set[int], at: datetime
    ) -> list[Candidate]:
        """The chosen people who may be asked; raises ValidationError with everybody else."""
        people = Volunteer.objects.of(found.organization).in_bulk(wanted)
        ranking = find_candidates(found, at=at, limit=LOOKED_THROUGH, skip_asked=False)
        able = {candidate.volunteer_id: candidate for candidate in ranking.candidates}
        against = {one.volunteer_id: one.reasons for one in ranking.excluded}
        errors = {}
        for index, pk in enumerate(wanted):
            if pk in open_to or pk in able:
                continue
            texts = [reason.text for reason in against.get(pk, ())]
            text = "、".join(texts) or "条件に合わないため、打診できません。"
            known = pk in people
            errors[f"volunteer_ids.{index}"] = ErrorDetail(
                text if known else "この通訳者はいません。",
                code="not_a_candidate" if known else "unknown_volunteer",
            )
        if errors:
            raise ValidationError(errors)
        return [able[pk] for pk in wanted if pk not in open_to]

    def _show(
        self, found: Request, only: list[int] | None = None, *, status: int = 200
    ) -> Response:
        offers = found.offers.select_related("volunteer__organization", "wave").order_by("id")
        if only is not None:
            offers = offers.open().filter(volunteer_id__in=only)
        return self.show(OfferListSerializer, {"results": offers}, status=status)


class OfferAccept(ApiView):
    """A yes, given on the telephone, at the desk, or through another system's page."""

    allowed = {"POST": STAFF}

    @extend_schema(
        operation_id="offers_accept", request=AnswerSerializer, responses=AcceptedSerializer
    )
    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Take the seat for the volunteer; 409 with code `too_late` if all seats are taken."""
        offer = get_offer_for(self.membership, pk)
        via = self.read(AnswerSerializer)["via"]
        answer = accept_offer(offer, via=via, at=database_now(), by=self.user, label=str(self.user))
        if answer.outcome != "yours" or answer.assignment is None:
            # returned, not raised: the late yes was noted and must stay
            return problem(409, "too_late", TOO_LATE)
        assignment = Assignment.objects.select_related("volunteer").get(pk=answer.assignment.pk)
        shown = {"outcome": "yours", "offer": answer.offer, "assignment": assignment}
        return self.show(AcceptedSerializer, shown)


class OfferDecline(ApiView):
    """A no."""

    allowed = {"POST": STAFF}

    @extend_schema(
        operation_id="offers_decline", request=RefusalSerializer, responses=DeclinedSerializer
    )
    @idempotent
    def post(self, request: ApiRequest, pk: int) -> Response:
        """Note the no; somebody else is asked at once."""
        offer: Offer = get_offer_for(self.membership, pk)
        data = self.read(RefusalSerializer)
        answer = decline_offer(offer, **data, at=database_now(), by=self.user, label=str(self.user))
        if answer.outcome == "yours":
            raise ActionError("already_accepted", ACCEPTED_BEFORE)
        if answer.outcome != "declined":
            raise ActionError("closed", CLOSED)
        return self.show(DeclinedSerializer, {"outcome": "declined", "offer": answer.offer})
