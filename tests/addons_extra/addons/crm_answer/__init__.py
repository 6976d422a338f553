"""Answers crm's hook: a new customer gets a call of welcome."""
