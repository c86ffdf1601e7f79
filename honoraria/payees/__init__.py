"""Payees: where a volunteer's money goes, and how it is taxed."""
