"""Forms of the import: the file, and what each column of each sheet means.

The mapping form is made from the file itself, so it has as many fields as the file has columns;
what was chosen comes back as it was when something is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms

from accounts.models import Organization
from volunteers.actions.importing import find_language
from volunteers.forms.fields import DateField
from volunteers.importing.columns import Guess, guess_mapping, is_target
from volunteers.importing.columns import Mapping as ColumnMapping
from volunteers.importing.header_words import TARGETS
from volunteers.importing.package_guard import MAX_UPLOAD_BYTES, MESSAGES
from volunteers.importing.text import plain
from volunteers.importing.workbook import Sheet, Workbook
from volunteers.models import ImportMapping, ImportRun

SURE = 0.7
EXAMPLES = 3
_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("基本", ("number", "name", "family_name", "given_name", "kana", "family_kana", "given_kana",
              "birth_date", "age", "gender", "nationality", "native_language")),
    ("連絡先", ("mobile", "landline", "phone", "fax", "email", "postal_code", "address")),
    ("言語と活動", ("languages", "level", "areas", "fields", "qualifications")),
    ("活動できる時間", ("availability", *(f"weekday_{day}" for day in range(8)))),
    ("登録", ("registered_on", "pledged_on", "valid_until")),
    ("そのほか", ("remarks", "note")),
)  # fmt: skip
LEVEL_FIELDS = (("3", "◎ 通訳可"), ("2", "○ 日常会話"), ("1", "△ 少し"))


class UploadForm(forms.Form):
    """The workbook."""

    file = forms.FileField(
        label="名簿のファイル",
        help_text="Excel（.xlsx、.xls）、ODS、CSV。10MB、1枚のシートは20,000行まで。",
        error_messages={
            "required": "ファイルを選んでください。",
            "empty": MESSAGES["empty"],
            "missing": "ファイルを選んでください。",
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv"}),
        max_length=200,
    )

    def clean_file(self) -> Any:
        """Refuse a huge file before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(MESSAGES["too_large"], code="too_large")
        return file


class PledgeForm(forms.Form):
    """Whether everybody in the list has signed the pledge of secrecy."""

    all_pledged = forms.BooleanField(
        label="この名簿の方は全員、誓約書を提出済みです", required=False
    )
    pledged_on = DateField(label="誓約書の日付", required=False)

    def __init__(self, data: Any = None, *, run: ImportRun) -> None:
        initial = {"all_pledged": run.pledged_on is not None, "pledged_on": run.pledged_on}
        super().__init__(data, initial=initial, label_suffix="")

    def clean(self) -> dict[str, Any]:
        """The day is needed only if the box is ticked."""
        data = super().clean() or {}
        if (
            data.get("all_pledged")
            and not data.get("pledged_on")
            and "pledged_on" not in self.errors
        ):
            self.add_error("pledged_on", "誓約書の日付を入力してください。")
        return data

    def day(self) -> date | None:
        """The day on which everybody had signed, if so."""
        return self.cleaned_data["pledged_on"] if self.cleaned_data.get("all_pledged") else None


@dataclass
class ColumnChoice:
    """A column on the mapping page."""

    name: str
    title: str
    examples: list[str]
    target: str
    sure: bool
    groups: list[tuple[str, list[tuple[str, str]]]]


@dataclass
class SheetChoice:
    """A sheet on the mapping page."""

    index: int
    sheet: Sheet
    guess: Guess
    use: bool
    remembered: bool
    columns: list[ColumnChoice]
    language: str
    levels: dict[str, str]
    error: str = ""
    level_fields: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def asks_language(self) -> bool:
        """Whether no column says the languages, so that the whole sheet must be of one."""
        targets = {column.target for column in self.columns}
        return "languages" not in targets and not any(
            target.startswith("language:") for target in targets
        )

    @property
    def people(self) -> int:
        """How many rows are below the header."""
        below = max(self.guess.mapping.header_rows, default=-1) + 1
        return sum(1 for row in self.sheet.rows[below:] if any(cell.text for cell in row))

    def mapping(self) -> ColumnMapping:
        """What was chosen."""
        columns = dict(self.guess.mapping.columns)
        for column in self.columns:
            columns[int(column.name.rpartition("-")[2])] = column.target
        options: dict[str, Any] = {}
        if self.asks_language and self.language.strip():
            options["sheet_language"] = self.language.strip()
        marks = {
            mark: int(level)
            for level, text in self.levels.items()
            for mark in plain(text).replace("、", " ").replace(",", " ").split()
        }
        if marks:
            options["levels"] = marks
        return ColumnMapping(self.guess.mapping.header_rows, columns, options)


