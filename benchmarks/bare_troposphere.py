"""The floor for `tidegen render`: import, build and dump the same templates, nothing else."""

import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import tidegen.concerns
from tidegen.composition.assets import build_assets
from tidegen.contract import Context


def main(folder: Path) -> None:
    """Write each concern's template as JSON into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    names = [module.name for module in iter_modules(tidegen.concerns.__path__)]
    concerns = tuple(import_module(f"tidegen.concerns.{name}").CONCERN for name in names)
    context = Context(concerns, build_assets(concerns))
    for concern in concerns:
        text = context.template_of(concern).to_json(sort_keys=False)
        (folder / f"{concern.name}.json").write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
