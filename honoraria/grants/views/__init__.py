"""Pages about grants: programmes, costs, judging, claims and consultations."""
