"""Dates as a Japanese office writes them, always with the weekday."""

DATE_FORMAT = "Y年n月j日（D）"
SHORT_DATE_FORMAT = "n月j日（D）"
DATETIME_FORMAT = "Y年n月j日（D）G:i"
SHORT_DATETIME_FORMAT = "n月j日（D）G:i"
MONTH_DAY_FORMAT = "n月j日（D）"
TIME_FORMAT = "G:i"
