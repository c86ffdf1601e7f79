"""Becoming a volunteer and staying one: the public form, screening, renewal, asking the silent.

What is written is written by `volunteers.actions`; here are the pages, forms, words and papers.
"""
