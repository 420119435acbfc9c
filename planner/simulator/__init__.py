"""The local API: a function from request to response over a world document, and adapters that serve it."""
