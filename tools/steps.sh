# For ./check and ./demo: runs one step of many, in one line when all is well, with its whole output when it fails.
#
#   step "building" cmake --build build
#
# The output is held back rather than passed through also because lit, when its reader goes away, runs on for ever.
step() {
  local what=$1 started=$EPOCHSECONDS output status=0
  shift
  printf '%s ... ' "$what"
  output=$("$@" 2>&1 </dev/null) || status=$?
  if [[ $status -ne 0 ]]; then
    printf 'failed\n'
    printf '%s\n%s: %s failed\n' "$output" "$(basename "$0")" "$what" >&2
    return "$status"
  fi
  printf '%d s\n' $((EPOCHSECONDS - started))
}
