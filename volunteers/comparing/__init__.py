"""Comparing what a file says with the register: who is meant, what would change, what is doubtful.

Nothing here writes to the database. The invariants: a blank never overwrites, no text of the file
is lost, and what is compared once again right after it was written shows no change. Reading files
is left to `importing`, writing to `actions.importing`.
"""
