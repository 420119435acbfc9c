"""The state as a file on this disk."""
