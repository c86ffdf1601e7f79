"""The tariff engine: rules as data in, yen with their derivation out.

Pure: no database, no clock, no settings, no floats. Rules are JSON that an accountant edits;
``validate`` explains what is wrong with them, ``describe`` says them in Japanese, ``price`` and
``split`` apply them, ``choose`` finds the version in force on the date of the activity.
"""

from .cancellation import business_day_counter, cancellation_charge
from .consumption import consumption_tax_rate, with_consumption_tax
from .description import describe
from .payers import split
from .presets import Preset, preset, presets
from .pricing import TwoSided, price, price_both
from .validation import validate
from .values import (
    Activity,
    InvalidInput,
    InvalidRules,
    Line,
    MissingInput,
    OutsideTable,
    Priced,
    Problem,
    Rules,
    Share,
    TariffError,
    VersionGap,
    VersionOverlap,
)
from .versions import Dated, Version, choose

__all__ = [
    "Activity",
    "Dated",
    "InvalidInput",
    "InvalidRules",
    "Line",
    "MissingInput",
    "OutsideTable",
    "Preset",
    "Priced",
    "Problem",
    "Rules",
    "Share",
    "TariffError",
    "TwoSided",
    "Version",
    "VersionGap",
    "VersionOverlap",
    "business_day_counter",
    "cancellation_charge",
    "choose",
    "consumption_tax_rate",
    "describe",
    "preset",
    "presets",
    "price",
    "price_both",
    "split",
    "validate",
    "with_consumption_tax",
]
