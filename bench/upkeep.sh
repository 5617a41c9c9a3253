#!/usr/bin/env bash
# What the timetable asks the database, batch by batch, with very many rows in every table: those whose refresh token must be
# kept alive, whose day 365 comes, who is unused, who is compared with the directory, and what is old and removed.
#
#   bench/upkeep.sh [rows]      default 100000 in each table; prints Markdown
#
# A fifth of the rows has come to its time. Fails when 95 % of the batches of a scan do not stay below 100 ms.
# Talks to 127.0.0.1 only.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
start_postgres
export LARK_BENCH_GRANTS=${1:-100000} LARK_CHAOS_REPORT=$BENCH_WORK/report LARK_TEST_POSTGRES=$BENCH_CONNECTION
status=0
run_test Upkeep.ScanBench || status=$?
echo "| | rows in each table | scan | found | batches | p50 ms | p95 ms | slowest ms |"
echo "|---|---|---|---|---|---|---|---|"
sort -s -k 2,2 "$LARK_CHAOS_REPORT"
exit "$status"
