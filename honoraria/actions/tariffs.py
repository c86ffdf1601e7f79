"""Making and changing tariffs. What priced an approved entry or an issued charge never changes.

It is succeeded: a new version closes the one before it on the day before; two versions never hold on one day.
Drafts that a change concerns are priced anew in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts.audit import record
from accounts.errors import ActionError
from accounts.models import Organization, User
from honoraria.actions.cancelling import price_again
from honoraria.actions.drafting import put_price
from honoraria.charges.actions import reprice_charges
from honoraria.closing.books import lock_books
from honoraria.models import Charge, Honorarium, Tariff, TariffVersion, Tax, TransportTo
from honoraria.pricing import Unpriced, price_report
from honoraria.tariff import Rules, validate
from interpreting.models import Report

IN_USE = (
    "承認済みの謝礼または請求済みの料金に使われているため、変更できません。"
    "新しい版を作ってください。"
)


def create_tariff(
    organization: Organization,
    *,
    name: str,
    paid_by: str,
    priority: int,
    modes: list[str],
    valid_from: date,
    rules: Rules,
    by: User,
    at: datetime,
    code: str = "",
    tax: str = Tax.WITHHELD,
    transport_to: str = TransportTo.PERSON,
) -> TariffVersion:
    """A new tariff with its first version. Raises ActionError: bad_rules, code_taken."""
    _check(rules)
    with transaction.atomic():
        _lock_all(organization)
        tariff = Tariff.objects.create(
            organization=organization,
            code=_free_code(organization, code),
            name=name,
            priority=priority,
        )
        version = TariffVersion.objects.create(
            tariff=tariff,
            valid_from=valid_from,
            rules=rules,
            paid_by=paid_by,
            tax=tax,
            transport_to=transport_to,
            modes=modes,
        )
        repriced = _reprice(organization, valid_from, None)
        _log(version, "tariff.created", by=by, at=at, repriced=repriced)
    return version


def update_tariff(tariff: Tariff, *, name: str, priority: int, by: User, at: datetime) -> Tariff:
    """Change what is around the versions: the label, and which tariff is tried first.

    Entries keep the name under which they were priced; drafts are priced anew.
    """
    with transaction.atomic():
        _lock_all(tariff.organization)
        tariff = Tariff.objects.select_related("organization").get(pk=tariff.pk)
        before = {"name": tariff.name, "priority": tariff.priority}
        after = {"name": name, "priority": priority}
        tariff.name, tariff.priority = name, priority
        tariff.save()
        repriced = _reprice(tariff.organization, date.min, None)
        record(
            f"tariff:{tariff.pk}",
            "tariff.changed",
            organization=tariff.organization_id,
            by=by,
            at=at,
            repriced=repriced,
            changed={key: [before[key], after[key]] for key in after if before[key] != after[key]},
        )
    return tariff


def add_version(
    tariff: Tariff,
    *,
    valid_from: date,
    rules: Rules,
    by: User,
    at: datetime,
    terms: Mapping[str, Any] | None = None,
) -> TariffVersion:
    """What holds from a day on; the version that held before ends on the day before.

    ``terms``: those of `TariffVersion.TERMS` that differ from the version before; the others are
    copied from it. Raises ActionError: bad_rules, version_overlap (a later version exists, or one
    begins that day), version_in_use (approved entries lie on days that would change their rules).
    """
    _check(rules)
    with transaction.atomic():
        _lock_all(tariff.organization)
        later = tariff.versions.filter(valid_from__gte=valid_from).order_by("valid_from").first()
        if later is not None:
            raise ActionError(
                "version_overlap",
                f"{_day(later.valid_from)}から適用する版があります。それより後の日を入力してください。",
                field="valid_from",
            )
        _not_used_since(tariff, valid_from)
        last = tariff.versions.order_by("-valid_from").first()
        copied = {} if last is None else _terms(last)
        tariff.versions.in_force(valid_from).update(valid_to=valid_from - timedelta(days=1))
        version = TariffVersion.objects.create(
            tariff=tariff, valid_from=valid_from, rules=rules, **(copied | _known(terms))
        )
        repriced = _reprice(tariff.organization, valid_from, None)
        _log(version, "tariff.version_added", by=by, at=at, repriced=repriced)
    return version


def change_version(
    version: TariffVersion,
    *,
    valid_from: date,
    rules: Rules,
    by: User,
    at: datetime,
    terms: Mapping[str, Any] | None = None,
) -> TariffVersion:
    """Correct a version that no approved entry and no issued charge used.

    ``terms``: those of `TariffVersion.TERMS` that change. Raises ActionError: bad_rules,
    version_in_use, version_overlap.
    """
    _check(rules)
    tariff = version.tariff
    try:
        with transaction.atomic():
            _lock_all(tariff.organization)
            version = TariffVersion.objects.select_related("tariff__organization").get(
                pk=version.pk
            )
            if in_use(version):
                raise _in_use(version)
            first = min(version.valid_from, valid_from)
            _move_start(version, valid_from)
            version.rules = rules
            before = _terms(version)
            for name, value in _known(terms).items():
                setattr(version, name, value)
            version.save()
            repriced = _reprice(tariff.organization, first, version.valid_to)
            after = _terms(version)
            changed = {name: [before[name], after[name]] for name in after}
            changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
            _log(
                version, "tariff.version_changed", by=by, at=at, repriced=repriced, changed=changed
            )
    except IntegrityError as error:  # the exclusion constraint: two versions on one day
        text = "ほかの版と適用期間が重なっています。"
        raise ActionError("version_overlap", text, field="valid_from") from error
    return version


def in_use(version: TariffVersion) -> bool:
    """An entry or a charge that is more than a draft was priced by it."""
    return (
        version.honoraria.exclude(state=Honorarium.State.DRAFT).exists()
        or version.charges.exclude(state=Charge.State.DRAFT).exists()
    )


def _terms(version: TariffVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in TariffVersion.TERMS}


def _known(terms: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (terms or {}).items() if name in TariffVersion.TERMS}


def _move_start(version: TariffVersion, valid_from: date) -> None:
    """Another first day; the version before it ends the day before, without a gap."""
    if version.valid_to is not None and valid_from > version.valid_to:
        text = f"適用開始日は、この版の終わり（{_day(version.valid_to)}）までにしてください。"
        raise ActionError("version_overlap", text, field="valid_from")
    if valid_from == version.valid_from:
        return
    tariff = version.tariff
    _not_used_since(tariff, min(valid_from, version.valid_from), until=version.valid_to)
    neighbour = tariff.versions.filter(valid_from__lt=version.valid_from).first()
    if neighbour is not None:
        if neighbour.valid_from >= valid_from:
            text = f"{_day(neighbour.valid_from)}から適用する版と重なっています。"
            raise ActionError("version_overlap", text, field="valid_from")
        if neighbour.valid_to == version.valid_from - timedelta(days=1):
            # written in the order in which the constraint holds at every step
            TariffVersion.objects.filter(pk=neighbour.pk).update(
                valid_to=min(neighbour.valid_to, valid_from - timedelta(days=1))
            )
            TariffVersion.objects.filter(pk=version.pk).update(valid_from=valid_from)
            TariffVersion.objects.filter(pk=neighbour.pk).update(
                valid_to=valid_from - timedelta(days=1)
            )
    version.valid_from = valid_from


def _not_used_since(tariff: Tariff, first: date, until: date | None = None) -> None:
    """Refuse to move what holds on days whose entries were approved or whose charges were issued."""
    drafts = {"state": Honorarium.State.DRAFT}  # charges call it the same
    for used, what in (
        (Honorarium.objects.exclude(**drafts), "謝礼が承認済み"),
        (Charge.objects.exclude(**drafts), "料金が請求済み"),
    ):
        found = used.filter(tariff_version__tariff=tariff, activity_date__gte=first)
        found = found.exclude(kind="reversal")
        if until is not None:
            found = found.filter(activity_date__lte=until)
        last = found.order_by("-activity_date").values_list("activity_date", flat=True).first()
        if last is not None:
            text = f"{_day(last)}までの{what}です。それより後の日を入力してください。"
            raise ActionError("version_in_use", text, field="valid_from")


def _in_use(version: TariffVersion) -> ActionError:
    return ActionError("version_in_use", IN_USE)


def _lock_all(organization: Organization) -> None:
    """The books, then every tariff: prices are computed while holding the same locks."""
    lock_books(organization)
    list(Tariff.objects.select_for_update().filter(organization=organization).order_by("pk"))


def _reprice(organization: Organization, first: date, last: date | None) -> int:
    """Price the drafts of these days anew, of both sides; without a price they go to the lists.

    Reversals keep what they reverse. Returns how many entries changed or went.
    """
    drafts = Honorarium.objects.of(organization).standing().drafts()
    drafts = drafts.filter(activity_date__gte=first)
    if last is not None:
        drafts = drafts.filter(activity_date__lte=last)
    changed = 0
    for entry in drafts.select_for_update(of=("self",)).order_by("pk"):
        before = entry.tariff_version_id, entry.fee, entry.transport
        try:
            _price(entry)
        except Unpriced:
            entry.delete()
            changed += 1
            continue
        entry.save()
        changed += before != (entry.tariff_version_id, entry.fee, entry.transport)
    return changed + reprice_charges(organization, first, last)


def reprice_all(organization: Organization) -> int:
    """Price every draft of both sides anew, after something that tariffs ask about has changed."""
    with transaction.atomic():
        _lock_all(organization)
        return _reprice(organization, date.min, None)


def _price(entry: Honorarium) -> None:
    if entry.kind == Honorarium.Kind.CANCELLED:
        price_again(entry)
        return
    report = Report.objects.select_related(
        "assignment__request__organization", "assignment__volunteer"
    ).get(honoraria=entry)
    put_price(entry, report, price_report(report))


def _check(rules: Rules) -> None:
    problems = validate(rules)
    if problems:
        text = "".join(problem.message_ja for problem in problems[:3])
        raise ActionError("bad_rules", text, field="rules", status=400)


def _free_code(organization: Organization, wanted: str) -> str:
    taken = set(Tariff.objects.filter(organization=organization).values_list("code", flat=True))
    if wanted:
        if wanted in taken:
            raise ActionError("code_taken", "同じ記号の基準があります。", field="code")
        return wanted
    number = len(taken) + 1
    while f"tariff-{number}" in taken:
        number += 1
    return f"tariff-{number}"


def _log(version: TariffVersion, verb: str, *, by: User, at: datetime, **detail: Any) -> None:
    record(
        f"tariff:{version.tariff_id}",
        verb,
        organization=version.tariff.organization_id,
        by=by,
        at=at,
        version=version.pk,
        valid_from=version.valid_from.isoformat(),
        **detail,
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
