"""Exports: datasets, mappings of columns as data, files made in the background."""
