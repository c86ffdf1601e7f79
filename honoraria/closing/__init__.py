"""Closing a month: the checklist, `closed_through`, reopening; the fiscal year at a glance."""
