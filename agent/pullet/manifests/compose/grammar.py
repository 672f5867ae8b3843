"""Which kind of value stands where in a Compose file. What is not named here has one form only.

What a field means, and whether it is honoured, is for the shapes in schema.py; they also know which fields there are.
https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
"""

from __future__ import annotations

from pullet.manifests.compose.attributes import (
    blkio_count,
    blkio_rate,
    context,
    depends_on,
    device,
    either,
    env_file,
    external,
    extra_hosts,
    gpus,
    grants,
    label_file,
    networks,
    ports,
    request,
    security_option,
    ulimits,
    volume,
    volume_options,
)
from pullet.manifests.compose.kinds import (
    command,
    duration,
    fields,
    filled_texts,
    flag,
    listed,
    microseconds,
    number,
    options,
    path,
    printed_texts,
    said,
    size,
    table,
    test,
    text_or_texts,
    texts,
    whole,
)
from pullet.manifests.compose.place import Kind

_build = either(
    fields(
        {
            "context": context,
            "args": table(empty=None, passed_on=True),
            "labels": table(),
            "additional_contexts": table(),
            "extra_hosts": extra_hosts,
            "cache_from": texts,
            "cache_to": texts,
            "tags": texts,
            "ssh": said,
            "platforms": texts,
            "no_cache": flag,
            "pull": flag,
            "privileged": flag,
            "shm_size": size,
            "ulimits": ulimits,
            "secrets": grants,
        },
        nulls=frozenset({"ssh"}),
    ),
    "context",
)


_update = fields({"parallelism": whole, "delay": duration, "monitor": duration, "max_failure_ratio": number})
_resources = {"cpus": number, "memory": size, "pids": whole}

_deploy = fields(
    {
        "replicas": whole,
        "labels": table(),
        "update_config": _update,
        "rollback_config": _update,
        "resources": fields(
            {
                "limits": fields(_resources),
                "reservations": fields({**_resources, "devices": listed(request)}),
            }
        ),
        "restart_policy": fields({"delay": duration, "max_attempts": whole, "window": duration}),
        "placement": fields({"constraints": texts, "max_replicas_per_node": whole}),
    }
)

_hook = fields({"command": command, "privileged": flag, "environment": table(empty=None, passed_on=True)})


SERVICE = fields(
    {
        "annotations": table(),
        "blkio_config": fields(
            {
                "weight": whole,
                "weight_device": listed(fields({"weight": whole})),
                "device_read_bps": blkio_rate,
                "device_write_bps": blkio_rate,
                "device_read_iops": blkio_count,
                "device_write_iops": blkio_count,
            }
        ),
        "attach": flag,
        "build": _build,
        "cap_add": texts,
        "cap_drop": texts,
        "command": command,
        "configs": grants,
        "cpu_count": whole,
        "cpu_percent": number,
        "cpu_period": microseconds,
        "cpu_quota": microseconds,
        "cpu_rt_period": microseconds,
        "cpu_rt_runtime": microseconds,
        "cpu_shares": whole,
        "cpus": number,
        "depends_on": depends_on,
        "deploy": _deploy,
        "device_cgroup_rules": texts,
        "devices": listed(device),
        "dns": filled_texts,
        "dns_opt": texts,
        "dns_search": text_or_texts,
        "entrypoint": command,
        "env_file": env_file,
        "extends": either(fields({}), "service"),
        "environment": table(empty=None, passed_on=True),
        "expose": printed_texts,
        "external_links": texts,
        "extra_hosts": extra_hosts,
        "gpus": gpus,
        "group_add": printed_texts,
        "healthcheck": fields(
            {
                "test": test,
                "disable": flag,
                "retries": whole,
                "interval": duration,
                "timeout": duration,
                "start_period": duration,
                "start_interval": duration,
            }
        ),
        "init": flag,
        "label_file": label_file,
        "labels": table(),
        "links": texts,
        "logging": fields({"options": options}),
        "mem_limit": size,
        "mem_reservation": size,
        "mem_swappiness": whole,
        "memswap_limit": size,
        "networks": networks,
        "oom_kill_disable": flag,
        "oom_score_adj": whole,
        "pids_limit": whole,
        "ports": ports,
        "post_start": listed(_hook),
        "pre_stop": listed(_hook),
        "privileged": flag,
        "profiles": texts,
        "read_only": flag,
        "scale": whole,
        "secrets": grants,
        "security_opt": listed(security_option),
        "shm_size": size,
        "stdin_open": flag,
        "stop_grace_period": duration,
        "storage_opt": options,
        "sysctls": table(),
        "tmpfs": text_or_texts,
        "tty": flag,
        "ulimits": ulimits,
        "volumes": listed(volume),
        "volumes_from": texts,
    },
    nulls=frozenset({"command", "entrypoint"}),
)


_asset = {"file": path, "labels": table(), "driver_opts": options}

SECTIONS: dict[str, Kind] = {
    "networks": external(
        fields(
            {
                "driver_opts": options,
                "ipam": fields({"config": listed(fields({"aux_addresses": options})), "options": options}),
                "internal": flag,
                "attachable": flag,
                "enable_ipv4": flag,
                "enable_ipv6": flag,
                "labels": table(),
            }
        )
    ),
    "volumes": external(fields({"driver_opts": volume_options, "labels": table()})),
    "configs": external(fields(_asset)),
    "secrets": external(fields(_asset)),
}
"""What stands under each name of the sections besides `services`."""

INCLUDE = listed(either(fields({"path": text_or_texts, "env_file": text_or_texts}), "path"))
