"""What a played user cannot do."""


class NothingToTap(AssertionError):
    """The button a test wants tapped is not there (any more)."""
