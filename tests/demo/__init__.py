"""The demo: its data, its pages, its hand-over file."""
