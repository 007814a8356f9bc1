"""Talking to language models: one Protocol in `model`, one module for each way to reach one."""
