from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sdk_client import client

__version__ = "0.2.0"
__all__ = ["client"]


def __getattr__(name: str) -> Any:
    """``client`` is imported when it is used: it needs the models, and Stripe's SDK."""
    if name == "client":
        from .sdk_client import client

        return client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
