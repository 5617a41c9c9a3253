#!/usr/bin/env bash
# Start to ready, start to both connections open, and memory at rest; against the sandbox, with an SQLite file of its own.
#
#   bench/startup.sh [rounds] [seconds of rest]
#
# Prints one line a round and the median of each column. Needs the .NET SDK and curl; talks to 127.0.0.1 only.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
rest=${2:-30}
work=$(mktemp -d)
sandbox_pid=
service_pid=

on_exit() {
  [ -z "$service_pid" ] || kill "$service_pid" 2>/dev/null || true
  [ -z "$sandbox_pid" ] || kill "$sandbox_pid" 2>/dev/null || true
  rm -rf "$work"
}
trap on_exit EXIT

dotnet publish src/LarkService -c Release -r "$(dotnet --info | awk '/RID:/ { print $2; exit }')" --self-contained false -o "$work/service" -nologo -v q >/dev/null
dotnet publish src/LarkSandbox -c Release -o "$work/sandbox" -nologo -v q >/dev/null
dotnet "$work/sandbox/LarkSandbox.dll" --no-service --json --port 0 --data "$work/data" >"$work/ready" &
sandbox_pid=$!
until grep -q '^READY ' "$work/ready"; do kill -0 "$sandbox_pid" || exit 1; sleep 0.05; done
value() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$work/ready"; }

export Lark__Apps__0__AppId Lark__Apps__0__AppSecret Lark__OpenBaseUrl Lark__AccountsBaseUrl Encryption__Keys__bench
Lark__Apps__0__AppId=$(value appId)
Lark__Apps__0__AppSecret=$(value appSecret)
Lark__OpenBaseUrl=$(value url)
Lark__AccountsBaseUrl=$Lark__OpenBaseUrl
Encryption__Keys__bench=$(dotnet "$work/service/LarkService.dll" keys generate)
export Encryption__ActiveKeyId=bench ASPNETCORE_URLS=http://127.0.0.1:18080 Logging__LogLevel__Default=Warning

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# $1 = path, $2 = what the body must hold
until_answers() {
  until curl -sf --max-time 1 "http://127.0.0.1:18080$1" 2>/dev/null | grep -q "$2"; do kill -0 "$service_pid" || exit 1; sleep 0.01; done
}

echo "round  ready ms  both connected ms  RSS MB after ${rest} s"
for round in $(seq "$rounds"); do
  export ConnectionStrings__Default="Data Source=$work/round$round.db"
  began=$(milliseconds)
  dotnet "$work/service/LarkService.dll" >/dev/null &
  service_pid=$!
  until_answers /health/ready Healthy
  ready=$(($(milliseconds) - began))
  until_answers /health '2 of 2'
  connected=$(($(milliseconds) - began))
  sleep "$rest"
  rss=$(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$service_pid/status")
  kill "$service_pid"
  wait "$service_pid" || true
  service_pid=
  echo "$round  $ready  $connected  $rss" | tee -a "$work/rounds" | awk '{ printf "%5d  %8d  %17d  %6d\n", $1, $2, $3, $4 }'
done
for column in 2 3 4; do
  sort -n -k "$column,$column" "$work/rounds" | awk -v c="$column" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'
done | paste -sd ' ' | awk '{ printf "median %7d  %17d  %6d\n", $1, $2, $3 }'
