"""What makes releases and the documentation site; it is in no package that is installed."""
