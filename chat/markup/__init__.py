"""Model text made fit to be shown: pure."""
