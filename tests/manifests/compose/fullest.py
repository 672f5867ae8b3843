"""A project in canonical long form that uses every field that conversion reads, with values of its own."""

from __future__ import annotations

FILES = {
    "site/index.html": "hello",
    "conf/app.conf": "debug = no",
    "conf/tls.key": "secret",
    "conf/seccomp.json": '{"defaultAction": "SCMP_ACT_ERRNO"}',
    "image/Dockerfile.web": "FROM scratch",
}
ENVIRONMENT = {"TOKEN": "t0k3n", "MOTD": "welcome"}

FULLEST = """\
name: shop
x-pullet:
  nodeSelector: {zone: a}
  tolerations: [{key: k, operator: Exists, value: v, effect: NoSchedule}]
  after: [front/Service/proxy ready]
  prune: false
  drift: report
networks:
  default:
    driver_opts: {com.docker.network.bridge.name: br-shop}
  front:
    name: front-net
    driver: macvlan
    driver_opts: {parent: eth0}
    internal: true
    enable_ipv6: true
    labels: {team: red}
    ipam:
      driver: other
      options: {fast: "yes"}
      config:
        - subnet: 172.28.0.0/16
          ip_range: 172.28.5.0/24
          gateway: 172.28.5.254
          aux_addresses: {host1: 172.28.1.5}
        - {subnet: "fd00:28::/64"}
  back: {external: true, name: back-net}
volumes:
  data: {name: shop-data, driver: fancy, driver_opts: {size: big}, labels: {keep: "yes"}}
  theirs: {external: true, name: their-data}
  path: {driver: local, driver_opts: {type: none, o: "bind,ro", device: /srv/path}}
configs:
  app: {file: ./conf/app.conf}
  motd: {environment: MOTD}
  inline: {content: "inline text"}
  host: {file: /etc/host.conf}
  all: {file: ./conf}
secrets:
  key: {file: ./conf/tls.key}
  token: {environment: TOKEN}
services:
  web:
    image: registry.example/web:1
    pull_policy: always
    command: [serve, --fast]
    entrypoint: [/entry, -x]
    environment: {GREETING: hello, GONE: null}
    user: "1000:1000"
    group_add: ["44"]
    working_dir: /srv
    hostname: web-host
    domainname: shop.example
    init: true
    tty: true
    stdin_open: true
    stop_signal: SIGINT
    stop_grace_period: 2.5
    restart: on-failure:4
    healthcheck:
      test: [CMD, check]
      interval: 1.5
      timeout: 2
      start_period: 3
      start_interval: 4
      retries: 5
    depends_on:
      db: {condition: service_healthy, restart: true}
      migrate: {condition: service_completed_successfully, required: false}
    post_start: [{command: [echo, up], user: "0", working_dir: /, environment: {A: b}, privileged: true}]
    pre_stop: [{command: [echo, down]}]
    networks:
      front:
        aliases: [www]
        ipv4_address: 172.28.5.7
        ipv6_address: "fd00:28::7"
        link_local_ips: [169.254.1.1]
        mac_address: "02:42:ac:11:00:02"
        driver_opts: {mtu: "1400"}
        interface_name: eth7
        priority: 5
      back: {}
      default: {priority: 9}
    mac_address: "02:42:ac:11:00:03"
    ports:
      - {target: 80, published: 8080, host_ip: 127.0.0.1, protocol: udp, name: http}
      - {target: 81}
    expose: ["9000", 9001/udp]
    links: ["db:database"]
    dns: [9.9.9.9]
    dns_search: [shop.example]
    dns_opt: ["ndots:2"]
    extra_hosts: {gw: [host-gateway], two: [10.0.0.1, 10.0.0.2]}
    volumes:
      - {type: volume, source: data, target: /data, read_only: true, volume: {nocopy: true, subpath: sub}}
      - {type: volume, source: theirs, target: /theirs}
      - {type: volume, source: path, target: /path}
      - {type: volume, target: /unnamed, volume: {labels: {which: one}}}
      - type: bind
        source: /srv/host
        target: /host-path
        read_only: true
        bind: {propagation: rslave, create_host_path: false, selinux: z}
      - {type: bind, source: ./site, target: /site, read_only: true}
      - {type: bind, source: ./made, target: /made}
      - {type: tmpfs, target: /cache, read_only: true, tmpfs: {size: 1024, mode: 448}}
    volumes_from: ["db:ro"]
    tmpfs: ["/run:size=64m"]
    configs:
      - {source: app, target: /etc/app.conf, uid: "5", gid: "6", mode: 256}
      - {source: motd}
      - {source: inline}
      - {source: host}
      - {source: all, target: /etc/all}
    secrets:
      - {source: key, target: tls.key, uid: "7", gid: "8", mode: 256}
      - {source: token}
    read_only: true
    privileged: true
    cap_add: [cap_net_admin]
    cap_drop: [ALL]
    security_opt:
      - no-new-privileges:true
      - seccomp=./conf/seccomp.json
      - apparmor=tight
      - label:user:joe
      - systempaths=unconfined
    userns_mode: host
    pid: host
    ipc: shareable
    uts: host
    cgroup: host
    cgroup_parent: /parent
    sysctls: {net.core.somaxconn: "1024"}
    ulimits: {nofile: {soft: 10, hard: 20}}
    devices:
      - {source: /dev/a, target: /dev/b, permissions: r}
      - {name: vendor.example/net=one}
    device_cgroup_rules: ["c 1:3 mr"]
    gpus: [{count: 2, driver: nvidia, capabilities: [compute], options: {a: b}}]
    shm_size: 4096
    cpu_shares: 73
    cpu_quota: 50000
    cpu_period: 20000
    cpu_rt_runtime: 400
    cpu_rt_period: 1400
    cpuset: 0-3
    memswap_limit: 8192
    mem_swappiness: 10
    oom_kill_disable: true
    oom_score_adj: 100
    blkio_config:
      weight: 300
      weight_device: [{path: /dev/sda, weight: 400}]
      device_read_bps: [{path: /dev/sdb, rate: 1}]
      device_read_iops: [{path: /dev/sdc, rate: 2}]
      device_write_bps: [{path: /dev/sdd, rate: 3}]
      device_write_iops: [{path: /dev/sde, rate: 4}]
    storage_opt: {size: 1G}
    logging: {driver: journald, options: {tag: web}}
    labels: {team: blue}
    annotations: {note: "1"}
    platform: linux/arm64
    runtime: other
    x-pullet:
      nodeSelector: {disk: ssd}
      tolerations: [{key: own}]
      after: [Service/db ready]
      prune: true
      drift: repair
      strategy: canary
      steps: [1]
      check: {exec: test -f /run/healthy}
    deploy:
      resources:
        limits: {cpus: 1.5, memory: 2048, pids: 50}
        reservations:
          cpus: 0.5
          memory: 1024
          devices: [{capabilities: [tpu], device_ids: [one]}]
      placement:
        constraints: [node.labels.role == web, node.hostname != edge-9]
        max_replicas_per_node: 3
  db:
    image: db
    scale: 2
    restart: always
    volumes: [{type: volume, source: data, target: /var/lib/db}]
    mem_limit: 4096
    mem_reservation: 2048
    pids_limit: 9
    cpus: 0.25
    networks: {default: {aliases: [database]}}
    x-pullet:
      strategy: canary
      steps: [1, 50%, pause 5m]
      promotion: manual
      promoted: "0123456"
      check: {http: "http://127.0.0.1:9090/api/v1/query?query=errors", expect: "< 0.05"}
  migrate:
    build:
      context: ./image
      dockerfile: Dockerfile.web
      args: {A: b}
      labels: {c: d}
      target: stage
      network: none
      extra_hosts: {e: [10.0.0.9]}
      shm_size: 64
      no_cache: true
      pull: true
    network_mode: none
    deploy:
      mode: replicated-job
      replicas: 2
      restart_policy: {condition: on-failure, max_attempts: 3}
  inline:
    build: {context: ./image, dockerfile_inline: FROM busybox}
    network_mode: service:db
    gpus: all
    healthcheck: {disable: true}
    deploy:
      replicas: 3
      update_config:
        {parallelism: 2, order: start-first, monitor: 7, failure_action: pause, max_failure_ratio: 0.5, delay: 9}
      rollback_config: {parallelism: 3, order: start-first}
"""
