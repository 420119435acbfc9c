"""The state on a ref of a git repository."""
