"""The state in tables of PostgreSQL."""
