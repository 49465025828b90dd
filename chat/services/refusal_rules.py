"""What the codes, the words and the status of a service's refusal mean. Pure.

A precise code decides, then the words, then a general code, then the status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from chat import errors
from chat.errors import ChatError

_STATUS: Mapping[int, type[ChatError]] = {
    401: errors.KeyRefused,
    402: errors.QuotaUsedUp,  # Hugging Face's router, when the month's credits are used up
    403: errors.NotAllowed,
    404: errors.WrongAddress,
    405: errors.WrongAddress,
    408: errors.TooSlow,
    413: errors.WindowTooLarge,
    429: errors.TooFast,
    451: errors.NotAllowed,
    498: errors.TooFast,  # Groq's flexible tier
    504: errors.TooSlow,
    524: errors.TooSlow,  # Cloudflare's
}

# What a client takes for a GET at another place is refused there.
_CLASSES: Mapping[int, type[ChatError]] = {3: errors.WrongAddress, 5: errors.ServiceDown}

# What services say in the `code`, `type` or `status` of an error, where it is precise.
_CODES: Mapping[str, type[ChatError]] = {
    "insufficient_quota": errors.QuotaUsedUp,
    "insufficient_balance": errors.QuotaUsedUp,
    "insufficient_credits": errors.QuotaUsedUp,
    "payment_required": errors.QuotaUsedUp,
    "exceeded_current_quota_error": errors.QuotaUsedUp,  # Moonshot
    "insufficient_user_quota": errors.QuotaUsedUp,  # one-api
    "billing_hard_limit_reached": errors.QuotaUsedUp,
    "billing_not_active": errors.QuotaUsedUp,
    "arrearage": errors.QuotaUsedUp,  # Qwen
    "budget_exceeded": errors.QuotaUsedUp,  # LiteLLM
    "1113": errors.QuotaUsedUp,  # Zhipu
    "1211": errors.NoSuchModel,
    "1261": errors.WindowTooLarge,
    "1301": errors.ContentRefused,
    "context_length_exceeded": errors.WindowTooLarge,
    "exceed_context_size_error": errors.WindowTooLarge,  # llama.cpp
    "string_above_max_length": errors.WindowTooLarge,
    "string_too_long": errors.WindowTooLarge,  # pydantic's
    "model_not_found": errors.NoSuchModel,
    "model_decommissioned": errors.NoSuchModel,  # Groq
    "deploymentnotfound": errors.NoSuchModel,  # Azure
    "content_filter": errors.ContentRefused,  # Azure
    "content_policy_violation": errors.ContentRefused,
    "data_inspection_failed": errors.ContentRefused,  # Qwen
    "sensitivecontentdetected": errors.ContentRefused,  # Volcengine
    "invalid_api_key": errors.KeyRefused,
    "authentication_error": errors.KeyRefused,
    "permission_error": errors.NotAllowed,
    "unsupported_country_region_territory": errors.NotAllowed,
}
_GENERAL_CODES: Mapping[str, type[ChatError]] = {
    "rate_limit_exceeded": errors.TooFast,
    "rate_limit_error": errors.TooFast,
    "overloaded_error": errors.ServiceDown,
    "engine_overloaded_error": errors.ServiceDown,
    "server_error": errors.ServiceDown,
    "api_error": errors.ServiceDown,
    "internal_server_error": errors.ServiceDown,
    "internalservererror": errors.ServiceDown,
    "unauthenticated": errors.KeyRefused,  # Google's
    "permission_denied": errors.NotAllowed,
    "resource_exhausted": errors.TooFast,
    "unavailable": errors.ServiceDown,
}

# 0: in a stream
_REFUSED = frozenset({0, 400, 403, 404, 410, 413, 415, 422, 451, *range(500, 600)})
_TOO_MANY = frozenset({*_REFUSED, 402, 429, 498})

_BOUND = r"max_?(?:completion|output|new)?_?tokens"

# What services say in words alone, with the statuses with which they mean it; the first match wins.
_SAID: tuple[tuple[type[ChatError], Iterable[int], str], ...] = (
    (
        errors.PicturesRefused,
        _REFUSED,
        r"(?:\bnot|n't|\bno|\bonly|\bwithout)\b.{0,40}\b(?:support|process|accept|handle|see|take"
        r"|understand)\w*.{0,40}\b(?:image|picture|vision|multi-?modal)"
        r"|\b(?:image|picture|vision|multi-?modal)s?\b(?: \w+){0,3} (?:\w+n't|unsupported|disabled"
        r"|(?:is|are) (?:not|only))|(?:not|n't) (?:a )?(?:multi-?modal|vision)|for image input"
        r"|\bmmproj\b|image_url.{0,60}(?:only|not|unknown|unexpected|invalid|expected|support)"
        r"|(?:only|unknown|unexpected|invalid|expected|support).{0,60}image_url"
        r"|(?:invalid|corrupt\w*|broken|unsupported|(?:cannot|failed to|unable to) (?:read|decode"
        r"|load|process|parse)) (?:the )?(?:image|picture)|at most \d+ image"
        r"|\bimage (?:exceeds|(?:url|size|format) (?:must|should)|length and width|dimensions?)"
        r"|图[片像].{0,4}(?:格式|解析|大小|尺寸|数量|过大)|不支持.{0,6}图[片像]",
    ),
    (
        errors.LargerThanPace,
        _TOO_MANY,
        r"request too large (?:for|on)|too large.{0,60}(?:per|a|each) min|must be reduced in order"
        r"|reduce your message size",
    ),
    # The answer that was asked for and the question together.
    (errors.WindowTooLarge, _REFUSED, r"inputs?`? tokens \+ |input length and .?max_tokens"),
    (
        errors.AnswerTooLong,
        _TOO_MANY,
        rf"{_BOUND}\W.{{0,40}}too (?:large|high|big)"
        rf"|{_BOUND}.{{0,80}}(?:exceed|at most|<|≤|no more than"
        rf"|less than|greater than|maximum|between|range|范围|非法)|range of .?{_BOUND}"
        r"|maximum.{0,40}max_(?:completion_)?tokens|maximum tokens you requested exceed"
        r"|at most [\d,]+ (?:\w+ )?(?:completion|answer|output) tokens"
        r"|(?:lower|reduce|fewer) `?max_(?:completion_)?tokens|can only afford",
    ),
    (
        errors.WindowTooLarge,
        _REFUSED,
        r"context.?(?:length|window|size)|too many (?:input |prompt )?tokens"
        r"|(?:prompt|input|message|request|conversation)s? (?:is|are|was) (?:too (?:long|large)"
        r"|longer than)|(?:prompt|input) too long|token count.{0,40}exceed"
        r"|exceed\w* .{0,60}(?:number of|limit of|max\w*) .{0,20}(?:tokens|characters|length)"
        r"|reduce the length|at most [\d,]+ characters|inputs?`? tokens.{0,40}must be"
        r"|range of input length|longer than the (?:maximum|model)|maximum (?:input|prompt) length"
        r"|token limit(?! per)|tokens?\b(?! rate)(?! per).{0,40}(?:exceed\w*|over|above) the limit"
        r"|max_(?:seq|model|input|context)_len|too large for model|max input (?:character|token)"
        r"|超长|过长|上下文.{0,12}[超限]|(?:超过|超出).{0,20}(?:长度|上下文)"
        r"|(?:输入|token).{0,20}(?:超过|超出)",
    ),
    (
        errors.TooFast,
        (429, 403, 0, *range(500, 600)),
        r"per.(?:min|sec|hour)|\b[rt]pm\b|\b[rt]ps\b|(?<!no )rate.?limit|too many requests"
        r"|slow down|concurren|request rate|token rate|频率|速率|并发|访问量过大",
    ),
    (
        errors.QuotaUsedUp,
        _TOO_MANY,
        r"arrears|overdue|insufficient.{0,20}(?:balance|funds|quota|credit)|out of credits?"
        r"|no credits?\b(?! (?:were|was))"
        r"|credits? (?:are|is|has|have)\b.{0,40}(?:used|exhaust|deplet|spent|empty)"
        r"|(?:credit|account) balance|balance is|(?:exceeded|exhausted|used up) your.{0,40}"
        r"(?:quota|credits)|quota.{0,60}(?:used|exceed|exhaust|reached|deplet)|exceed\w*.{0,30}quota"
        r"|billing|payment|prepa(?:id|y)|recharge|top.?up|subscription|spend(?:ing)? (?:limit|cap)"
        r"|(?:key|budget|usage) limits?\b.{0,20}(?:exceed|reach)|reached your.{0,30}usage limit"
        r"|over budget|budget (?:has been |is )?exceed|free (?:tier|allocation|quota|trial)"
        r"|欠费|余额|额度|充值",
    ),
    (
        errors.NotAllowed,
        (0, 400, 403, 404, 451),
        r"privacy|data policy|guardrail|country|region\b|territor|\blocation is not"
        r"|permission|forbidden|access (?:is )?denied|do(?:es)? not have access"
        r"|terms of service|verified|verify your",
    ),
    (
        errors.ModelTooLarge,
        (0, *range(400, 600)),
        r"(?:out of|not enough|insufficient|more|[KMGT]i?B of)(?: \w+){0,2} memory"
        r"|memory (?:is|are) needed|load.{0,80}(?:insufficient|resource limit)|\bVRAM\b"
        r"|OutOfMemory|requires more .{0,20}memory",
    ),
    (
        errors.NoSuchModel,
        _REFUSED,
        r"\bmodels?\b.{0,120}(?:not found|not exist|n't exist|unknown|not available"
        r"|no longer|decommission|deprecat|retired|not loaded|n't loaded|not a valid|not a chat"
        r"|not pulled|try pulling)|no (?:such )?model|(?:unknown|invalid|unsupported) model"
        r"|not a valid model|not support chat"
        r"|no (?:allowed )?(?:endpoints?|providers?|deployments?|instances?)"
        r"|not (?:find|locate|load) .{0,40}\bmodel"
        r"|模型.{0,12}(?:不存在|未找到|不可用|下线)|无可用渠道",
    ),
    (
        errors.ContentRefused,
        (0, 400, 403, 422, 451),
        r"content.{0,20}(?:policy|filter|policies|exists risk|restrict)|moderation|flagged"
        r"|safety (?:system|filter|polic)|inappropriate|sensitive (?:content|word|info)|prohibited"
        r"|violat\w+.{0,40}(?:polic|guideline)|敏感|违规|不安全|审核",
    ),
    (
        errors.KeyRefused,
        (0, 400, 401, 403),
        r"api.?key|unauthori[sz]ed|authenticat|invalid.{0,20}\b(?:token|credential)s?\b"
        r"|\b(?:token|credential)s?\b.{0,20}(?:invalid|expired|missing)",
    ),
    (errors.NoSuchModel, (404,), r"\bmodel"),
    (
        errors.WrongAddress,
        (0, 400),
        r"unexpected endpoint|no route|cannot (?:post|get) /"
        r"|http request (?:was sent )?to (?:an )?https|(?:page|path|route|endpoint) not found",
    ),
    (errors.TooSlow, (0,), r"time[d-]? ?out"),
    (
        errors.ServiceDown,
        (0,),
        r"crash|exit code|overload|internal (?:server )?error|server error|unavailable|\bengine\b"
        r"|\bworker\b|stopped|terminated|\bbusy\b|try again|encountered|connection|\bEOF\b",
    ),
)
_RULES = tuple(
    (kind, on, re.compile(words, re.IGNORECASE | re.DOTALL)) for kind, on, words in _SAID
)
# What one request has, and what is allowed, in either order.
_ASKED = re.compile(
    r"limit\D{0,12}(?P<limit>[\d,]{0,15}\d).*requested\D{0,12}(?P<asked>[\d,]{0,15}\d)"
    r"|requested\D{0,12}(?P<asked_first>[\d,]{0,15}\d).*limit\D{0,12}(?P<limit_last>[\d,]{0,15}\d)"
    r"|(?P<tokens>[\d,]{0,15}\d) (?:\w+ )?tokens?\b.{0,60}?"
    r"(?P<pace>[\d,]{0,15}\d) (?:tokens? )?(?:a|per|each) min",
    re.IGNORECASE | re.DOTALL,
)
_A_MINUTE = re.compile(r"(?:per|a|each).min|\btpm\b", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")


def kind_of(words: str, codes: Sequence[str], status: int) -> type[ChatError] | None:
    """The kind of failure; None where nothing is said of it. A `status` of 0: in a stream."""
    kind = next((_CODES[code] for code in codes if code in _CODES), None)
    plain = _URL.sub(" ", words)
    if kind is None and status == 413 and "rate_limit_exceeded" in codes:
        kind = errors.LargerThanPace
    if kind is None and status in _TOO_MANY and _can_never_fit(plain):
        kind = errors.LargerThanPace
    if kind is None:
        kind = next((k for k, on, said in _RULES if status in on and said.search(plain)), None)
    if kind is None:
        general = (_GENERAL_CODES.get(code) for code in codes)
        kind = next((found for found in general if found is not None), None)
        # A refusal of the request itself (4xx) does not mean that the service is overloaded.
        if kind is errors.ServiceDown and 400 <= status < 500:
            kind = None
    if kind is None and status:
        kind = _STATUS.get(status, _CLASSES.get(status // 100))
    return kind


def _can_never_fit(words: str) -> bool:
    """Whether one request is larger than what is allowed in a minute, by the numbers that are said.

    What it says of a day or of money is no pace.
    """
    found = _ASKED.search(words)
    if found is None or not _A_MINUTE.search(words):
        return False
    asked, limit = (
        int(next(filter(None, map(found.group, names))).replace(",", ""))
        for names in (("asked", "asked_first", "tokens"), ("limit", "limit_last", "pace"))
    )
    return asked > limit
