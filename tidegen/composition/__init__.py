"""Concerns put together: wires from outputs to inputs, order, and the root templates."""

from tidegen.composition.assets import build_assets
from tidegen.composition.roots import Child, direct_root, nested_root
from tidegen.composition.wiring import Composition, compose

__all__ = ["Child", "Composition", "build_assets", "compose", "direct_root", "nested_root"]
