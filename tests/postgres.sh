#!/usr/bin/env bash
# A throwaway PostgreSQL on 127.0.0.1, for tests only: nothing it writes is flushed to disk, unless asked.
#
#   tests/postgres.sh start DIR   starts it in DIR (made when absent) and prints its connection string;
#                                 with LARK_POSTGRES_DURABLE=1 it keeps every commit, as in production
#   tests/postgres.sh halt DIR    stops it at once, as a crash would, and keeps DIR
#   tests/postgres.sh resume DIR  starts it again after a halt, on the same port
#   tests/postgres.sh stop DIR    stops it and removes DIR
#   tests/postgres.sh installed   succeeds when the server programs are on this machine
#
# PostgreSQL refuses to run as root, so root becomes the user postgres, who must be able to reach DIR.
set -euo pipefail

bin_folder() {
  local newest
  newest=$(find /usr/lib/postgresql -maxdepth 3 -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  [ -n "$newest" ] || newest=$(command -v initdb || true)
  [ -n "$newest" ] || return 1
  dirname "$newest"
}

as_server() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=postgres --regid=postgres --init-groups -- env -i PATH="$bin:/usr/bin:/bin" LC_ALL=C.UTF-8 HOME="$dir" "$@"
  else
    env LC_ALL=C.UTF-8 "$@"
  fi
}

# Below the range the system hands out by itself, so nobody gets it between the look and the start.
free_port() {
  local port
  for _ in $(seq 50); do
    port=$((20000 + RANDOM % 12000))
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  echo "No free port on 127.0.0.1." >&2
  return 1
}

start() {
  mkdir -p "$dir"
  chmod 700 "$dir"
  printf lark >"$dir/password"
  if [ "$(id -u)" = 0 ]; then
    chown -R postgres:postgres "$dir"
  fi
  cd "$dir"
  as_server "$bin/initdb" -D "$dir/data" -U lark --pwfile="$dir/password" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 -N >"$dir.log" 2>&1 || { cat "$dir.log" >&2; return 1; }
  local port settings
  for _ in 1 2 3; do
    port=$(free_port)
    settings="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories='$dir' -c max_connections=200"
    if [ -z "${LARK_POSTGRES_DURABLE:-}" ]; then
      settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    fi
    if as_server "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/server.log" -o "$settings" start >/dev/null 2>&1; then
      rm -f "$dir.log"
      echo "Host=127.0.0.1;Port=$port;Username=lark;Password=lark"
      return
    fi
  done
  cat "$dir/server.log" >&2
  return 1
}

halt() {
  cd /
  as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 30 stop >/dev/null
}

# A restart, unlike a start, takes the options of the last start.
resume() {
  cd /
  as_server "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/server.log" restart >/dev/null 2>&1
}

stop() {
  cd /
  if [ -f "$dir/data/postmaster.pid" ]; then
    as_server "$bin/pg_ctl" -D "$dir/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
  fi
  rm -rf "$dir" "$dir.log"
}

command=${1:-}
dir=${2:-}
bin=$(bin_folder) || { [ "$command" = installed ] || echo "PostgreSQL is not installed." >&2; exit 1; }
case $command in
  installed) ;;
  start | stop | halt | resume)
    case $dir in
      /*) "$command" ;;
      *) echo "Give an absolute folder." >&2; exit 2 ;;
    esac
    ;;
  *) echo "Usage: $0 start|halt|resume|stop DIR, or installed" >&2; exit 2 ;;
esac
