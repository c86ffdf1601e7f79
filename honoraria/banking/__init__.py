"""Banks as Japanese transfers know them: letters, calendar, branches, Post Bank, transfer files.

Pure: values in, values out; no database, no clock. Nothing is cut short and no reading is guessed:
what a bank could misread is refused with the letter or the record named.
"""
