"""The base of every rule: its texts are its docstring. It does not import cfn-lint."""

import inspect
from typing import Any


class Documented:
    """A rule that states itself in its docstring.

    The first line is `shortdesc`: what the rule asks for. The paragraphs after it are
    `description`: the reason. The last paragraph is `source_url`: the page of AWS that documents
    it. `good` and `bad` are examples in YAML: tests run the rule over both, and the documentation
    shows them.
    """

    id = ""
    shortdesc = ""
    description = ""
    source_url = ""
    tags = ["tidegen"]
    good = ""
    bad = ""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        first, *paragraphs = inspect.cleandoc(cls.__doc__ or "").split("\n\n")
        cls.shortdesc = first.removesuffix(".")
        if paragraphs and paragraphs[-1].startswith("https://"):
            cls.source_url = paragraphs.pop()
        cls.description = "\n\n".join(" ".join(text.split()) for text in paragraphs)
