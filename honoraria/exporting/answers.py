"""A finished file as an answer: piece by piece from the database, in constant memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import datetime

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse

from accounts.models import User
from honoraria.exporting import runs
from honoraria.models import ExportPiece, ExportRun

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX_TYPE, "pdf": "application/pdf", "zip": "application/zip"}


def content_type(run: ExportRun) -> str:
    """The type of a run's file."""
    if run.kind in TYPES:
        return TYPES[run.kind]
    charset = "Shift_JIS" if run.mapping.get("encoding") == "cp932" else "utf-8"
    return f"text/csv; charset={charset}"


def file_answer(
    request: HttpRequest, run: ExportRun, *, by: User, at: datetime
) -> StreamingHttpResponse:
    """The file; recorded before the first byte leaves. Raises ActionError: not_ready, expired."""
    run = runs.fetch(run, by=by, at=at)
    # an answer with an ordinary iterator would be read into memory as a whole under ASGI
    pieces = _pieces_async(run) if hasattr(request, "scope") else _pieces(run)
    answer = StreamingHttpResponse(pieces, content_type=content_type(run))
    answer["Content-Length"] = str(run.size)
    answer["Content-Disposition"] = f'attachment; filename="{run.name}"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _piece(run: ExportRun, number: int) -> bytes | None:
    found = ExportPiece.objects.filter(run=run, number=number).values_list("content", flat=True)
    content = found.first()
    return None if content is None else bytes(content)


def _pieces(run: ExportRun) -> Iterator[bytes]:
    number = 0
    while (content := _piece(run, number)) is not None:
        yield content
        number += 1


async def _pieces_async(run: ExportRun) -> AsyncIterator[bytes]:
    number = 0
    while (content := await sync_to_async(_piece)(run, number)) is not None:
        yield content
        number += 1
