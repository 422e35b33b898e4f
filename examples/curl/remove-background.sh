#!/usr/bin/env bash
# From a photo to a cut-out with nothing but curl.
#
#   remove-background.sh <photo> <output.png> [<background photo>]
#
# SERVER  the GraphQL endpoint, http://localhost:4000/graphql by default
# KEY     a Magic Hour or gateway key; the sandbox needs none
set -euo pipefail
photo=$1 output=$2 background=${3:-}
server=${SERVER:-http://localhost:4000/graphql}

ask() { # a GraphQL request, as JSON
  curl --silent --show-error "$server" --header 'content-type: application/json' \
    ${KEY:+--header "authorization: Bearer $KEY"} --data "$1"
}
field() { # the first value of a field of that name
  grep --only-matching "\"$1\":\"[^\"]*\"" | head --lines=1 | cut --delimiter='"' --fields=4
}
upload() { # a file; prints the path to give to removeBackground
  local ticket
  ticket=$(ask "{\"query\":\"mutation { createUploads(files: [{ extension: \\\"${1##*.}\\\" }]) { filePath uploadUrl } }\"}")
  # No key goes along: the link is signed.
  curl --silent --show-error --fail --upload-file "$1" "$(field uploadUrl <<<"$ticket")" >/dev/null
  field filePath <<<"$ticket"
}

assets="imageFilePath: \\\"$(upload "$photo")\\\""
[ -z "$background" ] || assets="$assets, backgroundImageFilePath: \\\"$(upload "$background")\\\""

answer=$(ask "{\"query\":\"mutation { removeBackground(assets: { $assets }) { id status } }\"}")
id=$(field id <<<"$answer") || { echo "$answer" >&2; exit 1; }
echo "job $id" >&2

until [ "$(field status <<<"$answer")" = COMPLETE ]; do
  answer=$(ask "{\"query\":\"{ job(id: \\\"$id\\\", waitForSeconds: 30) { status downloads { url } error { message } } }\"}")
  case $(field status <<<"$answer") in ERROR | CANCELED | '') echo "$answer" >&2; exit 1 ;; esac
done
curl --silent --show-error --fail --output "$output" "$(field url <<<"$answer")"
