"""What every cell parser returns: a value, what was doubtful, and the text that is left over.

A parser never raises on what somebody typed. `rest` is the text that `value` does not represent;
whoever calls the parser must keep it. Severities: "error" blocks the row, "check" asks a person to
look, "info" only tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T_co = TypeVar("T_co", covariant=True)
Severity = Literal["error", "check", "info"]


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason to look at a cell. `original` is the cell's text as it stood in the file."""

    code: str
    message_ja: str
    original: str
    severity: Severity = "check"
    column: str = ""


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T_co]):
    """A parsed cell; `rest` is the part of the text (or all of it) that `value` does not hold."""

    value: T_co
    problems: tuple[Problem, ...] = ()
    rest: str = ""
