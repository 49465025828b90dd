"""The sidebar: the settings and the models."""

from __future__ import annotations

from datetime import date

NEW_CHAT = "New chat"
SYSTEM_PROMPT = "System prompt"
SYSTEM_PROMPT_HELP = "What the model is told before your questions. Leave it empty to tell nothing."
ROUNDS = "Rounds to remember"
ROUNDS_HELP = (
    "How many earlier rounds (a question and its answer) go along with your next question. "
    "With 0 the model sees only the question."
)
MODEL = "Model"
MODEL_HELP = "Pick a model, or type the name of another one."
EFFORT = "Reasoning effort"
EFFORT_HELP = "How much the model thinks before it answers. More takes longer and costs more."
MODELS_DEFAULT = "Model's default"
MORE = "More settings"
TEMPERATURE = "Temperature"
TEMPERATURE_HELP = "Lower is steadier, higher is more surprising. Not every model takes it."
TOP_P = "Top p"
TOP_P_HELP = "Keeps to the likeliest words. Not every model takes it."
MAX_TOKENS = "Max tokens"
MAX_TOKENS_HELP = "The longest answer you want, in tokens."
VERBOSITY = "Verbosity"
VERBOSITY_HELP = "How much the model says."
LEAVE_IT = "Left to the model"


def temperature_refused(*, is_ever_taken: bool) -> str:
    """Why temperature and top p cannot be set."""
    if is_ever_taken:
        return f'This model takes {TEMPERATURE} and {TOP_P} only with the {EFFORT.lower()} "none".'
    return f"This model takes no {TEMPERATURE} and no {TOP_P}."


def shutdown(model: str, day: date, today: date) -> str:
    """Said of a model that is announced to go."""
    when = f"{day.day} {day:%B %Y}"
    if day <= today:
        return f"{model} was shut down on {when}. Pick another model."
    return f"{model} will be shut down on {when}."
