"""What stops one expression; it never leaves ``config``: its words become a fault at a place in a file."""


class CelError(Exception):
    """Why an expression gives no value: ``start`` is the place in it, where one is known."""

    def __init__(self, words: str, *, start: int | None = None) -> None:
        """Keep the words."""
        super().__init__(words)
        self.words = words
        self.start = start
