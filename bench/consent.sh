#!/usr/bin/env bash
# Ten thousand people have a card, and a thousand of them finish in the same moment, against the platform's 50 calls a second and 1000 a
# minute: how long until everybody has a grant, what that costs in calls, how long browsers wait, and how soon the rest is ended
# when they all run out together. Both flows, two replicas on PostgreSQL and one service on SQLite.
#
#   bench/consent.sh [people] [pending]      default 1000 of 10000; prints Markdown
#
# Takes about 20 minutes on two cores. Talks to 127.0.0.1 only.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
start_postgres
export LARK_CONSENT_PEOPLE=${1:-1000} LARK_CONSENT_PENDING=${2:-10000} LARK_CHAOS_REPORT=$BENCH_WORK/report LARK_TEST_SERVICE=$BENCH_SERVICE LARK_TEST_POSTGRES=$BENCH_CONNECTION
status=0
# One after the other: they would measure each other.
for what in ${LARK_CONSENT_FLOWS:-Redirect Device}; do
  for engine in ${LARK_CONSENT_ENGINES:-Postgres Sqlite}; do
    LARK_CONSENT_ENGINE=$engine run_test "Flows.ConsentCrowdTests.$what" || status=$?
  done
done
echo "| flow, engine, services | pending | finish | drained s | page p50 ms | p95 ms | token calls | refused | cards s | rest ended s | their cards after 15 s |"
echo "|---|---|---|---|---|---|---|---|---|---|---|"
cat "$LARK_CHAOS_REPORT"
exit "$status"
