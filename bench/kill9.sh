#!/usr/bin/env bash
# kill -9 again and again under load: SQLite, PostgreSQL, PostgreSQL with two replicas. Nothing may be lost, nothing seen twice.
#
#   bench/kill9.sh [rounds]      default 100 each; prints Markdown
#
# People ask the bot for help while their service is killed, also in the midst of a start. One event in ten is pushed twice
# at once, and what is not acknowledged comes again by the platform's ladder, so much faster that a start of the service
# takes as long as half an hour in life. Talks to 127.0.0.1 only.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
start_postgres
export LARK_CHAOS_ROUNDS=${1:-100} LARK_CHAOS_REPORT=$BENCH_WORK/report LARK_TEST_SERVICE=$BENCH_SERVICE LARK_TEST_POSTGRES=$BENCH_CONNECTION
status=0
run_chaos KillTests || status=$?
echo "| | rounds | messages | pushes again | never taken | lost | seen twice | repeats the uuid absorbed | a start takes s | seconds |"
echo "|---|---|---|---|---|---|---|---|---|---|"
sort "$LARK_CHAOS_REPORT"
exit "$status"
