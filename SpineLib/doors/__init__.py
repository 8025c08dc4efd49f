"""The ways in: the worker and its client, and every command."""
