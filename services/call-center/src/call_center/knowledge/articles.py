"""Articles (知识条目) of the knowledge base: written, published, found, used, retired."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import Index, Text, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Reading, Writing
from call_center.codes import check_wrap_up
from call_center.interactions import interactions
from call_center.knowledge.terms import excerpt, terms_of
from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.fields import Code, Count, LongText, OrgUnit
from isthmus.contracts.fields import Text as Line
from isthmus.db import Base
from isthmus.http import ApiModel, NotFound, ShortText, service_router
from isthmus.parties import Acting, Entries, Entry, EntryChange, EntryFilter, EntryView, JsonModel, NewEntry
from isthmus.workflow import Workflow

Language = Literal["zh", "en"]
Tags = Annotated[list[ShortText], Field(max_length=50)]
TITLE_COUNTS = 3
"""A term in the title or the tags says so many times as much as one in the text."""


class Article(Entry):
    """Table of articles."""

    __tablename__ = "articles"
    sortable = ("title",)

    title: Mapped[str]
    body: Mapped[str]
    language: Mapped[str]
    symptoms: Mapped[list[str]] = mapped_column(JsonModel(list[str]))
    models: Mapped[list[str]] = mapped_column(JsonModel(list[str]))
    reason: Mapped[str | None]
    reason_detail: Mapped[str | None]


class ArticleIndex(Base):
    """Table of the search terms of each article, and how often it has helped."""

    __tablename__ = "article_index"
    __table_args__ = (
        Index("article_index_title_terms_idx", "title_terms", postgresql_using="gin"),
        Index("article_index_body_terms_idx", "body_terms", postgresql_using="gin"),
    )

    article_id: Mapped[UUID] = mapped_column(primary_key=True)
    title_terms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    body_terms: Mapped[list[str]] = mapped_column(ARRAY(Text))
    uses: Mapped[int] = mapped_column(default=0)


class ArticleFields(ApiModel):
    title: Line = Field(min_length=1, description="Title (标题).")
    body: LongText = Field(min_length=1, description="Text (正文).")
    language: Language = Field("zh", description="Language (语言).")
    symptoms: Tags = Field([], description="Symptoms or questions it answers (现象).", examples=[["刹车时有异响"]])
    models: Tags = Field([], description="Models it is for (适用车型); all when empty.", examples=[["G5"]])
    reason: Code | None = Field(None, description="Wrap-up code it answers (来电原因), such as misuse.")
    reason_detail: Code | None = Field(None, description="Its second level (二级原因).")


class NewArticle(NewEntry, ArticleFields):
    """A new article (新建条目); it is found once it is published."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that keeps it; all may read it.")


class ArticleChange(EntryChange, ArticleFields):
    """What changes in an article (修订)."""


class ArticleView(EntryView, ArticleFields):
    """An article (知识条目)."""


class ArticleFilter(EntryFilter):
    """Which articles to list."""

    sortable = Article.sortable

    language: Language | None = Field(None, description="Only in this language (语言).")
    reason: Code | None = Field(None, description="Only for this wrap-up code (来电原因).")
    reason_detail: Code | None = Field(None, description="Only for its second level (二级原因).")


class ArticleSearch(ApiModel):
    """What to search for."""

    q: ShortText = Field(
        description="Words in Chinese or English (关键词), as the customer says it.", examples=["刹车异响"]
    )
    model: ShortText | None = Field(None, description="Only for this model (车型), or for all.")
    language: Language | None = Field(None, description="Only in this language (语言).")
    reason: Code | None = Field(None, description="Only for this wrap-up code (来电原因).")
    limit: int = Field(10, ge=1, le=50, description="At most so many (条数).")


class Excerpt(ApiModel):
    """A part of a text with what was searched for (摘录)."""

    text: str = Field(description="The part (文本).")
    marks: list[tuple[int, int]] = Field(description="Where it stands (高亮): from, to, in characters.")


class FoundArticle(ApiModel):
    """An article that was found (检索结果)."""

    id: UUID = Field(description="Article (条目号).")
    title: Excerpt = Field(description="Title (标题).")
    excerpt: Excerpt = Field(description="Where the text says it (摘录).")
    language: Language = Field(description="Language (语言).")
    models: list[str] = Field(description="Models it is for (适用车型).")
    reason: str | None = Field(description="Wrap-up code it answers (来电原因).")
    score: Count = Field(description="How much of what was asked it says (相关度).")
    uses: Count = Field(description="How often it has helped (使用次数).")
    updated_at: datetime = Field(description="Last changed (更新时间).")


class ArticleUse(ApiModel):
    """Where an article helped (引用)."""

    interaction_id: UUID | None = Field(None, description="Interaction it helped in (互动号).")


class ArticleUses(ApiModel):
    """How often an article has helped (使用次数)."""

    uses: Count = Field(description="How often (使用次数).")


