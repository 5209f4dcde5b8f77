"""The `aws` of runbooks: runs their commands through boto3, as the AWS CLI does.

It reads arguments by botocore's own models, so a wrong operation, option or value is an error.
Answers of services that no local engine has come from the folder $ANSWERS, `service.operation`.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.session import get_session

_GLOBAL = {"region", "query", "output"}


def main(arguments: list[str]) -> None:
    service, operation, *rest = arguments
    waiter = rest.pop(0) if operation == "wait" else ""
    options = _options(rest)
    client = boto3.client(
        service,
        region_name=options.get("region") or os.environ.get("AWS_REGION", "us-east-2"),
        endpoint_url=os.environ["AWS_ENDPOINT_URL"],
    )
    if operation == "wait":
        waited = "".join(part.capitalize() for part in waiter.split("-"))
        called = get_session().get_waiter_model(service).get_waiter(waited).operation
    else:
        names = {xform_name(name, "-"): name for name in client.meta.service_model.operation_names}
        called = names[operation]
    shape = client.meta.service_model.operation_model(called).input_shape
    members = {_option(name): name for name in shape.members}
    given = {
        members[_member(option, members)]: _value(
            text if option in members else False,  # --no-OPTION
            shape.members[members[_member(option, members)]],
        )
        for option, text in options.items()
        if option not in _GLOBAL
    }
    given.pop("MaxItems", None)  # limits what the CLI prints
    if operation == "wait":
        client.get_waiter(xform_name(waited)).wait(**given)
    else:
        _print(_answer(client, service, operation, called, given), options)


def _option(name: str) -> str:
    return xform_name(name, "-")


def _member(option: str, members: dict[str, str]) -> str:
    if option in members:
        return option
    if option.removeprefix("no-") in members:
        return option.removeprefix("no-")
    raise SystemExit(f"aws: unknown option --{option}")


def _options(words: list[str]) -> dict[str, Any]:
    """Return option → text, a list for several texts, True for none."""
    options: dict[str, Any] = {}
    name = ""
    for word in words:
        if word.startswith("--"):
            name = word.removeprefix("--")
            options[name] = True
        elif options[name] is True:
            options[name] = word
        else:
            held = options[name]
            options[name] = [*(held if isinstance(held, list) else [held]), word]
    return options


def _value(text: Any, shape: Any) -> Any:
    """Return a text as JSON, from a file, or in shorthand, as its shape wants it."""
    kind = shape.type_name
    if kind == "boolean":
        return text is True
    if kind in ("integer", "long"):
        return int(text)
    if kind in ("string", "timestamp"):
        return text
    items = text if isinstance(text, list) else [text]
    if items[0].startswith("file://"):
        return json.loads(Path(items[0].removeprefix("file://")).read_text())
    if items[0].lstrip().startswith(("{", '["', "[{")) and "=" not in items[0].split(":")[0]:
        return json.loads(items[0])
    if kind == "list" and shape.member.type_name == "string":
        return items
    read = [_Shorthand(item).pairs() for item in items]
    return read if kind == "list" else read[0]


class _Shorthand:
    """`Key=value,Key=value`, where a value may be `[{...},{...}]`, or further values of a list."""

    def __init__(self, text: str) -> None:
        self.text, self.at = "".join(text.split()), 0

    def pairs(self) -> dict[str, Any]:
        pairs: dict[str, Any] = {}
        key = ""
        while self.at < len(self.text) and self.text[self.at] != "}":
            word = self._until("=,}")
            if self._next("="):
                key, pairs[word] = word, self._item()
                if key == "Values":
                    pairs[key] = [pairs[key]]
            else:
                pairs[key].append(word)
            self._next(",")
        return pairs

    def _item(self) -> Any:
        if not self._next("["):
            return self._until(",}")
        items = []
        while self._next("{"):
            items.append(self.pairs())
            self._next("}")
            self._next(",")
        self._next("]")
        return items

    def _until(self, ends: str) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in ends:
            self.at += 1
        return self.text[start : self.at]

    def _next(self, mark: str) -> bool:
        there = self.text[self.at : self.at + 1] == mark
        self.at += there
        return there


def _answer(client: Any, service: str, operation: str, name: str, given: dict[str, Any]) -> Any:
    prepared = Path(os.environ.get("ANSWERS", "/nowhere")) / f"{service}.{operation}"
    if prepared.exists():
        return json.loads(prepared.read_text())
    answer = getattr(client, xform_name(name))(**given)
    answer.pop("ResponseMetadata", None)
    return answer


def _print(answer: Any, options: dict[str, Any]) -> None:
    if "query" in options:
        answer = jmespath.search(options["query"], answer)
    if options.get("output") == "text" or isinstance(answer, str):
        rows = answer if isinstance(answer, list) else [answer]
        sys.stdout.write("\t".join(map(str, rows)) + "\n")
    else:
        sys.stdout.write(json.dumps(answer, default=str) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
