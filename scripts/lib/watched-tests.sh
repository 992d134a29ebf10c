# Runs of the .NET tests, watched while they run: progress, results counted as they come, the end of a run that hangs.
# Sourced by scripts/test, not run. Each run writes a line for each test that begins or ends to its report (MAS_TEST_REPORT,
# Mas.Tests/Harness/ReportedRun.cs).

# How long may pass without any test of a run ending. Tests have deadlines of their own, which a busy machine stretches.
HANG_SECONDS=${MAS_TEST_HANG_SECONDS:-900}
PROGRESS_SECONDS=10

test_names=()
test_pids=()
declare -A report_of=() codes=() counted=() changed_at=()

# run_tests NAME ARGUMENT...: the test program; its output carries the run's name.
run_tests() {
  local name=$1
  shift
  set -o pipefail
  MAS_TEST_REPORT="${report_of[$name]}" dotnet "$TEST_PROGRAM" --no-ansi --progress off --results-directory "$results" \
    --report-xunit-trx --report-xunit-trx-filename "${name// /-}.trx" "$@" 2>&1 | sed -u "s/^\(.\)/[$name] \1/"
}

# begin_tests NAME ARGUMENT...: starts a run, with the arguments of the test program; watch_tests waits for it.
begin_tests() {
  report_of[$1]="$results/${1// /-}.report"
  : >"${report_of[$1]}"
  beside run_tests "$@"
  test_names+=("$1")
  test_pids+=("$begun")
  changed_at[$1]=$SECONDS
}

# read_report NAME: sets all, ok, bad and skip.
read_report() {
  read -r all ok bad skip < <(awk -F'\t' '
    $1 == "total" { all += $2 }
    { n[$1]++ }
    END { ended = n["passed"] + n["failed"] + n["skipped"]; print (all > ended ? all : ended), n["passed"] + 0, n["failed"] + 0, n["skipped"] + 0 }
  ' "${report_of[$1]}")
}

# under_way NAME: the tests that have begun and not ended.
under_way() {
  awk -F'\t' '$1 == "begin" { name[$2] = $3 } $1 == "passed" || $1 == "failed" || $1 == "skipped" { delete name[$2] } END { for (id in name) print name[id] }' "${report_of[$1]}"
}

# watch_tests: waits for all runs that have begun, and adds what they counted to passed, failed and skipped.
watch_tests() {
  local i name all ok bad skip line said="" said_at=$SECONDS running=yes
  while [ $running = yes ]; do
    sleep 1
    running=no
    line=""
    for i in "${!test_names[@]}"; do
      name=${test_names[$i]}
      [ -z "${codes[$name]:-}" ] || continue
      if ! kill -0 "${test_pids[$i]}" 2>/dev/null; then
        end_tests "$name" "${test_pids[$i]}"
        continue
      fi
      running=yes
      read_report "$name"
      if [ "${counted[$name]:-0}" != $((ok + bad + skip)) ]; then
        counted[$name]=$((ok + bad + skip))
        changed_at[$name]=$SECONDS
      elif [ $((SECONDS - ${changed_at[$name]})) -ge "$HANG_SECONDS" ]; then
        say "$name: no test has ended for $HANG_SECONDS s; these had begun:"
        under_way "$name"
        kill -TERM -- "-${test_pids[$i]}" 2>/dev/null
        sleep 5
        kill -KILL -- "-${test_pids[$i]}" 2>/dev/null
      fi
      line+="${line:+; }$name: $((ok + bad + skip)) of $all"
      [ "$bad" = 0 ] || line+=", $bad FAILED"
    done
    if [ -n "$line" ] && [ "$line" != "$said" ] && [ $((SECONDS - said_at)) -ge $PROGRESS_SECONDS ]; then
      say "$line"
      said=$line
      said_at=$SECONDS
    fi
  done
}

# end_tests NAME PID: counts a run that has ended.
end_tests() {
  local name=$1 all ok bad skip
  codes[$name]=0
  ended "$2" || codes[$name]=$?
  read_report "$name"
  passed=$((passed + ok))
  failed=$((failed + bad))
  skipped=$((skipped + skip))
  say "$name: $ok passed, $bad failed, $skip skipped"
  [ "${codes[$name]}" != 0 ] || return 0
  # A run that breaks off, or fails beside its tests, is a failure of its own.
  [ "$bad" != 0 ] && [ $((ok + bad + skip)) -ge "$all" ] && return 0
  say "FAILED: $name ended with code ${codes[$name]} after $((ok + bad + skip)) of $all tests"
  under_way "$name" | sed 's/^/   had begun: /'
  failed=$((failed + 1))
}

# count_unfinished: counts what the runs that still go on have done.
count_unfinished() {
  local name all ok bad skip
  for name in "${test_names[@]}"; do
    [ -z "${codes[$name]:-}" ] || continue
    read_report "$name"
    passed=$((passed + ok))
    failed=$((failed + bad))
    skipped=$((skipped + skip))
    say "$name: $((ok + bad + skip)) of $all had run"
  done
}

# say_slowest FILE: the seconds of each test class into a file, and the slowest ones on the screen.
say_slowest() {
  local name
  for name in "${test_names[@]}"; do
    awk -F'\t' -v run="$name" '
      $4 != "" && $1 != "begin" { class = $3; sub(/\(.*/, "", class); sub(/\.[^.]*$/, "", class); seconds[class] += $4; tests[class]++ }
      END { for (class in seconds) printf "%8.1f s %4d tests  %s (%s)\n", seconds[class], tests[class], class, run }
    ' "${report_of[$name]}"
  done | sort -rn >"$1"
  say "slowest classes (all of them: ${1#"$ROOT/"}):"
  head -5 "$1"
}
