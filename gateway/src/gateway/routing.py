"""Which route a path belongs to: the longest declared prefix that ends at a segment."""

from collections.abc import Iterable

from gateway.config import Route


class Router:
    """Finds the route of a raw (still percent-encoded) path in as many look-ups as the path has segments."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = {route.path: route for route in routes}
        self._deepest = max((path.count("/") for path in self._routes), default=0)

    def find(self, raw_path: str) -> Route | None:
        """The route of `raw_path`, or None when no route is declared for it."""
        candidate = "/".join(raw_path.split("/", self._deepest + 1)[: self._deepest + 1])
        while candidate:
            route = self._routes.get(candidate)
            if route is not None:
                return route
            candidate = candidate.rpartition("/")[0]
        return None


def has_dot_segments(raw_path: str) -> bool:
    """Whether the path steps up or stays (`/../`, `/./`), so that two readers could take it for two things."""
    return "/." in raw_path and any(segment in {".", ".."} for segment in raw_path.split("/"))
