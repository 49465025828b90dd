"""Who pays for what a visitor asks: the owner, within the budgets, or the visitor's own key."""

from __future__ import annotations

from dataclasses import replace

from chat.conversation.answer import Answer
from chat.ledger.limits import Limits
from chat.services.base import Service
from chat.services.budgeted import Budgeted
from chat.services.connect import connect
from chat.services.failure_log import Log
from chat.settings import Settings
from chat.tokens.calibration import Calibration
from chat.tokens.counter import Count, TokenCounter
from chat.variables import is_key_like


class Payer:
    """The services that one visitor may ask, by the owner's leave, and what an answer has taken."""

    def __init__(self, owners: Settings, counter: TokenCounter) -> None:
        self.owners = owners
        self.options = owners.options
        self.calibration = Calibration(counter)
        self.own_service: Service | None = None
        self.own_key = ""  # which only this page's session has

    @property
    def may_use_own_key(self) -> bool:
        """Whether a key of the visitor's own may be given: the owner allows it, and has none."""
        return self.owners.own_key and self.owners.api_key is None

    def use_key(self, given: str, log: Log | None = None) -> None:
        """Ask with the visitor's own key from now on, where it is one; `log` gets what fails."""
        self.own_key = given.strip()
        is_key = bool(self.own_key) and is_key_like(self.own_key)
        with_it = replace(self.owners, api_key=self.own_key)
        self.own_service = connect(with_it, log=log) if is_key else None

    def budgeted(self, service: Service, limits: Limits, address: str) -> Budgeted:
        """The service as this visitor, who comes from there, may use it on the owner's key."""
        return Budgeted(
            service,
            limits,
            visitor=address,
            weigh=lambda window, model: self.calibration.weigh(window.messages, model).total,
            count=self.calibration.text,
            models=self.owners.allowed_models,
        )

    def thought(self, answer: Answer) -> Count:
        """The tokens of an answer's reasoning, as reported or as we count them."""
        if answer.usage is not None and answer.usage.reasoning_tokens:
            return Count(answer.usage.reasoning_tokens)
        return self.calibration.text(answer.reasoning, answer.model or self.options.model)
