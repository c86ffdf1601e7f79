"""Bank rules, pure: names in zengin letters, the transfer file, Post Bank numbers, business days."""
