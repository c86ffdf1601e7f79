"""The demo: two invented associations, their people, three months of work, and simulated phones."""
