"""Staff pages of the register. Rules are in the actions and queries, words in the templates."""
