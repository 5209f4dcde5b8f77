"""Output of `tidegen outputs`: outputs as an aligned table or as dotenv lines."""

import re
import shlex
from collections.abc import Mapping

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def outputs_text(outputs: Mapping[str, Mapping[str, str]]) -> str:
    """Return outputs by root stack, aligned."""
    parts = []
    for stack, values in outputs.items():
        width = max(map(len, values), default=0)
        parts.append(
            "\n".join([stack, *(f"  {k:<{width}}  {v}" for k, v in sorted(values.items()))])
        )
    return "\n\n".join(parts)


def dotenv_text(outputs: Mapping[str, Mapping[str, str]]) -> str:
    """Return a line `SCOPE_OUTPUT_NAME=value` for each output, quoted if a shell needs it."""
    return "\n".join(
        f"{_variable(scope, name)}={shlex.quote(value)}"
        for scope, values in outputs.items()
        for name, value in sorted(values.items())
    )


def _variable(scope: str, name: str) -> str:
    """Return ENVIRONMENT_UPLOADS_BUCKET_NAME for `environment` and `UploadsBucketName`."""
    return f"{scope}_{_WORDS.sub('_', name)}".upper()
