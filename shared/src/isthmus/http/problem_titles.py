"""Titles of problems in Chinese and English, and which of the two a caller wants."""

from http import HTTPStatus
from typing import Literal

Language = Literal["en", "zh"]

_CHINESE_BY_STATUS = {
    400: "请求无法读取",
    401: "身份未确认",
    403: "没有权限",
    404: "未找到",
    405: "不支持该方法",
    409: "与当前状态冲突",
    410: "已删除",
    412: "版本已变更",
    413: "请求体过大",
    415: "不支持的媒体类型",
    422: "请求内容有误",
    428: "缺少版本条件",
    429: "请求过于频繁",
    500: "内部错误",
    503: "服务暂不可用",
}


def title(status: int, language: Language) -> str:
    """The title of a status in a language."""
    english = HTTPStatus(status).phrase
    return _CHINESE_BY_STATUS.get(status, english) if language == "zh" else english


def preferred_language(accept_language: str | None) -> Language:
    """Chinese when the caller ranks it above English, else English."""
    weights: dict[str, float] = {}
    for item in (accept_language or "").split(","):
        tag, _, parameter = item.partition(";")
        language = tag.strip().lower().partition("-")[0]
        weights[language] = max(weights.get(language, 0.0), _weight(parameter))
    return "zh" if weights.get("zh", 0.0) > weights.get("en", 0.0) else "en"


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
