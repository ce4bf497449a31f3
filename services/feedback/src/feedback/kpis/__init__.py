"""Key figures (关键指标): declared in `kpis.yaml`, reckoned over the data of this service."""

from feedback.kpis.routes import router

__all__ = ["router"]
