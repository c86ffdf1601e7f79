"""応援: whose volunteers may be asked besides our own, and what we may see of them.

Only an agreed agreement lets a request be shown to another organization's people, only for the
languages it names. Until one of them accepts, the borrowing desk sees a pseudonym and the lender's
name; the lender sees nothing of the request. Reads only.
"""

from __future__ import annotations

from accounts.models import Organization
from dispatch.ladder import serves_language
from dispatch.models import Offer, SharingAgreement
from volunteers.models import Volunteer


def lenders_for(organization: Organization | int, language: str) -> list[int]:
    """Ids of the organizations whose volunteers may be asked for the language, oldest first."""
    key = organization if isinstance(organization, int) else organization.pk
    found = SharingAgreement.objects.filter(
        borrower_id=key, state=SharingAgreement.State.AGREED
    ).order_by("agreed_at", "id")
    return [one.lender_id for one in found if serves_language(one.languages, language)]


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
