"""The terminal."""

TERMINAL_HELP = (
    "/new starts over, /rounds N remembers N rounds, /quit leaves. Ctrl-C stops an answer."
)
TERMINAL_DEMO = "This is the demo: the answers are scripted. Set OPENAI_API_KEY to talk to a model."
TERMINAL_PROMPT = "> "
OUTPUT_LOST = "The answer could not be written."
STARTED_OVER = "Started over."


def remembering(rounds: int) -> str:
    """Said when the number of rounds was set."""
    return f"Remembering {rounds} {'round' if rounds == 1 else 'rounds'}."


def rounds_allowed(most: int) -> str:
    """Said when the number of rounds was not understood."""
    return f"Say a whole number from 0 to {most}, like this: /rounds 3"


def unknown_command(command: str) -> str:
    """Said for a command that does not exist."""
    return f"There is no command {command}. {TERMINAL_HELP}"
