"""応援: whose volunteers may be asked besides our own, and what we may see of them.

Only an agreed agreement lets a request be shown to another organization's people, only for the
languages it names. Until one of them accepts, the borrowing desk sees a pseudonym and the lender's
name; the lender sees nothing of the request. Reads only.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from accounts.models import Organization
from dispatch import matching
from dispatch.candidate_rows import Search, load
from dispatch.candidates import need_of
from dispatch.ladder import serves_language
from dispatch.match_values import Candidate, Person, Ranking, Reason
from dispatch.models import Offer, Request, SharingAgreement
from dispatch.policy import DEFAULT, Policy, merged
from dispatch.reaching import may_be_asked
from volunteers import languages
from volunteers.models import Volunteer

MOST = 2000
"""More people who said yes to neighbours are not loaded from one organization."""
WAYS = (
    "channel", "other_channels", "muted", "mobile", "phone", "email", "line_id", "user_id",
    "sms_stopped_at", "contact_wrong_at",
)  # fmt: skip
"""What decides whether somebody can be asked by a message (`dispatch.reaching`)."""
TOLD = {"language", "dialect", "qualified", "on_call"}
"""Codes of reasons that the borrowing desk may read; the others tell of the lender's affairs."""


def lenders_for(organization: Organization | int, language: str) -> list[int]:
    """Ids of the organizations whose volunteers may be asked for the language, oldest first."""
    key = organization if isinstance(organization, int) else organization.pk
    found = SharingAgreement.objects.filter(
        borrower_id=key, state=SharingAgreement.State.AGREED
    ).order_by("agreed_at", "id")
    return [one.lender_id for one in found if serves_language(one.languages, language)]


def borrowers_of(organization_id: int) -> list[int]:
    """Ids of the organizations that may ask this one's volunteers, in whatever language."""
    found = SharingAgreement.objects.filter(
        lender_id=organization_id, state=SharingAgreement.State.AGREED
    )
    return list(found.order_by("borrower_id").values_list("borrower_id", flat=True).distinct())


def find_neighbours(
    request: Request, *, at: datetime, limit: int = 50, policy: Policy | None = None
) -> Ranking:
    """The lenders' people who may be asked by video, ranked together, without their names.

    Only those who said yes to it and can be reached by a message; nobody excluded is named.
    """
    search = Search(
        need=need_of(request, remote=True),
        organization_id=0,
        at=at,
        policy=merged(DEFAULT, policy or request.policy),
        request_id=request.pk,
        tags=tuple(tag for tag, _ in languages.covering_tags(request.language)),
    )
    people: list[Person] = []
    for lender in lenders_for(request.organization_id, request.language):
        willing = Volunteer.objects.filter(
            organization_id=lender,
            accepts_neighbours=True,
            accepts_video=True,
            skills__language__in=search.tags,
        )
        told = willing.exclude(channel=Volunteer.Channel.HAND).only(*WAYS).distinct()
        ids = [person.pk for person in told.order_by("pk")[:MOST] if may_be_asked(person)]
        if ids:
            people += load(replace(search, organization_id=lender), ids)
    ranking = matching.rank(search.need, people, at=at, policy=search.policy, limit=limit)
    shown = [_unnamed(candidate) for candidate in ranking.candidates]
    return replace(ranking, candidates=shown, excluded=[])


def _unnamed(candidate: Candidate) -> Candidate:
    reasons = [reason for reason in candidate.reasons if reason.code in TOLD]
    lent = Reason("neighbour", "応援協定の団体のボランティア（映像）", True)
    return replace(candidate, name=f"通訳 {candidate.number}番", reasons=(lent, *reasons))


def may_serve(volunteer: Volunteer, request: Request) -> bool:
    """Our own volunteer, or one of a lender whose agreement still holds."""
    if not is_lent(volunteer, request.organization_id):
        return True
    return volunteer.organization_id in lenders_for(request.organization_id, request.language)


def is_lent(volunteer: Volunteer, organization_id: int) -> bool:
    """Somebody else's volunteer, as seen from an organization."""
    return volunteer.organization_id != organization_id


def hidden_name(volunteer: Volunteer) -> str:
    """A lent volunteer before accepting: «通訳 12番（山手町国際交流協会）»."""
    return f"通訳 {volunteer.number}番（{volunteer.organization.name}）"


def name_on(offer: Offer) -> str:
    """The name under which the asking desk sees whoever was asked.

    The full name for its own people and for whoever accepted. Reads ``offer.request``,
    ``offer.volunteer`` and, for a lent person, the lender.
    """
    lent = is_lent(offer.volunteer, offer.request.organization_id)
    if lent and offer.state != Offer.State.ACCEPTED:
        return hidden_name(offer.volunteer)
    return offer.volunteer.name
