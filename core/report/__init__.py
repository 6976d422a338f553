"""Printed reports: a sandboxed template and records, turned into HTML and PDF in the reader's language."""
