# What the scripts ask of GitLab. FORGE_TOKEN is a project access token; the rest are variables that every job has.
project_url=${CI_API_V4_URL:-}/projects/${CI_PROJECT_ID:-}
run_url=${CI_PIPELINE_URL:-}
comment_limit=900000

# Not PRIVATE-TOKEN: where GitLab sends a download on to the storage of its artifacts, curl would send that along.
forge_header() {
    printf 'Authorization: Bearer %s\n' "$FORGE_TOKEN"
}

# A pipeline of a merge request has the branch as it was pushed: what the target got since would look like changes.
bring_up_to_date() {
    git -c user.name=ci -c user.email=ci@localhost merge --quiet --no-edit "$(find_base)"
}

find_base() { printf 'origin/%s\n' "$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"; }

find_head() { printf '%s\n' "$CI_COMMIT_SHA"; }

is_fork() { [ "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID" != "$CI_MERGE_REQUEST_PROJECT_ID" ]; }

is_scheduled() { [ "$CI_PIPELINE_SOURCE" = schedule ]; }

is_changed() {
    poolctl dirs --changed-since "$(find_base)" >"$work/changed" || exit
    grep -qxF -- "$1" "$work/changed"
}

log() { "$@"; }

# GitLab shows the report of validate.sh in the lines; a job's log has no such words.
annotate() { :; }

add_summary() { :; }

# add_reports RECORD: what the merge request shows of the plan by itself.
add_reports() {
    poolctl -C "$1" show plan.json --format gitlab-terraform >"$1/tfplan.json"
}

# find_comment: print the number of our comment. Others may write the mark, too: only the token's own user counts.
find_comment() {
    page=1
    fetch GET "$CI_API_V4_URL/user" >"$work/user.json"
    user=$(jq .id "$work/user.json")
    while :; do
        fetch GET "$project_url/merge_requests/$CI_MERGE_REQUEST_IID/notes?per_page=100&page=$page" >"$work/notes.json"
        jq --raw-output --arg marker "$marker" --argjson user "$user" '
            first(.[] | select(.author.id == $user and (.body | startswith($marker))) | .id)
        ' "$work/notes.json" >"$work/note"
        if [ -s "$work/note" ] || [ "$(jq length "$work/notes.json")" -lt 100 ]; then break; fi
        page=$((page + 1))
    done
    cat "$work/note"
}

# write_comment NUMBER BODY-FILE: change our comment; without a number, make it.
write_comment() {
    jq --raw-input --slurp '{body: .}' "$2" >"$work/body.json"
    if [ -n "$1" ]; then
        fetch PUT "$project_url/merge_requests/$CI_MERGE_REQUEST_IID/notes/$1" "$work/body.json"
    else
        fetch POST "$project_url/merge_requests/$CI_MERGE_REQUEST_IID/notes" "$work/body.json"
    fi >"$work/answer.json"
}

# list_merged COMMIT: print number, last commit and time of merge of each merge request whose merge made COMMIT.
list_merged() {
    fetch GET "$project_url/repository/commits/$1/merge_requests?per_page=100" >"$work/requests.json"
    jq --raw-output --arg branch "$CI_COMMIT_BRANCH" --argjson project "$CI_PROJECT_ID" '
        .[] | select(.state == "merged" and .target_branch == $branch and .target_project_id == $project)
        | "\(.iid) \(.sha) \(.merged_at // "")"
    ' "$work/requests.json"
}

# fetch_plans NUMBER HEAD MERGED FOLDER: put there what the newest comment job for HEAD has kept.
# What it kept only after the merge, as when it was started again, was seen by nobody who approved.
fetch_plans() {
    fetch GET "$project_url/merge_requests/$1/pipelines?per_page=100" >"$work/pipelines.json"
    pipeline=$(jq --raw-output --arg head "$2" --argjson project "$CI_PROJECT_ID" '
        [.[] | select(.sha == $head and .project_id == $project and .status == "success")]
        | max_by(.id) | .id // empty
    ' "$work/pipelines.json")
    [ -n "$pipeline" ] || return 0
    fetch GET "$project_url/pipelines/$pipeline/jobs?scope[]=success&per_page=100" >"$work/jobs.json"
    job=$(jq --raw-output --arg merged "$3" '
        [.[] | select(.name == "comment" and .artifacts_file != null and .finished_at <= $merged)] | max_by(.id) | .id // empty
    ' "$work/jobs.json")
    [ -n "$job" ] || return 0
    fetch GET "$project_url/jobs/$job/artifacts" >"$work/plans.zip"
    python3 -m zipfile -e "$work/plans.zip" "$work/artifacts"
    mv "$work/artifacts/poolctl-plans" "$4"
    rm -rf -- "$work/artifacts"
}
