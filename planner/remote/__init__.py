"""The edge to the service: endpoint, credentials, typed calls, retries, and reading."""
