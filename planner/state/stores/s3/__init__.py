"""The state as objects of an S3 bucket."""
