"""Base: people, companies, users and the records that describe Grial itself."""
