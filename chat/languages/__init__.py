"""The words of the app by language: one file each, which needs no Python to be translated."""
