"""The files of a claim as exports: asked for, made at once or in the background, each recorded.

A run names the programme, the submitted claim or none (a draft of what is there when it is made),
and for statements the place of one municipality. Everything else is read when the file is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from accounts.errors import ActionError
from accounts.models import User
from honoraria.exporting import runs
from honoraria.exporting.makers import Maker, Progress
from honoraria.grants.content import Content, content_of
from honoraria.grants.evidence import write_evidence
from honoraria.grants.statements import shares_in, statements_pdf, write_statements
from honoraria.grants.workbook import write_workbook
from honoraria.models import Claim, ExportRun, Programme

WORKBOOK, EVIDENCE, STATEMENTS = "workbook", "evidence", "statements"
KINDS = {WORKBOOK: ("xlsx",), EVIDENCE: ("pdf", "zip"), STATEMENTS: ("pdf", "xlsx")}
DATASETS = {WORKBOOK: "claim_workbook", EVIDENCE: "claim_evidence", STATEMENTS: "claim_statements"}
# how many lines are made while somebody waits
AT_ONCE = {WORKBOOK: runs.SMALL, EVIDENCE: 20, STATEMENTS: runs.SMALL}


def ask(
    programme: Programme,
    claim: Claim | None,
    what: str,
    kind: str,
    *,
    place: int | None = None,
    by: User,
    at: datetime,
) -> ExportRun:
    """Ask for a file; a small one is made before this returns.

    Raises ActionError: no_kind, tampered, no_shares, no_place.
    """
    if kind not in KINDS.get(what, ()):
        raise ActionError("no_kind", "ファイルの形式を選んでください。", field="kind")
    content = content_of(programme, claim, at)
    if what == STATEMENTS:
        shares_in(content, place)
    expected = len(content.counted)
    run = ExportRun(
        organization=programme.organization,
        dataset=DATASETS[what],
        filter=_filter(content, place),
        kind=kind,
        name=_name(content, what, kind, place),
        rows_expected=expected,
        created_at=at,
        created_by=by,
    )
    return runs.begin(run, at_once=expected <= AT_ONCE[what])


def _filter(content: Content, place: int | None) -> dict[str, Any]:
    claim = content.claim
    found: dict[str, Any] = {
        "programme": content.programme.pk,
        "claim": claim.pk if claim else None,
        "words": f"{content.title}　{content.mark}",
    }
    return found | ({"place": place} if place else {})


def _name(content: Content, what: str, kind: str, place: int | None) -> str:
    which = f"-{place}" if place else ""
    return f"{DATASETS[what].replace('_', '-')}-{content.file_part}{which}.{kind}"


def _content(run: ExportRun) -> Content:
    """What the run is about, read anew inside its own organization."""
    wanted: Mapping[str, Any] = run.filter
    programme = Programme.objects.select_related("organization").get(
        pk=wanted["programme"], organization=run.organization_id
    )
    claims = programme.claims.select_related("submitted_by")
    claim = claims.get(pk=wanted["claim"]) if wanted["claim"] else None
    return content_of(programme, claim, run.created_at)


def _workbook(run: ExportRun, file: IO[bytes], progress: Progress) -> None:
    content = _content(run)
    progress(0)
    write_workbook(content, file)
    progress(len(content.counted))


def _evidence(run: ExportRun, file: IO[bytes], progress: Progress) -> None:
    write_evidence(_content(run), run.kind, file, progress, run.created_at)


def _statements(run: ExportRun, file: IO[bytes], progress: Progress) -> None:
    content, place = _content(run), run.filter.get("place")
    if run.kind == "pdf":
        file.write(statements_pdf(content, place, run.created_at))
    else:
        write_statements(content, place, file)
    progress(len(content.counted))


def _words(run: ExportRun) -> str:
    return str(run.filter["words"])


MAKERS = {
    DATASETS[WORKBOOK]: Maker("実績報告の集計表", _words, _workbook),
    DATASETS[EVIDENCE]: Maker("証拠書類", _words, _evidence),
    DATASETS[STATEMENTS]: Maker("市町村ごとの明細", _words, _statements),
}
