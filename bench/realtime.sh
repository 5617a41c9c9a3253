#!/usr/bin/env bash
# What a thousand connected clients cost: the memory of the service, and how long an event takes to reach them, to one at a time and to all at
# once. Clients are plain WebSockets in a process of their own; events come in as those of another replica do, over PostgreSQL's NOTIFY.
#
#   bench/realtime.sh [clients]      default 1000; prints Markdown; about 1 minute beside the builds
#
# Talks to 127.0.0.1 only. BENCH_KEEP=1 keeps logs and databases.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
dotnet build bench/realtime -c Release -nologo -v q -o "$BENCH_WORK/realtime" >"$BENCH_WORK/build.log" 2>&1 || { cat "$BENCH_WORK/build.log" >&2; exit 1; }
start_postgres
create_database realtime
service_pid=
end_realtime() {
  if [ -n "$service_pid" ]; then
    kill "$service_pid" 2>/dev/null || true
    wait "$service_pid" 2>/dev/null || true
  fi
  bench_end
}
trap end_realtime EXIT

mkdir -p "$BENCH_WORK/run"
cd "$BENCH_WORK/run"
service=http://127.0.0.1:$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
key=bench-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
# No platform is needed: nobody is asked for anything.
export ASPNETCORE_URLS=$service Lark__Apps__0__AppId=cli_bench Lark__Apps__0__AppSecret=bench LongConnection__Enabled=false \
  Lark__OpenBaseUrl=http://127.0.0.1:9 Lark__AccountsBaseUrl=http://127.0.0.1:9 Encryption__ActiveKeyId=bench Api__BootstrapKey=$key \
  Database__Provider=Postgres ConnectionStrings__Default="$BENCH_CONNECTION;Database=realtime"
Encryption__Keys__bench=$(head -c 32 /dev/urandom | base64)
export Encryption__Keys__bench
dotnet "$BENCH_SERVICE" migrate >"$BENCH_WORK/migrate.log" 2>&1 || { cat "$BENCH_WORK/migrate.log" >&2; exit 1; }
dotnet "$BENCH_SERVICE" >"$BENCH_WORK/service.log" 2>&1 &
service_pid=$!
for _ in $(seq 300); do
  curl -sf --noproxy '*' -o /dev/null "$service/health/live" && grep -q 'Listening for what other replicas change' "$BENCH_WORK/service.log" && break
  sleep 0.1
done
dotnet "$BENCH_WORK/realtime/LarkService.RealtimeBench.dll" "$service" "$key" "$BENCH_CONNECTION;Database=realtime" "$service_pid" "${1:-1000}" || { tail -n 20 "$BENCH_WORK/service.log" >&2; exit 1; }
