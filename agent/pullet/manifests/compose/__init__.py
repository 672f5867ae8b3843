"""The door for Compose files: `load` gathers a project in canonical long form, `convert` makes workloads of it."""
