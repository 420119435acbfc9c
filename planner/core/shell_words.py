"""Words of a command that people are told to type: what stands in them stays one word of a shell."""


def quote_word(text: object) -> str:
    """Return ``text`` in single quotes, whatever it holds: a key of an address and an id come from others."""
    escaped = str(text).replace("'", "'\"'\"'")
    return f"'{escaped}'"
