#!/usr/bin/env bash
# Installs what is missing, builds, checks formatting, runs every suite and ends with a line "N passed, N failed".
#
#   ./test.sh                     everything
#   ./test.sh unit browser        only these suites: unit, sandbox, integration, browser, conformance
#   ./test.sh --coverage          also prints line coverage for each folder of the service
#   ./test.sh --no-install        installs nothing
#
# Needs the .NET 10 SDK, Node 20 and git. Tests talk to 127.0.0.1 only. Logs and results are left in TestResults/.
set -euo pipefail
set -m # every step is a process group of its own, so that nothing it started outlives it
cd "$(dirname "$0")"

readonly ALL_SUITES=(unit sandbox integration browser conformance)
readonly RESULTS=$PWD/TestResults
suites=()
install=yes
coverage=no
for argument in "$@"; do
  case $argument in
    unit | sandbox | integration | browser | conformance) suites+=("$argument") ;;
    --no-install) install=no ;;
    --coverage) coverage=yes ;;
    -h | --help) sed -n '2,/^set /s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "Unknown argument '$argument'; see ./test.sh --help" >&2; exit 2 ;;
  esac
done
whole_run=no
if [ ${#suites[@]} = 0 ]; then
  whole_run=yes
  suites=("${ALL_SUITES[@]}")
fi

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 UseSharedCompilation=false # no server stays behind
export NO_PROXY="127.0.0.1,localhost,::1${NO_PROXY:+,$NO_PROXY}"
export no_proxy=$NO_PROXY

passed=0
failed=0
failures=()
step_group=
postgres_folder=

fail() {
  failed=$((failed + 1))
  failures+=("$1")
}

# Runs a command in a process group of its own, shows and keeps its output, and ends what is left of the group.
# $1 = log below TestResults, the rest = the command.
step() {
  local log=$RESULTS/$1.log status=0
  shift
  { "$@" 2>&1 | tee "$log"; exit "${PIPESTATUS[0]}"; } </dev/null &
  step_group=$!
  wait "$step_group" || status=$?
  end_group "$step_group"
  step_group=
  return "$status"
}

end_group() {
  kill -TERM -- "-$1" 2>/dev/null || return 0
  for _ in $(seq 50); do
    kill -0 -- "-$1" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL -- "-$1" 2>/dev/null || true
}

on_exit() {
  local status=$?
  trap '' INT TERM HUP
  trap - EXIT
  set +e
  [ -z "$step_group" ] || end_group "$step_group"
  [ -z "$postgres_folder" ] || tests/postgres.sh stop "$postgres_folder"
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    fail "the run itself (exit code $status)"
  fi
  echo
  if [ "$failed" -gt 0 ]; then
    echo "Failed:"
    printf '  %s\n' "${failures[@]}"
    [ "$status" -ne 0 ] || status=1
  fi
  echo "$passed passed, $failed failed"
  exit "$status"
}

wants() {
  local suite
  for suite in "${suites[@]}"; do
    [ "$suite" != "$1" ] || return 0
  done
  return 1
}

headline() { printf '\n== %s\n' "$1"; }

# ---- install -------------------------------------------------------------------------------------------------------

browser_program() {
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return
  done
  return 1
}

has_chinese_font() {
  [ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ] ||
    { command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn)" ]; }
}

missing_packages() {
  if wants integration; then
    tests/postgres.sh installed || echo postgresql
    { command -v prometheus && command -v promtool; } >/dev/null || echo prometheus
  fi
  if wants browser; then
    browser_program >/dev/null || echo chromium
    has_chinese_font || echo fonts-noto-cjk
  fi
}

install_missing() {
  local tool missing
  for tool in dotnet node npm git; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: install the .NET 10 SDK, Node 20 and git first." >&2; exit 1; }
  done
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$install" = no ] || [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}. On Debian or Ubuntu: sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  headline "Installing ${missing[*]}"
  step apt-update apt-get update -q
  step apt-install env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

# ---- build and gates -----------------------------------------------------------------------------------------------

# The project each suite runs; the conformance suite starts the sandbox.
project_of() {
  case $1 in
    conformance) echo src/LarkSandbox ;;
    *) echo "tests/$1" ;;
  esac
}

build() {
  local suite
  if [ "$whole_run" = yes ]; then
    headline "Build"
    step restore dotnet restore LarkService.sln -nologo -v q || return 1
    step build dotnet build LarkService.sln --no-restore -nologo -v q || return 1
    return 0
  fi
  for suite in "${suites[@]}"; do
    headline "Build $(project_of "$suite")"
    step "build-$suite" dotnet build "$(project_of "$suite")" -nologo -v q || return 1
  done
}

check_formatting() {
  headline "Formatting"
  step format dotnet format LarkService.sln --verify-no-changes --no-restore || fail "formatting: run 'dotnet format'"
}

check_migrations() {
  local provider
  headline "Migrations"
  step tools dotnet tool restore || { fail "migrations: dotnet-ef cannot be restored"; return 0; }
  for provider in Sqlite Postgres; do
    if [ -z "$(find "migrations/$provider" -name '*.cs' 2>/dev/null | head -n 1)" ]; then
      echo "$provider has no migration yet."
      continue
    fi
    step "migrations-$provider" dotnet ef migrations has-pending-model-changes --no-build \
      --context "${provider}LarkDbContext" --project src/LarkService --startup-project tools/DesignTime ||
      fail "migrations: the model of $provider has changed; run tools/add-migration.sh <Name>"
  done
}

# ---- suites --------------------------------------------------------------------------------------------------------

start_postgres() {
  headline "PostgreSQL"
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/lark-postgres.XXXXXX")
  LARK_TEST_POSTGRES=$(tests/postgres.sh start "$postgres_folder")
  export LARK_TEST_POSTGRES
  echo "$LARK_TEST_POSTGRES"
}

# Adds up one suite: $1 = its name, $2 = its exit code, $3 = "passed failed" as its own summary says, empty without one.
count() {
  local suite_passed suite_failed
  if [ -z "$3" ]; then
    fail "$1: ended without a summary (exit code $2)"
    return
  fi
  read -r suite_passed suite_failed <<<"$3"
  passed=$((passed + suite_passed))
  failed=$((failed + suite_failed))
  if [ "$2" -ne 0 ] && [ "$suite_failed" -eq 0 ]; then
    fail "$1: ended with exit code $2 though no test failed"
  elif [ $((suite_passed + suite_failed)) -eq 0 ]; then
    fail "$1: ran no test"
  fi
}

# The tests that failed, each with the first line of why, and those under way when the run broke off. $1 = log.
failed_tests() {
  awk '
    /^  Failed .* \[/ { name = $0; sub(/^  Failed /, "", name); sub(/ \[[^[]*$/, "", name); next }
    /^  Error Message:/ && name != "" { if ((getline why) > 0) { sub(/^ +/, "", why); print name ": " substr(why, 1, 300) }; name = ""; next }
    /when the (crash|hang) occurred/ { under_way = 1; next }
    under_way && /^ *$/ { if (listed) under_way = 0; next }
    under_way && /may, or may not/ { under_way = 0; next }
    under_way { listed = 1; sub(/^ +/, ""); print "under way when the run broke off: " $0 }
  ' "$1"
}

run_dotnet_suite() {
  local suite=$1 status=0 name collect=()
  headline "Suite $suite"
  if [ "$coverage" = yes ]; then
    collect=(--collect "XPlat Code Coverage")
  fi
  step "$suite" dotnet test "$(project_of "$suite")" --no-build --nologo --results-directory "$RESULTS/$suite" \
    --blame-hang-timeout 8m --blame-hang-dump-type none "${collect[@]}" || status=$?
  while IFS= read -r name; do
    failures+=("$suite: $name")
  done < <(failed_tests "$RESULTS/$suite.log")
  count "$suite" "$status" "$(awk '/^(Passed|Failed|Skipped)! /{gsub(",","");for(i=1;i<NF;i++){if($i=="Failed:")f+=$(i+1);if($i=="Passed:")p+=$(i+1)};n++}END{if(n)print p+0,f+0}' "$RESULTS/$suite.log")"
}

run_conformance() {
  local status=0 name
  headline "Suite conformance"
  if ! step conformance-install npm --prefix tests/conformance ci --no-audit --no-fund; then
    fail "conformance: npm ci failed"
    return
  fi
  step conformance env -C tests/conformance node --test --test-reporter=tap || status=$?
  while IFS= read -r name; do
    failures+=("conformance: $name")
  done < <(sed -nE 's/^ *not ok [0-9]+ - (.*)/\1/p' "$RESULTS/conformance.log")
  count conformance "$status" "$(awk '/^# pass /{p=$3;n++}/^# (fail|cancelled) /{f+=$3}END{if(n)print p+0,f+0}' "$RESULTS/conformance.log")"
}

# ---- coverage ------------------------------------------------------------------------------------------------------

# A line counts once, as covered when any suite ran it. Generated code does not count.
report_coverage() {
  headline "Line coverage"
  find "$RESULTS" -name 'coverage.cobertura.xml' -exec cat {} + | awk '
    function value(name) { return match($0, name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3) : "" }
    /<source>/ { sub(/.*<source>/, ""); sub(/<\/source>.*/, ""); source = $0 }
    /<class / {
      file = value("filename"); if (file !~ /^\//) file = source "/" file
      if (file ~ /\/src\/LarkService\// && file !~ /\/obj\//) sub(/.*\/src\/LarkService\//, "", file); else file = ""
    }
    /<line / && file != "" { key = file SUBSEP value("number"); if (value("hits") > 0) hit[key] = 1; else if (!(key in hit)) hit[key] = 0 }
    END {
      for (key in hit) { split(key, part, SUBSEP); folder = part[1] ~ /\// ? part[1] : "(root)"; sub(/\/.*/, "", folder); all[folder]++; covered[folder] += hit[key]; total++; sum += hit[key] }
      for (folder in all) printf "%-16s %5.1f %%  (%d of %d lines)\n", folder, 100 * covered[folder] / all[folder], covered[folder], all[folder] | "sort"
      close("sort")
      if (total) printf "%-16s %5.1f %%  (%d of %d lines)\n", "all", 100 * sum / total, sum, total
    }'
}

# ---- the run -------------------------------------------------------------------------------------------------------

rm -rf "$RESULTS"
mkdir -p "$RESULTS"
trap on_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

install_missing
build || { fail "build"; exit 1; }
if [ "$whole_run" = yes ]; then
  check_formatting
  check_migrations
fi
if wants integration; then
  start_postgres || { fail "PostgreSQL did not start"; exit 1; }
fi
LARK_TEST_CHROMIUM=$(browser_program || true)
export LARK_TEST_CHROMIUM
for suite in "${suites[@]}"; do
  case $suite in
    conformance) run_conformance ;;
    *) run_dotnet_suite "$suite" ;;
  esac
done
if [ "$coverage" = yes ]; then
  report_coverage
fi
[ "$failed" -eq 0 ] || exit 1
