"""What a request on the owner's key has cost, as far as can be known while it runs and after it.

What is seen is counted. What a model thinks unseen is counted by the clock. What the service
reports holds in the end, where it is plausible.
"""

from __future__ import annotations

from collections.abc import Callable

from chat.models import Usage
from chat.tokens.calibration import HIDDEN

FASTEST = 200  # tokens a second that a model may think without a word that is seen
PACE = 10  # tokens a second of text from which on a model does nothing else meanwhile
AHEAD = 1.0  # seconds of writing that a burst of text is credited with at most
LIGHTEST = 0.5  # of our count: a report below it is not believed, as no tokenizer counts so few
HEAVIEST = 3  # times our count


class Bill:
    """The cost of one request.

    `sent` are the tokens that its window has at most, `weight` those that it has most likely, and
    `bound` those of a completion that it asks for. `clock` tells seconds.
    """

    def __init__(self, *, sent: int, weight: int, bound: int, clock: Callable[[], float]) -> None:
        self.reported: Usage | None = None
        self.is_whole = False
        self.is_free = False
        self._sent = sent
        self._weight = weight
        self._bound = bound
        self._clock = clock
        self._began = self._looked = clock()
        self._came = 0
        self._unseen = 0.0  # tokens
        self._ahead = 0.0  # seconds
        self._known = sent  # the cost at the last look

    def text(self, tokens: int) -> None:
        """Count a piece of the answer, which stands for the time that it took to write."""
        self._came += tokens
        self._ahead += tokens / PACE
        self._look()
        self._ahead = min(self._ahead, AHEAD)

    def thought(self, tokens: int) -> None:
        """Count a piece of what the model thinks, which may be a summary of more."""
        self._look()
        self._came += tokens
        self._unseen = max(0.0, self._unseen - tokens)

    @property
    def counted(self) -> int:
        """What was sent and what came, as we count it; 0 as long as nothing came."""
        return self._sent + self._came if self._came else 0

    def so_far(self) -> int:
        """What it may have cost by now, with what may have been thought unseen."""
        self._look()
        self._known = max(self._sent + self._came + int(self._unseen), self._plausible())
        return self._known

    def total(self, reserved: int) -> int:
        """What to count it for, when so many tokens were set aside for it.

        A plausible report holds for an answer that came to its end. One that did not may have
        cost more than it says. Without such a report our own count holds, and of each part of the
        report the larger number that may be true.
        """
        if self.is_free:
            return 0
        reported = self._plausible()
        if reported and self.is_whole:
            return reported
        self._look()
        seen = self._sent + self._came
        # While nobody looks, a service is taken to keep to the bound of its request.
        unseen = min(int(self._unseen), max(0, max(reserved, self._known) - seen))
        own = seen + unseen
        if reported or self.reported is None:
            return max(reported, own)
        prompt, completion = self.reported.prompt_tokens, self.reported.completion_tokens
        return max(self._sent, prompt if self._may_be_sent(prompt) else 0) + max(
            self._came + unseen, completion if self._may_have_come(completion) else 0
        )

    def _look(self) -> None:
        """Count the time since the last look for thoughts, but for what text stands for."""
        now = self._clock()
        passed, self._looked = now - self._looked, now
        written = min(passed, self._ahead)
        self._ahead -= written
        self._unseen += (passed - written) * FASTEST

    def _plausible(self) -> int:
        """The tokens that the service reports; 0 where that is not plausible."""
        if self.reported is None:
            return 0
        prompt, completion = self.reported.prompt_tokens, self.reported.completion_tokens
        is_plausible = self._may_be_sent(prompt) and self._may_have_come(completion)
        return prompt + completion if is_plausible else 0

    def _may_be_sent(self, prompt: int) -> bool:
        return (
            LIGHTEST * self._weight <= prompt <= max(HEAVIEST * self._weight, self._sent) + HIDDEN
        )

    def _may_have_come(self, completion: int) -> bool:
        thought = 2 * FASTEST * (self._clock() - self._began)
        most = max(self._bound, thought, HEAVIEST * self._came)
        return LIGHTEST * self._came <= completion <= most
