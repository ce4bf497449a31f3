"""`/docs`: Swagger UI from the installed package `fastapi-offline`, so that the page works without the internet."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gateway.asgi import HeaderList, send_bytes
from gateway.exchange import Exchange

# Swagger UI sets style attributes and draws its icons from data URLs; scripts come from here alone.
_PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class _Asset:
    content_type: str
    content: bytes
    compressed: bytes
    etag: bytes


_SOURCES = {
    "/docs": ("gateway", "docs_page.html", "text/html; charset=utf-8"),
    "/docs/start.js": ("gateway", "docs_page.js", "text/javascript; charset=utf-8"),
    "/docs/swagger-ui.css": ("fastapi_offline", "static/swagger-ui.css", "text/css; charset=utf-8"),
    "/docs/swagger-ui-bundle.js": (
        "fastapi_offline",
        "static/swagger-ui-bundle.js",
        "text/javascript; charset=utf-8",
    ),
}
PATHS = frozenset(_SOURCES)


@cache
def _asset(path: str) -> _Asset:
    package, name, content_type = _SOURCES[path]
    content = files(package).joinpath(name).read_bytes()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'.encode()
    return _Asset(content_type, content, gzip.compress(content, 9, mtime=0), etag)


async def docs_page(exchange: Exchange) -> None:
    """Answer with the page or one of its files."""
    asset = _asset(exchange.raw_path)
    headers: HeaderList = [
        (b"content-security-policy", _PAGE_POLICY),
        (b"cache-control", b"no-cache"),
        (b"etag", asset.etag),
        (b"vary", b"accept-encoding"),
    ]
    if exchange.head.onward.get("if-none-match", "").encode() == asset.etag:
        await send_bytes(exchange.answer, 304, asset.content_type, b"", headers)
    elif "gzip" in exchange.head.onward.get("accept-encoding", ""):
        headers.append((b"content-encoding", b"gzip"))
        await send_bytes(exchange.answer, 200, asset.content_type, asset.compressed, headers)
    else:
        await send_bytes(exchange.answer, 200, asset.content_type, asset.content, headers)
