"""Libraries of the extra ``swap``, imported when a rule needs them."""

from importlib import import_module
from typing import Any

from scriptgap.errors import UsageError


def library(module: str) -> Any:
    """Import a library of the extra ``swap``.

    Args:
        module: The module's name.

    Returns:
        The module.

    Raises:
        UsageError: It is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise UsageError(f"this swap needs {module}: pip install 'scriptgap[swap]'") from None
