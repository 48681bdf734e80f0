"""Under which terms something stands."""


def joined_terms(*terms: str | None) -> str | None:
    """A result stands under the terms of everything it was made from."""
    return "、".join(dict.fromkeys(term for term in terms if term)) or None
