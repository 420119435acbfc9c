"""poolctl: a declarative planner for ModelArts resource pools."""

__version__ = "0.1.0"
