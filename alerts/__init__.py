"""Knows what a user asked for and what is owed to them: matching, the outbox, Slack and the terminal."""
