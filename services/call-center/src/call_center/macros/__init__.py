"""Macros (宏): what an agent does with an interaction in one click, declared in `macros.yaml`."""

from call_center.macros.routes import router, running_router

__all__ = ["router", "running_router"]
