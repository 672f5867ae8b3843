"""Observe and apply: the only room that imports docker. The loop sees `docker_engine.DockerEngine`."""
