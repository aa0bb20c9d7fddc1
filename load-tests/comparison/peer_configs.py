"""Configuration files of the other proxies, as alike as they can be made: one worker, no logs, kept-alive connections on
both sides, the client's address added to the request, bodies streamed, 60 s timeouts, the same most connections."""

import json
import os

from cases import QUEUE_WIDTH



def haproxy(setup, width=None, longest_wait="60s", answer_within="60s", control=None):
    """In shed mode it denies every request with 503. By itself it closes connections to the service that idle for a
    moment when a quarter of its descriptors is in use; the others keep theirs. At most `width` requests are at the
    service, the rest waits; `control` is a socket for orders of an operator, who also has it notice, as all others do
    by themselves, when a caller leaves."""
    rule = "http-request return status 503" if setup.mode == "shed" else "default_backend service"
    if setup.mode == "queue":
        width = QUEUE_WIDTH
    bound = f" maxconn {width}" if width else ""
    orders = f"stats socket {control} level admin" if control else ""
    notices = "option abortonclose" if control else ""
    return f"""
global
  nbthread 1
  maxconn {setup.most_connections}
  tune.pool-low-fd-ratio 99
  tune.pool-high-fd-ratio 100
  {orders}
defaults
  mode http
  timeout client 60s
  timeout server {answer_within}
  timeout connect 5s
  timeout queue {longest_wait}
  http-reuse always
  {notices}
  option forwardfor
frontend door
  bind 127.0.0.1:{setup.port} backlog 4096
  {rule}
backend service
  server one {setup.service}{bound}
"""


def nginx(setup, folder):
    """Root's workers stay root, so that the folder is theirs as well."""
    user = "user root;" if os.geteuid() == 0 else ""
    location = "return 503;" if setup.mode == "shed" else """proxy_pass http://service; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_request_buffering off; proxy_max_temp_file_size 0; client_max_body_size 0;"""
    # Two for each client, and the sixteenth that it wants to be free: else it closes connections that idle.
    places = setup.most_connections * 9 // 4
    return f"""
{user} worker_processes 1; daemon off;
worker_rlimit_nofile {2 * setup.most_connections + 200};
pid {folder}/nginx.pid; error_log {folder}/error.log error;
events {{ worker_connections {places}; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 75s; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_connect_timeout 5s;
  upstream service {{ server {setup.service}; keepalive {setup.most_connections}; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{setup.port} backlog=4096; location / {{ {location} }} }}
}}
"""


def h2o(setup):
    """It has no directive for an answer of its own but mruby. Its crash handler is a Perl program that idles beside it."""
    user = "user: root\n" if os.geteuid() == 0 else ""
    door = f"        proxy.reverse.url: http://{setup.service}/"
    if setup.mode == "shed":
        door = '        mruby.handler: |\n          Proc.new { |env| [503, {"content-type" => "text/plain"}, ["busy\\n"]] }'
    return f"""{user}num-threads: 1
num-name-resolution-threads: 1
crash-handler: /bin/cat
max-connections: {setup.most_connections}
http1-request-timeout: 75
temp-buffer-path: {setup.folder}
proxy.preserve-host: ON
proxy.timeout.io: 60000
proxy.timeout.keepalive: 60000
listen:
  host: 127.0.0.1
  port: {setup.port}
hosts:
  default:
    paths:
      "/":
{door}
"""


def socket_address(port):
    """A port of loopback as Envoy writes it."""
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def typed(kind, **values):
    """A configuration of one of Envoy's extensions."""
    return {"@type": f"type.googleapis.com/envoy.extensions.{kind}", **values}


def envoy_bootstrap(port, service_port, routes, filters, limits):
    """One listener, one route table, one cluster; no access log, no admin port."""
    router = {"name": "envoy.filters.http.router", "typed_config": typed("filters.http.router.v3.Router")}
    manager = typed("filters.network.http_connection_manager.v3.HttpConnectionManager", stat_prefix="door",
                    use_remote_address=True, http_filters=[*filters, router],
                    route_config={"name": "all", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]})
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    endpoint = {"endpoint": {"address": socket_address(service_port)}}
    load = {"cluster_name": "service", "endpoints": [{"lb_endpoints": [endpoint]}]}
    return {"static_resources": {
        "listeners": [{"name": "door", "address": socket_address(port), "filter_chains": [chain]}],
        "clusters": [{"name": "service", "type": "STATIC", "connect_timeout": "5s", "load_assignment": load,
                      "circuit_breakers": {"thresholds": [limits]}}]}}


def envoy(setup):
    """In shed mode every request gets its direct response; the queue is that of its circuit breaker."""
    most = 1000000
    limits = {"max_connections": QUEUE_WIDTH if setup.mode == "queue" else most, "max_pending_requests": most,
              "max_requests": most}
    route = {"match": {"prefix": "/"}, "route": {"cluster": "service", "timeout": "60s"}}
    if setup.mode == "shed":
        route = {"match": {"prefix": "/"}, "direct_response": {"status": 503}}
    return json.dumps(envoy_bootstrap(setup.port, setup.service_port, [route], [], limits), indent=1)


def adaptive_envoy(port, service_port, answer_within="60s"):
    """With the adaptive_concurrency filter: 100 ms update interval, 60 s minRTT interval, 50 samples."""
    limits = {"max_connections": 100000, "max_pending_requests": 100000, "max_requests": 100000}
    limiter = {"name": "envoy.filters.http.adaptive_concurrency", "typed_config": typed(
        "filters.http.adaptive_concurrency.v3.AdaptiveConcurrency",
        enabled={"default_value": True, "runtime_key": "adaptive_concurrency.enabled"},
        gradient_controller_config={
            "sample_aggregate_percentile": {"value": 50},
            "concurrency_limit_params": {"concurrency_update_interval": "0.1s"},
            "min_rtt_calc_params": {"interval": "60s", "request_count": 50}})}
    route = {"match": {"prefix": "/"}, "route": {"cluster": "service", "timeout": answer_within}}
    return envoy_bootstrap(port, service_port, [route], [limiter], limits)
