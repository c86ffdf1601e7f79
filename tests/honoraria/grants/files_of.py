"""A joint programme with everything that a file of a claim can hold, and how tests ask for files."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from typing import Any

from PIL import Image

from accounts.models import Organization, User
from honoraria.grants import actions
from honoraria.grants.claim import picture
from honoraria.grants.remarks import remarks
from honoraria.models import Claim, Closing, Cost, CostDocument, ExportRun, Municipality, Programme
from interpreting.models import Receipt
from tests.factories import NOW
from tests.honoraria.grants import rows
from tests.honoraria.grants.claiming import pay

UGLY = '=HYPERLINK("http://evil.example","請求書")'


def grant(city: Organization) -> Programme:
    """Two municipalities, three entries (one reversed by half), four costs, one of them not."""
    made = rows.programme(city, method="joint")
    for position, (name, residents) in enumerate((("みなと市", 1_532), ("山手町", 148))):
        Municipality.objects.create(
            programme=made,
            name=name,
            position=position,
            foreign_residents=residents,
            population=residents * 40,
            reference_date=date(2026, 1, 1),
        )
    paid, shared, waiting = (rows.entry(city, on=date(2026, month, 9)) for month in (6, 8, 11))
    pay(paid, method="cash", receipt=NOW)
    pay(shared, sha256="ab" * 32)
    for entry, share in ((paid, (1, 1)), (shared, (1, 3)), (waiting, (1, 1))):
        rows.judged(made, entry, *share, reason="shared" if share[1] > 1 else "desk_work")
    photo(paid.report)
    Closing.objects.create(
        organization=city,
        month=date(2026, 6, 1),
        closed_at=NOW,
        closed_by=rows.person(),
        count=1,
        total=paid.total,
    )
    for number, content in enumerate(
        (rows.pdf(3), rows.pdf(password="secret"), b"%PDF-1.4 broken")
    ):
        bought = rows.cost(city, state="approved", amount=11_001 + number, description=UGLY)
        document(bought, content)
        rows.judged(made, bought)
    rows.judged(made, rows.cost(city, state="approved"), 0, 1, reason="give_away", note="景品")
    return made


def photo(report: Any) -> Receipt:
    """A photo of a receipt, as it is stored."""
    out = io.BytesIO()
    Image.new("RGB", (900, 1200), "#cde").save(out, "JPEG")
    content = out.getvalue()
    return Receipt.objects.create(
        report=report,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=NOW,
    )


def document(of: Cost, content: bytes, **more: Any) -> CostDocument:
    """A document with this content, whatever it is."""
    values = {"name": "請求書.pdf", "content_type": "application/pdf"}
    values |= {"sha256": hashlib.sha256(content).hexdigest()} | more
    return CostDocument.objects.create(
        cost=of,
        content=content,
        uploaded_at=NOW,
        uploaded_by=of.created_by,
        **values,
    )


def submitted(of: Programme, by: User) -> Claim:
    """The claim of everything as it stands."""
    found = picture(of)
    codes = {one.code for one in remarks(found, of.claims.first())}
    seen = (found.eligible, found.grant.yen)
    return actions.submit_claim(of, accept=codes, seen=seen, by=by, at=NOW)


def bytes_of(run: ExportRun) -> bytes:
    """The file of a run that is done."""
    assert run.state == ExportRun.State.DONE, run.error
    content = b"".join(bytes(one.content) for one in run.pieces.order_by("number"))
    assert hashlib.sha256(content).hexdigest() == run.sha256
    return content
