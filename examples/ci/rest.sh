#!/bin/sh
# rest.sh DIRECTORY: plan what is left after an apply, and keep it below poolctl-rest/ where an approval could lift it.
scripts=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=common.sh
. "$scripts/common.sh"
directory=$1
record=$PWD/poolctl-rest/$directory
record=${record%/.}

applied=$(find_applied "$directory")
if is_behind "$applied"; then
    echo 'A newer commit was applied: its own run shows what is left.'
    exit 0
fi
mkdir -p "$record"
code=0
log poolctl -C "$directory" plan --out "$record/plan.json" --json-into "$work/events.jsonl" || code=$?
if [ "$code" -ne 0 ]; then
    annotate "$directory" "$work/events.jsonl"
    rm -rf -- "$record"
    exit "$code"
fi
# What is approved and takes its turn in a rollout is made when that comes, without another approval.
set -- poolctl-approved/*/"$directory"/plan.json
if [ -e "$1" ]; then
    jq --slurp '[.[].changes[].digest]' "$@" >"$work/approved.json"
else
    echo '[]' >"$work/approved.json"
fi
if ! jq --exit-status --slurpfile approved "$work/approved.json" '
    [.changes[] | select((.action != "no-op" or .previous_address != null) and .blocked == [])
        | select((.turns and (.digest | IN($approved[0][]))) | not)]
    | length > 0
' "$record/plan.json" >"$work/left"; then
    rm -rf -- "$record"
    echo 'Nothing is left that an approval could let go on.'
    exit 0
fi
{
    printf '# `%s`: not approved so far\n\n' "$(spell_name "$directory")"
    poolctl -C "$record" show plan.json --format markdown
} >"$record/comment.md"
add_summary "$record/comment.md"
