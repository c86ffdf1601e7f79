"""A volunteer's own settings: hours, languages, ways to be reached, devices, data, leaving."""
