"""The settings of `.cfnlintrc` that decide which templates are checked, and in which regions.

cfn-lint itself reads them; it is imported only if a file has such a setting.
"""

import glob
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tidegen.errors import InputError, Problem
from tidegen.linting.keys import configurations

_REGIONS = re.compile(rb"regions")
_IGNORED = re.compile(rb"ignore_templates")


def configured_regions() -> tuple[str, ...]:
    """Return the regions that `.cfnlintrc` sets; none if it sets none."""
    if not _mentioned(_REGIONS):
        return ()
    config = configuration([])
    return tuple(config.regions) if config.file_args.get("regions") else ()


def without_ignored(paths: Sequence[Path]) -> list[Path]:
    """Return the paths without those that `ignore_templates` of `.cfnlintrc` matches."""
    if not _mentioned(_IGNORED):
        return list(paths)
    config = configuration([], templates=[glob.escape(str(path)) for path in paths])
    kept = set(config.templates or ())
    return [path for path in paths if str(path) in kept]


def configuration(arguments: list[str], **settings: Any) -> Any:
    """Return cfn-lint's configuration; raise InputError for a broken `.cfnlintrc`."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.exceptions import CfnLintExitException, ConfigFileError

    try:
        return ConfigMixIn(arguments, **settings)
    except (ConfigFileError, CfnLintExitException) as error:
        raise InputError(Problem(".cfnlintrc", f"is not valid, {error}; fix it")) from error


def _mentioned(setting: re.Pattern[bytes]) -> bool:
    return any(setting.search(path.read_bytes()) for path in configurations())