workflow = Workflow(
    initial="draft",
    steps={
        "publish": (["draft", "retired"], "published"),
        "retire": (["published"], "retired"),
    },
)


class Articles(Entries[Article, ArticleView]):
    """Articles; every write renews their search terms."""

    async def _write(
        self,
        moment: Acting,
        entry: Article,
        values: dict[str, Any],
        fact: type[BusinessEvent] | None,
        *,
        by: str,
        step: str | None = None,
    ) -> None:
        await super()._write(moment, entry, values, fact, by=by, step=step)
        index = await moment.session.get(ArticleIndex, entry.id)
        if index is None:
            index = ArticleIndex(article_id=entry.id, uses=0)
            moment.session.add(index)
        index.title_terms, index.body_terms = index_terms(entry.title, entry.symptoms, entry.body)
        await moment.session.flush()


def index_terms(title: str, symptoms: list[str], body: str) -> tuple[list[str], list[str]]:
    """The terms of title and symptoms, and those the text has besides."""
    strong = terms_of(title, *symptoms)
    return strong, sorted(set(terms_of(body)) - set(strong))


articles = Articles(
    Article, ArticleView, workflow, shared=True, rule=lambda one: check_wrap_up(one.reason, one.reason_detail)
)
router = service_router(prefix="/v1/call-center/articles", tags=["knowledge"])


@router.get("/search")
async def search_articles(query: Annotated[ArticleSearch, Query()], work: Reading) -> list[FoundArticle]:
    """Search what is published (知识检索), in Chinese and English; best first, then what has helped most."""
    terms = terms_of(query.q)
    strong, weak = _hits(ArticleIndex.title_terms, terms), _hits(ArticleIndex.body_terms, terms)
    score = (TITLE_COUNTS * strong + weak).label("score")
    wanted = literal(terms, ARRAY(Text))
    statement = (
        select(Article, score, ArticleIndex.uses)
        .join(ArticleIndex, ArticleIndex.article_id == Article.id)
        .where(Article.status == "published")
        .where(or_(ArticleIndex.title_terms.overlap(wanted), ArticleIndex.body_terms.overlap(wanted)))
    )
    if query.model is not None:
        for_model = func.jsonb_build_array(query.model)
        statement = statement.where(
            or_(func.jsonb_array_length(Article.models) == 0, Article.models.op("@>")(for_model))
        )
    if query.language is not None:
        statement = statement.where(Article.language == query.language)
    if query.reason is not None:
        statement = statement.where(Article.reason == query.reason)
    best = statement.order_by(score.desc(), ArticleIndex.uses.desc(), Article.id).limit(query.limit)
    return [_found(article, hits, uses, terms) for article, hits, uses in (await work.session.execute(best)).all()]


articles.serve_reading(router, ArticleFilter)
articles.serve_change(router, ArticleChange, about="Revise an article (修订); the version before stays in its history.")


@router.post("", status_code=201)
async def create_article(body: NewArticle, work: Writing) -> ArticleView:
    """Write an article (新建条目)."""
    return await articles.create(work, body)


@router.post("/{article_id}/publish")
async def publish_article(article_id: UUID, work: Writing) -> ArticleView:
    """Let it be found (发布)."""
    return await articles.step(work, article_id, "publish")


@router.post("/{article_id}/retire")
async def retire_article(article_id: UUID, work: Writing) -> ArticleView:
    """Let it be found no more (下架)."""
    return await articles.step(work, article_id, "retire")


@router.post("/{article_id}/use")
async def use_article(article_id: UUID, body: ArticleUse, work: Writing) -> ArticleUses:
    """It has helped (引用); counts once for each call of this, with an interaction or without."""
    if body.interaction_id is not None:
        await interactions.find(work, body.interaction_id)
    counted = (
        update(ArticleIndex)
        .where(ArticleIndex.article_id == article_id)
        .values(uses=ArticleIndex.uses + 1)
        .returning(ArticleIndex.uses)
    )
    uses = await work.session.scalar(counted)
    if uses is None:
        raise NotFound("not_found", "There is no such entry in articles.")
    return ArticleUses(uses=uses)


def _hits(column: Any, terms: list[str]) -> Any:
    """How many of the terms an array holds."""
    held = func.unnest(column).table_valued("term").render_derived()
    return select(func.count()).select_from(held).where(held.c.term.in_(terms)).scalar_subquery()


def _found(article: Article, score: int, uses: int, terms: list[str]) -> FoundArticle:
    title, marks = excerpt(article.title, terms, width=500)
    body, body_marks = excerpt(article.body, terms)
    return FoundArticle(
        id=article.id,
        title=Excerpt(text=title, marks=marks),
        excerpt=Excerpt(text=body, marks=body_marks),
        language="en" if article.language == "en" else "zh",
        models=article.models,
        reason=article.reason,
        score=score,
        uses=uses,
        updated_at=article.updated_at,
    )
