#!/usr/bin/env bash
# Makes docs/wirebook.png, the picture in the README, from the running book.
# Needs chromium, chromedriver and curl.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build --quiet
log=$(mktemp) profile=$(mktemp -d)
./target/debug/wirebook serve --port 0 >"$log" 2>&1 &
server=$!
chromedriver --port=0 >"$profile/driver.log" 2>&1 &
driver=$!
trap 'kill "$server" "$driver" 2>/dev/null || true; rm -rf "$log" "$profile"' EXIT

first() { until grep -om1 "$1" "$2"; do sleep 0.1; done; }
address=$(first 'http://127.0.0.1:[0-9]*' "$log")
port=$(first 'successfully on port [0-9]*' "$profile/driver.log" | grep -o '[0-9]*')

# https://www.w3.org/TR/webdriver2/
ask() { curl --fail --silent --show-error "http://127.0.0.1:$port/session$1" --data "$2"; }
flags='"--headless","--no-sandbox","--disable-gpu","--disable-quic","--no-first-run","--hide-scrollbars",'
flags+='"--disable-background-networking","--disable-component-update","--disable-sync",'
flags+='"--window-size=1280,900","--user-data-dir='"$profile"'/chromium"'
session=$(ask "" '{"capabilities":{"alwaysMatch":{"goog:chromeOptions":{"args":['"$flags"']}}}}' |
  grep -o '"sessionId":"[^"]*"' | cut -d'"' -f4)
ask "/$session/url" '{"url":"'"$address/stun.html"'"}' >/dev/null
show='const figure = document.getElementById(\"packet-rfc5769-2\");'
show+='figure.querySelector(\"a[href$=f18]\").focus(); figure.scrollIntoView(); window.scrollBy(0, -190);'
ask "/$session/execute/sync" '{"args":[],"script":"'"$show"'"}' >/dev/null
sleep 1
curl --fail --silent "http://127.0.0.1:$port/session/$session/screenshot" | cut -d'"' -f4 | base64 -d >docs/wirebook.png
curl --fail --silent -X DELETE "http://127.0.0.1:$port/session/$session" >/dev/null
echo "docs/wirebook.png"
