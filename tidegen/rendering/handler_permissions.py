"""Write the IAM actions that the handlers of our templates' types call, from cfn-lint's schemas.

Run as `make permissions`, after a concern has started to use another type or cfn-lint has changed.
"""

from tidegen.cloudformation.handlers import COMMITTED, permissions_text
from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.concerns.access.execution_permissions import deployed_types
from tidegen.contract import Context
from tidegen.rendering.files import write_atomically


def current_text() -> str:
    """Return the text that the committed file should hold."""
    concerns = own_concerns()
    return permissions_text(deployed_types(Context(concerns, build_assets(concerns))))


if __name__ == "__main__":
    write_atomically(COMMITTED, current_text().encode())
