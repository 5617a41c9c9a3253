#!/usr/bin/env bash
# How long people wait for the answer to a click on a card, at 200 clicks a second for 30 s, on SQLite and PostgreSQL.
#
#   bench/callbacks.sh [rounds] [clicks a second]
#
# Clicks go out at their times whether or not earlier answers have come, and are measured from those times. Prints Markdown.
# Talks to 127.0.0.1 only. BENCH_KEEP=1 keeps logs and databases.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
start_postgres
for round in $(seq "${1:-3}"); do create_database "callbacks$round"; done
node bench/node/callbacks.mjs "${1:-3}" "${2:-200}"
