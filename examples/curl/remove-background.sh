#!/usr/bin/env bash
# From a photo to a cut-out with nothing but curl.
#
#   remove-background.sh <photo> <output.png> [<background photo>]
#
# SERVER  the GraphQL endpoint, http://localhost:4000/graphql by default
# KEY     a Magic Hour or gateway key; the sandbox needs none
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
photo=$1 output=$2 background=${3:-}
server=${SERVER:-http://localhost:4000/graphql}

fail() { echo "$*" >&2; exit 1; }
ask() { # a GraphQL request, as JSON
  curl --silent --show-error "$server" --header 'content-type: application/json' \
    ${KEY:+--header "authorization: Bearer $KEY"} --data "$1"
}
field() { # the first value of a field of that name; nothing where there is none
  { grep -o "\"$1\":\"[^\"]*\"" || true; } | head -n 1 | cut -d '"' -f 4
}
upload() { # a file; sets `path` to what removeBackground takes
  local extension ticket url
  [ -r "$1" ] || fail "$1 cannot be read."
  # The server takes extensions in lower case; `tr` rather than ${1,,}, which the bash of macOS does not know.
  extension=$(tr '[:upper:]' '[:lower:]' <<<"${1##*.}")
  ticket=$(ask "{\"query\":\"mutation { createUploads(files: [{ extension: \\\"$extension\\\" }]) { filePath uploadUrl } }\"}")
  url=$(field uploadUrl <<<"$ticket")
  [ -n "$url" ] || fail "$ticket"
  # No key goes along: the link is signed. Brackets in a file's name are no pattern.
  curl --silent --show-error --fail --globoff --upload-file "$1" "$url" >/dev/null
  path=$(field filePath <<<"$ticket")
}

upload "$photo"
assets="imageFilePath: \\\"$path\\\""
if [ -n "$background" ]; then
  upload "$background"
  assets="$assets, backgroundImageFilePath: \\\"$path\\\""
fi

# With a key of its own, this request can be sent again after a broken connection without paying twice.
key="curl-$(date +%s)-$$"
answer=$(ask "{\"query\":\"mutation { removeBackground(assets: { $assets }, idempotencyKey: \\\"$key\\\") { id status } }\"}")
id=$(field id <<<"$answer")
[ -n "$id" ] || fail "$answer"
echo "job $id" >&2

until [ "$(field status <<<"$answer")" = COMPLETE ]; do
  answer=$(ask "{\"query\":\"{ job(id: \\\"$id\\\", waitForSeconds: 30) { status downloads { url } error { message } } }\"}")
  case $(field status <<<"$answer") in ERROR | CANCELED | '') fail "$answer" ;; esac
done
curl --silent --show-error --fail --output "$output" "$(field url <<<"$answer")"
