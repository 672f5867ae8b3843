"""Readiness of what runs here: each container is asked as its probe says, and the last answers lie ready.

`prober` is the door. `standing` counts answers, `asking`, `network` and `words` get and phrase them.
"""
