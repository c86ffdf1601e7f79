"""Paying: batches per value date, bank files, cash lists; two people for every yen."""
