"""Whether the service lists the models that are set, takes the key, and answers a question."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from difflib import get_close_matches

from chat import errors
from chat.conversation.events import Ended, Event, ReasoningDelta, Reread, TextDelta
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.doctor.finding import Finding, failed, note, well, wrong
from chat.errors import ChatError
from chat.languages.language import say, spoken
from chat.redaction import secrets_in
from chat.services import refusals
from chat.services.connect import connect
from chat.services.listing import models_of
from chat.services.provider import CONNECT_TIMEOUT, OPENAI_BASE_URL
from chat.settings import Settings

QUESTION = "Say OK."
# Where the list says so, a question would say it once more.
_IN_VAIN = (errors.KeyRefused, errors.NotReachable, errors.TooSlow)


def listed(settings: Settings, *, seconds: float) -> list[Finding]:
    """Ask for the list of models, within so many seconds, and look for those that are set."""
    from openai import OpenAI, Timeout

    address = settings.base_url or OPENAI_BASE_URL
    secrets = (settings.api_key or "", *secrets_in(address))
    said: object = None
    try:
        with OpenAI(
            api_key=settings.api_key,
            base_url=address,
            max_retries=0,
            timeout=Timeout(seconds, connect=CONNECT_TIMEOUT),
        ) as client:
            said = client.get("/models", cast_to=object)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        end = refusals.from_exception(error, secrets=secrets)
        # A key may be good for questions alone, and a service may have no list.
        return [failed(end) if isinstance(end, _IN_VAIN) else note(say("doctor_no_list"))]
    names = {model.name for model in models_of(said)}
    if not names:
        return [note(say("doctor_no_list"))]
    return [*_looked_up(settings, names)]


def _looked_up(settings: Settings, names: set[str]) -> Iterator[Finding]:
    wanted = filter(None, (settings.model, *settings.models, settings.transcription_model))
    missing = [name for name in dict.fromkeys(wanted) if name not in names]
    if not missing:
        yield well(say("doctor_listed", count=len(names)))
    for name in missing:
        alike = get_close_matches(name, names, n=3)
        like = say("doctor_alike", models=spoken().listed(alike)) if alike else ""
        yield note(spoken().joined(say("doctor_not_listed", model=name), like))


def answered(settings: Settings, *, seconds: float) -> list[Finding]:
    """Ask one short question as the app does, until its first word or thought, or for so long."""
    conversation = Conversation(system_prompt="", rounds=0)
    conversation.ask(QUESTION)
    service = connect(settings)
    began = time.monotonic()
    try:
        with closing(service.stream(Window.of(conversation), service.defaults)) as events:
            for event in events:
                took = time.monotonic() - began
                if _is_word(event):
                    return [
                        well(say("doctor_answers", model=settings.model, seconds=round(took, 2)))
                    ]
                if isinstance(event, Ended):
                    return [failed(errors.EmptyAnswer())]
                if took > seconds:
                    break
    except ChatError as error:
        return [failed(error)]
    return [wrong(say("doctor_no_word", model=settings.model, seconds=seconds))]


def _is_word(event: Event) -> bool:
    if isinstance(event, Reread):
        return bool(event.text or event.reasoning)
    return isinstance(event, TextDelta | ReasoningDelta) and bool(event.text)
