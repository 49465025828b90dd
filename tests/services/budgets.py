"""What the tests of budgets have in common: a scripted service, clocks, and a day."""

from __future__ import annotations

from collections.abc import Callable, Generator

from chat import errors
from chat.conversation.events import Event, UsageReported
from chat.conversation.tree import Conversation
from chat.conversation.window import Window
from chat.ledger.limits import Limits
from chat.models import Usage
from chat.options import Options
from chat.services.base import Service
from chat.services.budgeted import Budgeted
from chat.tokens.counter import Count, Grade

WINDOW = 100  # tokens, by `weigh` below


class Scripted(Service):
    """Answers with these events, and raises what is among them; notes the options."""

    def __init__(self, *script: Event | errors.ChatError) -> None:
        super().__init__(Options(model="m"))
        self.script = script
        self.requested: list[Options] = []
        self.closed = 0

    def models(self) -> tuple[str, ...]:
        return ()

    def stream(self, window: Window, options: Options) -> Generator[Event]:
        assert window.question
        self.requested.append(options)
        try:
            for event in self.script:
                if isinstance(event, errors.ChatError):
                    raise event
                yield event
        finally:
            self.closed += 1


class Seconds:
    """A clock that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def budgeted(
    service: Service,
    limits: Limits,
    visitor: str = "v",
    grade: Grade = Grade.EXACT,
    models: tuple[str, ...] | None = None,
    clock: Callable[[], float] = Seconds(),  # noqa: B008 - it stands still
) -> Budgeted:
    return Budgeted(
        service,
        limits,
        visitor=visitor,
        weigh=lambda _window, _model: Count(WINDOW, grade),
        count=lambda text, _model: Count(len(text), grade),
        models=models,
        clock=clock,
    )


def window(question: str = "Q") -> Window:
    conversation = Conversation(system_prompt="")
    conversation.ask(question)
    return Window.of(conversation)


def used(prompt: int, completion: int) -> UsageReported:
    return UsageReported(Usage(prompt_tokens=prompt, completion_tokens=completion))


OPTIONS = Options(model="m", max_tokens=50)


def spent_after(service: Service, *, take: int | None = None, options: Options = OPTIONS) -> int:
    """What a request counts for; `take` events are read of it, and then it is stopped."""
    limits = Limits(daily_tokens=10_000)
    events = budgeted(service, limits).stream(window(), options)
    try:
        for _ in range(100 if take is None else take):
            next(events)
    except (StopIteration, errors.ChatError):
        pass
    events.close()
    left = limits.left("v").all
    assert left is not None
    return 10_000 - left
