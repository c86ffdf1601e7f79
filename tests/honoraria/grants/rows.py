"""Rows of grants for tests: a programme with terms, costs with papers, entries that are settled."""

from __future__ import annotations

import hashlib
import io
from datetime import date, timedelta
from typing import Any

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from accounts.models import Organization, User
from accounts.times import instant
from honoraria.grants.claim import digest, picture, snapshot_of
from honoraria.models import (
    Claim,
    Cost,
    CostDocument,
    Honorarium,
    Programme,
    ProgrammeTerms,
    Tag,
)
from tests import factories

DAY = date(2026, 11, 20)


def programme(organization: Organization, *, year: int = 2026, **more: Any) -> Programme:
    """運営 1/2 of fiscal year 2026, decided on 1 April with a ceiling of 10,000,000 yen."""
    name = more.pop("name", "外国人受入環境整備交付金")
    made = Programme.objects.create(
        organization=organization, fiscal_year=year, kind="operating", name=name
    )
    values: dict[str, Any] = {
        "cap": 10_000_000,
        "decided_amount": 8_000_000,
        "decided_on": date(year, 4, 1),
    }
    values |= more
    ProgrammeTerms.objects.create(
        programme=made, number=1, created_at=factories.NOW, created_by=person(), **values
    )
    return made


def person() -> User:
    return factories.UserFactory()


def cost(organization: Organization, *, state: str = "draft", **more: Any) -> Cost:
    """A month's rent of a translating device, paid, with consumption tax."""
    values: dict[str, Any] = {
        "category": "rent",
        "description": "翻訳機の賃借料",
        "vendor": "みなとリース",
        "used_on": DAY,
        "paid_on": DAY,
        "amount": 22_000,
        "consumption_tax": 2_000,
        "created_at": factories.NOW,
        "created_by": more.get("created_by") or person(),
    }
    if state == "approved":
        values |= {"approved_at": factories.NOW, "approved_by": person()}
    values |= more
    values.setdefault("booked_on", values["used_on"])
    return Cost.objects.create(organization=organization, state=state, **values)


def document(of: Cost) -> CostDocument:
    content = pdf()
    return CostDocument.objects.create(
        cost=of,
        name="領収書.pdf",
        content=content,
        content_type="application/pdf",
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=factories.NOW,
        uploaded_by=of.created_by,
    )


def claim(of: Programme) -> Claim:
    """Something that was submitted, without lines."""
    snapshot = snapshot_of(picture(of), [], factories.NOW) | {"lines": []}
    return Claim.objects.create(
        programme=of,
        terms=of.terms.first(),
        number=1,
        eligible=0,
        amount=0,
        snapshot=snapshot,
        sha256=digest(snapshot),
        submitted_at=factories.NOW,
        submitted_by=person(),
    )


def entry(organization: Organization, *, on: date = DAY, **more: Any) -> Honorarium:
    """An approved entry: 3,000 yen and 460 yen of transport, at a desk unless ``desk=None``."""
    desk = more.pop("desk", "窓口")
    payer = more.pop("payer", "organization")
    start = instant(on, 14 * 60)
    request = factories.RequestFactory(
        organization=organization,
        status="filled",
        starts_at=start,
        ends_at=start + timedelta(minutes=90),
        opened_at=start - timedelta(days=7),
        desk=factories.DeskFactory(organization=organization, name=desk) if desk else None,
        payer=payer,
    )
    assignment = {"assignment__request": request}
    if volunteer := more.pop("volunteer", None):
        assignment["assignment__volunteer"] = volunteer
    report = factories.ReportFactory(
        **assignment, state="confirmed", confirmed_at=start + timedelta(days=1)
    )
    values = {"state": "approved", "activity_date": on, "approved_at": factories.NOW}
    return factories.HonorariumFactory(report=report, **(values | more))


def reversal(of: Honorarium, **more: Any) -> Honorarium:
    """Takes an entry back."""
    return Honorarium.objects.create(
        organization=of.organization,
        volunteer=of.volunteer,
        assignment=of.assignment,
        report=of.report,
        tariff_version=of.tariff_version,
        kind="reversal",
        corrects=of,
        activity_date=of.activity_date,
        booked_on=of.booked_on,
        minutes=-of.minutes,
        fee=-of.fee,
        transport=-of.transport,
        total=-of.total,
        paid_by=of.paid_by,
        **{"state": "approved", "created_at": factories.NOW, **more},
    )


def judged(of: Programme, what: Honorarium | Cost, *share: int, **more: Any) -> Tag:
    """A tag: 1/1 unless said otherwise."""
    top, bottom = share or (1, 1)
    name = "cost" if isinstance(what, Cost) else "honorarium"
    values = {"reason": "desk_work", "decided_at": factories.NOW, "decided_by": person()}
    return Tag.objects.create(
        programme=of, numerator=top, denominator=bottom, **{name: what}, **(values | more)
    )


def pdf(pages: int = 1, script: str = "", password: str = "") -> bytes:
    """A PDF with blank pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject(script),
            }
        )
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(action)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return out.getvalue()
