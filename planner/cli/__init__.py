"""The command line: one file per command; parse options, wire the edges, show the outcome, choose the exit code."""
