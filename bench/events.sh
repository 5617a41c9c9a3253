#!/usr/bin/env bash
# Events stored and acknowledged in a second, and how long an ack takes: LarkService on SQLite and PostgreSQL against the
# official Node SDK, whose handler stores each event in the same kind of database before it returns, or stores nothing.
#
#   bench/events.sh [rounds] [events]
#
# All on one sandbox, in turn, 2 KB each, 64 in flight, 2 connections, every commit flushed to disk. Prints Markdown.
# Talks to 127.0.0.1 only. BENCH_KEEP=1 keeps logs and databases.
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
install_peer
start_postgres
node bench/node/events.mjs "${1:-3}" "${2:-20000}"
