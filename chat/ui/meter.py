"""The token counter: what the next request carries, and what the last answer was."""

from __future__ import annotations

from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from chat.conversation import Answer
from chat.tokens import Count, TokenCounter
from chat.ui import text
from chat.ui.state import Visitor
from chat.window import Window


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Draws one visitor's tokens into a slot of the page, as often as it is asked to."""

    slot: DeltaGenerator
    visitor: Visitor
    counter: TokenCounter

    def draw(self) -> None:
        """Draw the numbers of now; while an answer grows, the request is the one being answered."""
        growing = self.visitor.conversation.open_round
        answer = growing.answer if growing else self._last_answer()
        self.slot.markdown(
            text.token_counter(
                request=self._request(growing.answer if growing else None),
                answer=self._tokens_of(answer) if answer else None,
                growing=growing is not None,
            )
        )

    def _last_answer(self) -> Answer | None:
        rounds = reversed(self.visitor.conversation.history)
        return next((round.kept for round in rounds if round.kept), None)

    def _request(self, growing: Answer | None) -> str:
        if growing is not None and growing.usage is not None:
            return text.reported(growing.usage.prompt_tokens)
        messages = Window.of(self.visitor.conversation).messages
        return str(self.counter.messages(messages, self.visitor.options.model))

    def _tokens_of(self, answer: Answer) -> str:
        if answer.usage is not None:
            return text.reported(answer.usage.completion_tokens)
        counted = self.counter.text(answer.text, self.visitor.options.model)
        return str(Count(counted.tokens, exact=False))
