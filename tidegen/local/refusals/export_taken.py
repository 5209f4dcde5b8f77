"""Names of exports, unique in an account and region."""

from typing import Any

from tidegen.cloudformation.resources import stack_name
from tidegen.local import upstream
from tidegen.local.refusals.model import message


def install() -> None:
    """Check the export names of a stack's outputs. Upstream: they overwrite each other."""
    module = upstream.stacks()
    resolve = module._resolve_stack_outputs

    def resolved(*arguments: Any) -> Any:
        outputs, exports = resolve(*arguments)
        for name, export in exports.items():
            known = upstream.cloudformation()._exports.get(name)
            if known and known["StackId"] != export["StackId"]:
                owner = stack_name(known["StackId"])
                raise ValueError(message("export-taken").format(name=name, stack=owner))
        return outputs, exports

    module._resolve_stack_outputs = resolved
