"""The dialogs of crm."""
