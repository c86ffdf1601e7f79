"""What happens once an interpreter is there: the session and the report on it."""
