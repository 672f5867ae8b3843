"""Whether what runs here has started, lives and is ready: containers are asked as their probes say, answers lie ready.

`prober` is the door. `standing` counts the answers to one probe, `course` puts those of a container together, `asking`,
`network` and `words` get and phrase them.
"""
