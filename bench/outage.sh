#!/usr/bin/env bash
# The database is gone for a minute under load and comes back: PostgreSQL stopped as by a crash and started again, the SQLite
# file held by another process. Nothing may be lost, and the connections stay.
#
#   bench/outage.sh [seconds]      default 60; prints Markdown
#
# What is not acknowledged comes again by the platform's ladder, in 1/100 of the time. Talks to 127.0.0.1 only.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
start_postgres
export LARK_CHAOS_OUTAGE_SECONDS=${1:-60} LARK_CHAOS_REPORT=$BENCH_WORK/report LARK_TEST_SERVICE=$BENCH_SERVICE LARK_TEST_POSTGRES=$BENCH_CONNECTION
export LARK_CHAOS_POSTGRES=$bench_postgres LARK_CHAOS_SCRIPTS=$PWD/tests
status=0
run_chaos OutageTests || status=$?
echo "| | outage | messages | pushes again | never taken | lost | seen twice | repeats the uuid absorbed | takes events again after |"
echo "|---|---|---|---|---|---|---|---|---|"
sort "$LARK_CHAOS_REPORT"
exit "$status"
