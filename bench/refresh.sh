#!/usr/bin/env bash
# Thousands of refreshes with kill -9, lost answers, errors of the platform, a slow database and jumping clocks: nobody may be
# lost whom the platform did not itself refuse, and no refresh token may be spent twice.
#
#   bench/refresh.sh [refreshes]      default 10000 on each engine; prints Markdown
#
# Access tokens live 3 s. Talks to 127.0.0.1 only.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
start_postgres
export LARK_CHAOS_REFRESHES=${1:-10000} LARK_CHAOS_REPORT=$BENCH_WORK/report LARK_TEST_SERVICE=$BENCH_SERVICE LARK_TEST_POSTGRES=$BENCH_CONNECTION
status=0
run_chaos RefreshChaosTests || status=$?
echo "| | refreshes | tokens given | told to wait | refused by the platform | lost | spent twice | trouble | seconds |"
echo "|---|---|---|---|---|---|---|---|---|"
sort "$LARK_CHAOS_REPORT"
exit "$status"
