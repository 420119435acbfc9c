#!/bin/sh
# comment.sh: put all plans below poolctl-plans/ into the one comment of the pull request.
scripts=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
# shellcheck source=common.sh
. "$scripts/common.sh"
LC_ALL=C.UTF-8
export LC_ALL

bring_up_to_date
poolctl dirs --changed-since "$(find_base)" >"$work/directories"
comment=$(find_comment)
mkdir -p poolctl-plans
if [ ! -s "$work/directories" ] && [ -z "$comment" ]; then
    echo 'This pull request changes no pool.'
    exit 0
fi

# Each directory has at least its line: room for it is kept before anything else.
room=$((comment_limit - 400 * $(wc -l <"$work/directories")))
code=0
{
    printf '%s\n' "$marker"
    printf 'Plans for %s, by [this run](%s), which keeps them whole. ' "$(find_head)" "$run_url"
    printf 'Merging approves exactly these changes; whatever else there is to do by then waits for its own approval.\n'
    [ -s "$work/directories" ] || printf '\nThis pull request changes no pool any more.\n'
} >"$work/comment.md"
while IFS= read -r directory; do
    plan=poolctl-plans/$directory/comment.md name=$(spell_name "$directory")
    if [ ! -e "$plan" ]; then
        code=1
        printf '\n# `%s`\n\n**Not planned**: see the job. Nothing of it is approved.\n' "$name" >>"$work/comment.md"
        continue
    fi
    sed '/<details>/,$d' "$plan" >"$work/summary.md"
    printf '\n# `%s`\n\n' "$name" >>"$work/comment.md"
    if [ "$(wc -m <"$plan")" -le "$room" ]; then
        cat "$plan" >>"$work/comment.md"
        room=$((room - $(wc -m <"$plan")))
    elif [ "$(wc -m <"$work/summary.md")" -le "$room" ]; then
        cat "$work/summary.md" >>"$work/comment.md"
        printf '**Left out here:** the changes one by one; the run keeps them.\n' >>"$work/comment.md"
        room=$((room - $(wc -m <"$work/summary.md")))
    else
        head -n 1 "$plan" >>"$work/comment.md"
        printf '\n**Left out here:** all the rest; the run keeps it.\n' >>"$work/comment.md"
    fi
done <"$work/directories"
write_comment "$comment" "$work/comment.md"
exit "$code"
