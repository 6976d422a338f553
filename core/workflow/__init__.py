"""The workflow engine: definitions as data, tokens as rows, every move checked and explained."""
