"""Every verb that changes a request, an offer or an assignment.

Each action locks the request first, checks the table of allowed moves, writes, adds its line to the
audit trail and announces after commit. Locks are always taken request → offer → assignment.
"""
