"""The dialogue: its buttons, how an answer grows, and how it ended."""

from __future__ import annotations

from datetime import datetime, tzinfo

from chat.conversation.answer import Answer, Status
from chat.conversation.spending import Spending
from chat.languages.language import Word, say, spoken
from chat.markup.plain import first_words
from chat.tokens.counter import Count
from chat.words.meter import cost, sent_and_received, tokens

LONG = 20  # seconds without a word after which it is said that this may be normal
FIRST_WORDS = 100  # characters of an answer that are read aloud when it has ended


def suggestions() -> tuple[str, ...]:
    """What one may ask."""
    return spoken().several("suggestions")


def show_earlier(rounds: int) -> str:
    """The way to what is not drawn."""
    return say("show_earlier", count=rounds)


def queue_words() -> dict[str, Word]:
    """The words of the questions that wait above the input, which the browser writes."""
    return spoken().table("queue")


def page_words() -> dict[str, object]:
    """What the browser says of what was pressed or pasted, and of an answer that was left."""
    return {
        "gone": say("press_is_gone"),
        "waits": say("press_waits"),
        "tooLong": say("paste_is_too_long"),
        "left": {
            "kept": say("answer_is_left"),
            "back": say("answer_is_back"),
            "gone": say("answer_is_gone"),
        },
    }


def version(shown: int, count: int) -> str:
    """Which of several versions is shown."""
    return say("version", shown=shown, count=count)


def shown_of(shown: int, length: int) -> str:
    """How much of a long message is shown."""
    return say("shown_of", shown=shown, length=length)


def thought(count: Count, answer: Answer) -> str:
    """How much and how long a model thought before it answered."""
    if not answer.thought_seconds:
        return tokens(count)
    seconds = max(1, round(answer.thought_seconds))
    return say("thought", tokens=tokens(count), duration=_duration(seconds))


def progress(answer: Answer, *, seconds: int) -> str:
    """Shown beneath an answer until it has ended."""
    if answer.has_text:
        return say("writing")
    if seconds < 2:
        return say("thinking")
    name = "thinking_long" if seconds >= LONG else "thinking_for"
    return say(name, duration=say("seconds", count=seconds))


def heard_progress(answer: Answer, *, seconds: int) -> str:
    """Said aloud once until an answer's first word; from then on, nothing is until it has ended."""
    if seconds < 2 or answer.written:
        return say("answering")
    if seconds < LONG:
        return say("thinking")
    return say("thinking_long", duration=_duration(LONG))


def heard_ending(answer: Answer) -> str:
    """Said aloud when an answer has ended without a failure."""
    whole = say("answered", words=first_words(answer.written, FIRST_WORDS))
    return spoken().joined(_end(answer) or whole, not_sent(answer.left_out))


def connection_is_back(answer: Answer) -> str:
    """Said when a connection that was lost while an answer was written has come back."""
    if answer.status is Status.COMPLETE:
        return say("back_whole")
    return say("back_broken", action=say("go_on" if answer.can_go_on else "retry"))


def heard_names() -> dict[str, str]:
    """What the transcript is called, and the questions and answers, with a place for a number."""
    return {
        "transcript": say("transcript"),
        "question": say("question_number", number="{number}"),
        "answer": say("answer_number", number="{number}"),
    }


def close() -> str:
    """Closes what opens over the page, as Streamlit's own button does."""
    return say("streamlit.close")


def by(model: str) -> str:
    """Said beneath an answer where a chat has answers of several models."""
    return say("by", model=model)


def about(answer: Answer, spent: Spending, zone: tzinfo) -> list[tuple[str, str]]:
    """What is known of an answer, as labels and values; `spent` is for it alone."""
    when = datetime.fromtimestamp(answer.began, zone)
    is_counted = answer.is_weighed
    counts = sent_and_received(spent.tokens_in, spent.tokens_out, is_exact=spent.is_exact)
    seconds = max(1, round(answer.seconds))
    rows = [
        (say("model"), answer.model),
        (say("asked"), spoken().moment(when) if answer.began else ""),
        (say("time"), _duration(seconds) if answer.began else ""),
        (say("tokens_label"), counts if is_counted else ""),
        (say("cost_label"), cost(spent) or "" if is_counted else ""),
    ]
    return [(label, value) for label, value in rows if value]


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    if minutes:
        return say("minutes", minutes=minutes, seconds=rest)
    return say("seconds", count=seconds)


def ending(answer: Answer) -> str | None:
    """How an answer ended, and what was not sent, if there is something to say."""
    return spoken().joined(_end(answer), not_sent(answer.left_out)) or None


def not_sent(names: tuple[str, ...]) -> str:
    """What the service does not take as it was set."""
    said = []
    if "max_tokens" in names:
        said.append(say("lowered"))
    if "system_prompt" in names:
        said.append(say("system_prompt_moved"))
    labels = {
        "temperature": say("temperature"),
        "top_p": say("top_p"),
        "reasoning_effort": say("effort"),
        "verbosity": say("verbosity"),
    }
    if options := [label for name, label in labels.items() if name in names]:
        said.append(say("left_out_options", options=spoken().listed(options)))
    return spoken().joined(*said)


def _end(answer: Answer) -> str | None:
    if answer.status is Status.STOPPED:
        return say("stopped" if answer.has_text else "stopped_early")
    if answer.status is Status.CUT:
        is_filtered = answer.finish_reason == "content_filter"
        return say("cut_by_filter" if is_filtered else "cut_by_length")
    return None
