"""Puts the first articles (`first_articles.yaml`) into an empty place; what people change or retire stays as it is."""

import asyncio
from contextlib import suppress
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
import yaml
from sqlalchemy.dialects.postgresql import insert

from call_center.knowledge.articles import Article, ArticleIndex, NewArticle, index_terms
from isthmus.messaging.errors import is_transient
from isthmus.service import ServiceContext

logger = structlog.get_logger(__name__)

_PAUSE_SECONDS = 5.0
_AUTHOR = "isthmus"


def first_articles() -> dict[str, NewArticle]:
    """The articles by the name each has in the file; raises ValueError when one is wrong."""
    written: dict[str, Any] = yaml.safe_load(
        files("call_center.knowledge").joinpath("first_articles.yaml").read_text("utf-8")
    )
    return {name: NewArticle.model_validate(fields) for name, fields in written.items()}


async def keep_first_articles(context: ServiceContext, stop: asyncio.Event) -> None:
    """Add, when the service starts, those that have never been there; a database that is away is waited for."""
    while not stop.is_set():
        try:
            await add_first_articles(context)
        except Exception as error:
            if not isinstance(error, OSError) and not is_transient(error):
                raise
            logger.warning("first articles postponed", error_type=type(error).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _PAUSE_SECONDS)
        else:
            await stop.wait()


async def add_first_articles(context: ServiceContext) -> None:
    """Add, published, those that have never been there."""
    now = context.clock.now()
    async with context.database.transaction() as session:
        for name, article in first_articles().items():
            article_id = uuid5(NAMESPACE_URL, f"isthmus:call-center:article:{name}")
            base = {"id": article_id, "status": "published", "version": 1, "created_by": _AUTHOR}
            row = base | {"created_at": now, "updated_at": now} | article.model_dump()
            added = insert(Article).values(row).on_conflict_do_nothing().returning(Article.id)
            if await session.scalar(added) is not None:
                strong, weak = index_terms(article.title, article.symptoms, article.body)
                session.add(ArticleIndex(article_id=article_id, title_terms=strong, body_terms=weak, uses=0))
