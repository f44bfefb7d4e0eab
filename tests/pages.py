"""What a page shows."""

import re


def text_of(page):
    """The text of a response, without markup, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.content.decode()))
