#!/usr/bin/env bash
# How long a caller waits for a user's token: from memory, and cold from PostgreSQL and SQLite with 16 callers at once.
# And how long it takes to find an API in the registry.
#
#   bench/provider.sh [cold]      prints Markdown; cold: that part alone
#
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
start_postgres
create_database provider
dotnet build bench/provider -c Release -nologo -v q >"$BENCH_WORK/build.log" 2>&1 || { cat "$BENCH_WORK/build.log" >&2; exit 1; }
program=$PWD/bench/provider/bin/Release/net10.0/LarkService.Bench.dll
(cd "$BENCH_WORK" && dotnet "$program" "$@") >"$BENCH_WORK/bench.log" 2>&1 || { tail -n 60 "$BENCH_WORK/bench.log" >&2; exit 1; }
grep '^|' "$BENCH_WORK/bench.log"
