"""What a job would pay if it goes as planned, for the page that asks a volunteer.

The tariff of the day of the job, the way it is asked for and the booked length; transport is said
to come on top where the tariff pays it. Nothing is promised: the report decides.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.times import local
from dispatch.models import Mode, Request
from honoraria.pricing import booked_activity, version_for, versions_of
from honoraria.tariff import TariffError, price


def estimate(request: Request, *, remote: bool = False) -> str | None:
    """«3,000円» or «3,000円＋交通費» in the active language; None when no amount can be given.

    ``remote``: the job on site is asked for by video, and priced like that (as the report will be).
    """
    began = local(request.starts_at)
    mode = Mode(request.mode)
    if remote and not mode.is_remote:
        mode = Mode.VIDEO
    version = version_for(versions_of(request.organization), mode, began.date())
    if version is None:
        return None
    try:
        priced = price(version.rules, booked_activity(request, mode))
    except TariffError:
        return None
    paid_apart = version.rules["transport"]["kind"] in {"actual", "actual_capped", "per_km"}
    text = _("%(yen)s円＋交通費") if paid_apart and not mode.is_remote else _("%(yen)s円")
    return text % {"yen": f"{priced.total:,}"}
