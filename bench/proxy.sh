#!/usr/bin/env bash
# What the proxy costs: its throughput beside YARP's plain forwarder in front of the same platform, alone and where ours stands, in
# turns; what it adds to a call at 500 requests a second; 1,000 mixed reads a second; the memory that 100 MB up and down take. Every
# part is a process of its own.
#
#   bench/proxy.sh      prints Markdown; about 5 minutes, with the builds
#
# shellcheck source=bench/prepare.sh
. "$(dirname "$0")/prepare.sh"
build_service
dotnet build bench/proxy -c Release -nologo -v q -o "$BENCH_WORK/proxy" >"$BENCH_WORK/build.log" 2>&1 || { cat "$BENCH_WORK/build.log" >&2; exit 1; }
program=$BENCH_WORK/proxy/LarkService.ProxyBench.dll
started=()
end_proxy() {
  kill "${started[@]}" 2>/dev/null || true
  wait "${started[@]}" 2>/dev/null || true
  bench_end
}
trap end_proxy EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }

ready() { # $1 = address
  for _ in $(seq 300); do
    curl -sf --noproxy '*' -o /dev/null "$1" && return
    sleep 0.1
  done
  echo "$1 does not answer" >&2
  tail -n 20 "$BENCH_WORK"/*.log >&2
  return 1
}

mkdir -p "$BENCH_WORK/run"
cd "$BENCH_WORK/run"
sandbox=http://127.0.0.1:$(free_port) platform=http://127.0.0.1:$(free_port) yarp=http://127.0.0.1:$(free_port) yarp_in_service=http://127.0.0.1:$(free_port) service=http://127.0.0.1:$(free_port)
dotnet "$BENCH_SANDBOX" --no-service --load 0 --json --port "${sandbox##*:}" --data "$BENCH_WORK/sandbox" >"$BENCH_WORK/sandbox.log" 2>&1 &
started+=($!)
ready "$sandbox/sandbox/api/state"
dotnet "$program" platform "${platform##*:}" "$sandbox" >"$BENCH_WORK/platform.log" 2>&1 &
started+=($!)
dotnet "$program" yarp "${yarp##*:}" "$platform/" >"$BENCH_WORK/yarp.log" 2>&1 &
started+=($!)
value() { sed -n "s/^READY.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$BENCH_WORK/sandbox.log"; }
key=bench-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
master=$(head -c 32 /dev/urandom | base64)
serve() { # $1 = address, $2 = name, $3... = what serves
  ASPNETCORE_URLS=$1 Lark__Apps__0__AppId=$(value appId) Lark__Apps__0__AppSecret=$(value appSecret) Lark__OpenBaseUrl=$platform Lark__AccountsBaseUrl=$sandbox \
    Encryption__ActiveKeyId=bench Encryption__Keys__bench=$master Api__BootstrapKey=$key ConnectionStrings__Default="Data Source=$BENCH_WORK/$2.db" \
    dotnet "${@:3}" >"$BENCH_WORK/$2.log" 2>&1 &
  started+=($!)
}
serve "$service" service "$BENCH_SERVICE"
service_pid=$!
serve "$yarp_in_service" yarp-in-service "$program" yarp-in-service "$platform/"
ready "$service/health/ready"
ready "$yarp_in_service/health/ready"
ready "$yarp/api/v1/lark/open-apis/bench/v1/json/300"
mapfile -t users < <(sed -n 's/^READY //p' "$BENCH_WORK/sandbox.log" | grep -o 'ou_[0-9a-zA-Z]*')
dotnet "$program" consent "$service" "$key" "$sandbox" "${users[@]}"
dotnet "$program" measure "$platform" "$yarp" "$yarp_in_service" "$service" "$key" "$service_pid" "${users[@]}"
