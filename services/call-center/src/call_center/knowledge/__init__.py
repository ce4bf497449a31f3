"""Knowledge base (知识库): articles in versions, searched in Chinese and English, with how often each has helped."""

from call_center.knowledge.articles import Article, router
from call_center.knowledge.first_articles import add_first_articles, keep_first_articles

__all__ = ["Article", "add_first_articles", "keep_first_articles", "router"]
