"""The judges and what they stand on; judge.py is the command."""
