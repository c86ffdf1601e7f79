"""Publishing a new text of the pledge. A version that somebody may have signed never changes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.errors import ActionError
from accounts.models import Organization, User
from volunteers.models import Pledge, Registration


def publish_pledge(
    organization: Organization,
    *,
    version: str,
    text: str,
    text_simple: str = "",
    text_en: str = "",
    by: User | None,
    at: datetime,
) -> Pledge:
    """Keep the text under a version of its own and make it the one that is signed from now on.

    Raises ActionError version_taken: published, or signed already under the common text.
    """
    with transaction.atomic():
        present = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        published = Pledge.objects.filter(organization=present, version=version)
        signed = Registration.objects.filter(
            volunteer__organization=present, pledge_version=version, pledged_on__isnull=False
        )
        if published.exists() or signed.exists():
            text_ja = "この版はすでに使われています。新しい版の名前を付けてください。"
            raise ActionError("version_taken", text_ja, field="version")
        made = Pledge.objects.create(
            organization=present,
            version=version,
            text=text,
            text_simple=text_simple,
            text_en=text_en,
            created_at=at,
        )
        present.pledge_version = organization.pledge_version = version
        present.save(update_fields=["pledge_version"])
        audit.record(
            f"organization:{present.pk}",
            "organization.pledge_published",
            organization=present,
            by=by,
            at=at,
            version=version,
        )
    return made
