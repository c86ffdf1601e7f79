"""Reading an association's own list of volunteers from a spreadsheet.

This package turns bytes into drafts of volunteers and decides nothing about the register: it has
no ORM, clock or settings. Its invariant: no text of the file is lost. What is not understood stays
in the draft's notes under its column title, with a problem that says why a person should look.
Comparing drafts with the register and saving them is left to the actions of `volunteers`.
"""
