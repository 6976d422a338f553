"""CRM: leads and opportunities, from the first contact to the deal."""
