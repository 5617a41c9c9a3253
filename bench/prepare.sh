# Sourced by the measurements: builds for release, installs what the peer needs, starts a PostgreSQL that keeps what it
# commits, and takes all of it away at the end. Needs the .NET SDK, Node 20 with its headers, a C++ compiler and PostgreSQL.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}" BENCH_WORK
export no_proxy=$NO_PROXY
BENCH_WORK=$(mktemp -d "${TMPDIR:-/tmp}/lark-bench.XXXXXX")
bench_postgres=
chaos_group=

bench_end() {
  [ -z "$chaos_group" ] || kill -KILL -- "-$chaos_group" 2>/dev/null || true
  [ -z "$bench_postgres" ] || tests/postgres.sh stop "$bench_postgres"
  [ -n "${BENCH_KEEP:-}" ] || rm -rf "$BENCH_WORK"
}
trap bench_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# BENCH_SERVICE and BENCH_SANDBOX name what was published before.
build_service() {
  [ -z "${BENCH_SERVICE:-}" ] || [ -z "${BENCH_SANDBOX:-}" ] || return 0
  dotnet publish src/LarkService -c Release -r "$(dotnet --info | awk '/RID:/ { print $2; exit }')" --self-contained false -o "$BENCH_WORK/service" -nologo -v q >"$BENCH_WORK/build.log" ||
    { cat "$BENCH_WORK/build.log" >&2; return 1; }
  dotnet publish src/LarkSandbox -c Release -o "$BENCH_WORK/sandbox-bin" -nologo -v q >"$BENCH_WORK/build.log" || { cat "$BENCH_WORK/build.log" >&2; return 1; }
  export BENCH_SERVICE=$BENCH_WORK/service/LarkService.dll BENCH_SANDBOX=$BENCH_WORK/sandbox-bin/LarkSandbox.dll
}

# The SQLite package is compiled here: it has no ready-made binary that every machine can fetch.
install_peer() {
  if ! (cd bench/node && node -e 'require("better-sqlite3")(":memory:"); require("pg"); require("@larksuiteoapi/node-sdk")') 2>/dev/null; then
    npm --prefix bench/node ci --ignore-scripts --no-audit --no-fund >"$BENCH_WORK/npm.log" 2>&1 &&
      (cd bench/node/node_modules/better-sqlite3 && npx --no-install prebuild-install || npm run build-release) >>"$BENCH_WORK/npm.log" 2>&1 || { cat "$BENCH_WORK/npm.log" >&2; return 1; }
  fi
}

start_postgres() {
  local connection port
  bench_postgres=$BENCH_WORK.postgres
  connection=$(LARK_POSTGRES_DURABLE=1 tests/postgres.sh start "$bench_postgres")
  port=${connection#*Port=}
  export BENCH_POSTGRES=postgres://lark:lark@127.0.0.1:${port%%;*}/postgres BENCH_CONNECTION=$connection
}

create_database() {
  PGPASSWORD=lark psql -q -d "${BENCH_POSTGRES/lark:lark@/lark@}" -c "CREATE DATABASE $1"
}

# $1 = the class in tests/integration/Chaos
run_chaos() { run_test "Chaos.$1"; }

# $1 = folder and class in tests/integration
run_test() {
  local status=0
  set -m # a process group of its own, so that nothing of it outlives an interrupted script
  dotnet test tests/integration -c Release -nologo -v q --logger "console;verbosity=normal" --filter "FullyQualifiedName~$1" >"$BENCH_WORK/chaos.log" 2>&1 </dev/null &
  chaos_group=$!
  set +m
  wait "$chaos_group" || status=$?
  chaos_group=
  [ "$status" = 0 ] || grep -v '"level":"information"' "$BENCH_WORK/chaos.log" | tail -n 60 >&2
  return "$status"
}
