"""Rendering: templates to bytes, bytes to files."""

from tidegen.rendering.files import FileChange, apply_changes, file_changes, unified_diff
from tidegen.rendering.releases import MANIFEST, freeze, manifest_of, require_frozen
from tidegen.rendering.templates import FORMS, Rendered, render

__all__ = [
    "FORMS",
    "MANIFEST",
    "FileChange",
    "Rendered",
    "apply_changes",
    "file_changes",
    "freeze",
    "manifest_of",
    "render",
    "require_frozen",
    "unified_diff",
]
