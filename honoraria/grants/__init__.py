"""Grants: programmes, costs, what is eligible, the claim with its snapshot, joint desks."""
