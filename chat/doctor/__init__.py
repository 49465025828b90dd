"""What an owner asks when something does not work: `python -m chat.doctor`."""
