"""What the agent shows over HTTP: health, the report, metrics, a page for people, and the webhook that wakes it.

`server` and `board` are for the wiring, `client` for `pullet status`; `client` and `address` import nothing heavy.
"""
