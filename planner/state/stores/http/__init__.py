"""The state at one address, by Terraform's protocol."""
