"""Outputs as the lines of an environment file, for shells and programs."""

import re
import shlex
from collections.abc import Mapping

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def dotenv_text(outputs: Mapping[str, Mapping[str, str]]) -> str:
    """`SCOPE_OUTPUT_NAME=value`, a line an output, quoted where a shell would need it."""
    return "\n".join(
        f"{_variable(scope, name)}={shlex.quote(value)}"
        for scope, values in outputs.items()
        for name, value in sorted(values.items())
    )


def _variable(scope: str, name: str) -> str:
    """`environment` and `UploadsBucketName` as ENVIRONMENT_UPLOADS_BUCKET_NAME."""
    return f"{scope}_{_WORDS.sub('_', name)}".upper()
