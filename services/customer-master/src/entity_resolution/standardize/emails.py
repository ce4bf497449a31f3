"""E-mail addresses: one spelling, role mailboxes and placeholders told apart."""

import re

from entity_resolution.records import Email
from entity_resolution.standardize.text import clean

_ADDRESS = re.compile(r"^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}$")
_BETWEEN = re.compile(r"[,;、\s|]+")
_PLACEHOLDER_LOCAL = re.compile(
    r"^(?:no|none|null|na|n\.?a|test\d*|unknown|xxx*|aaa*|noemail|nomail|no-?reply|abc|123+|1+|0+|wu)$"
)
_ROLES = frozenset(
    {
        "info", "service", "services", "sales", "admin", "office", "contact", "hr", "support", "kefu", "marketing",
        "webmaster", "postmaster", "mail", "help", "finance", "reception",
    }
)  # fmt: skip
_DOTLESS_DOMAINS = frozenset({"gmail.com", "googlemail.com"})
_PROVIDERS = _DOTLESS_DOMAINS | frozenset(
    {
        "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "aol.com", "msn.com", "gmx.de", "gmx.net",
        "web.de", "t-online.de", "orange.fr", "free.fr", "wanadoo.fr", "yahoo.co.uk", "btinternet.com", "bigpond.com",
        "qq.com", "163.com", "126.com", "sina.com", "sohu.com", "139.com", "foxmail.com", "aliyun.com", "example.com",
    }
)  # fmt: skip
_MASK = re.compile(r"\*{2,}|\*+@")


def emails(value: object) -> tuple[Email, ...]:
    """Standardise what an e-mail field holds, in the order written."""
    text = clean(value).lower().replace("mailto:", "")
    pieces = (piece.strip("<>()\"'.") for piece in _BETWEEN.split(text))
    return tuple(dict.fromkeys(_email(piece) for piece in pieces if "@" in piece))


def own_mailbox(email: Email) -> Email:
    """Take a firm's role mailbox (info@) for its own, unless the domain is a mail provider's."""
    is_own = email.status == "role" and email.address.partition("@")[2] not in _PROVIDERS
    return email._replace(status="") if is_own else email


def _email(text: str) -> Email:
    if _MASK.search(text):
        return Email(text, "masked")
    if not _ADDRESS.match(text):
        return Email(text, "invalid")
    local, _, domain = text.partition("@")
    local = local.partition("+")[0] or local
    if domain in _DOTLESS_DOMAINS:
        # Google's mail knows no dots: a.b@ and ab@ are one mailbox.
        local, domain = local.replace(".", "") or local, "gmail.com"
    address = f"{local}@{domain}"
    if _PLACEHOLDER_LOCAL.match(local):
        return Email(address, "placeholder")
    return Email(address, "role" if local in _ROLES else "")