class MappingForm:
    """Every sheet of a file with its columns; ``data`` is what was posted."""

    def __init__(
        self, workbook: Workbook, run: ImportRun, data: Mapping[str, Any] | None = None
    ) -> None:
        self.data = data
        self.run = run
        self.errors: list[str] = []
        guesses = [(sheet, guess_mapping(sheet, find_language)) for sheet in workbook.sheets]
        known = _remembered(run.organization, [guess.fingerprint for _, guess in guesses])
        self.sheets = [
            self._sheet(index, sheet, guess, known.get(guess.fingerprint))
            for index, (sheet, guess) in enumerate(guesses)
        ]

    def is_valid(self) -> bool:
        """Whether every choice can be used; texts are beside the sheets."""
        for one in self.sheets:
            named = one.language.strip()
            if one.use and one.asks_language and named and find_language(named) is None:
                one.error = f"「{named}」がどの言語か分かりません。"
        return not any(one.error for one in self.sheets)

    def refuse(self, sheet_name: str, text: str) -> None:
        """Show an error beside its sheet, or above all."""
        for one in self.sheets:
            if one.sheet.name == sheet_name:
                one.error = text
                return
        self.errors.append(text)

    def mappings(self) -> dict[str, ColumnMapping]:
        """Mappings of the sheets that are to be used."""
        return {one.sheet.name: one.mapping() for one in self.sheets if one.use}

    def fingerprints(self) -> dict[str, str]:
        """Keys under which the layouts are remembered."""
        return {one.sheet.name: one.guess.fingerprint for one in self.sheets}

    def _sheet(
        self, index: int, sheet: Sheet, guess: Guess, remembered: ColumnMapping | None
    ) -> SheetChoice:
        chosen = self._chosen_before(sheet) or remembered
        start = chosen or guess.mapping
        columns = [
            self._column(index, sheet, guess, column, start) for column in range(len(guess.headers))
        ]
        named = {"name", "family_name", "given_name"} & set(guess.mapping.columns.values())
        use = bool(named) if not self.run.mapping else sheet.name in self.run.mapping
        levels = {level: "" for level, _ in LEVEL_FIELDS}
        for mark, level in (start.options.get("levels") or {}).items():
            levels[str(level)] = f"{levels[str(level)]} {mark}".strip()
        # sheets of one layout share what is remembered; the name of a sheet is its own
        sources = [self._chosen_before(sheet), guess.mapping, remembered]
        named_languages = [str(one.options.get("sheet_language", "")) for one in sources if one]
        language = next(filter(None, named_languages), "")
        if self.data is not None:
            use = f"use-{index}" in self.data
            language = str(self.data.get(f"language-{index}", ""))[:60]
            levels = {
                level: str(self.data.get(f"level-{index}-{level}", ""))[:60] for level in levels
            }
        choice = SheetChoice(
            index=index,
            sheet=sheet,
            guess=guess,
            use=use,
            remembered=remembered is not None and self._chosen_before(sheet) is None,
            columns=[column for column in columns if column],
            language=language,
            levels=levels,
        )
        choice.level_fields = [(level, label, levels[level]) for level, label in LEVEL_FIELDS]
        return choice

    def _chosen_before(self, sheet: Sheet) -> ColumnMapping | None:
        stored = self.run.mapping.get(sheet.name)
        return ColumnMapping.from_json(stored) if stored else None

    def _column(
        self, index: int, sheet: Sheet, guess: Guess, column: int, start: ColumnMapping
    ) -> ColumnChoice | None:
        title = guess.headers[column]
        examples = _examples(sheet, guess, column)
        if not title and not examples:
            return None
        name = f"column-{index}-{column}"
        target = start.columns.get(column, "note")
        posted = str(self.data.get(name, "")) if self.data is not None else ""
        if posted and is_target(posted) and len(posted) <= 80:
            target = posted
        sure = guess.confidences.get(column, 0) >= SURE or start is not guess.mapping
        groups = _choices(title, target)
        return ColumnChoice(name, title or "（見出しなし）", examples, target, sure, groups)


def _choices(title: str, target: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Targets by group; a column whose title is a language may be that language's level."""
    groups = [(label, [(one, TARGETS[one]) for one in targets]) for label, targets in _GROUPS]
    own = title.rpartition(" / ")[2]
    names = [target] if target.startswith("language:") else []
    if find_language(own[:60]) and f"language:{own}" not in names:
        names.append(f"language:{own}")
    if names:
        options = [(name, f"言語「{name.partition(':')[2]}」の程度") for name in names]
        groups.insert(3, ("言語ごとの列", options))
    return groups


def _examples(sheet: Sheet, guess: Guess, column: int) -> list[str]:
    below = max(guess.mapping.header_rows, default=-1) + 1
    found: list[str] = []
    for row in sheet.rows[below:]:
        text = row[column].text.strip() if column < len(row) else ""
        if text and text not in found:
            found.append(text[:40])
        if len(found) == EXAMPLES:
            break
    return found


def _remembered(organization: Organization, fingerprints: list[str]) -> dict[str, ColumnMapping]:
    rows = ImportMapping.objects.filter(organization=organization, fingerprint__in=fingerprints)
    found = {}
    for row in rows:
        try:
            found[row.fingerprint] = ColumnMapping.from_json(row.mapping)
        except ValueError:  # written by an older version
            continue
    return found
