# What is checked in the sources beside what compilers and linters check. Sourced by scripts/test, not run.

# sources PATTERN...: the files of the repository that match, also new ones.
sources() { git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do [ -f "$file" ] && printf '%s\n' "$file"; done; }

# matches ARGUMENT...: grep, for which no match is no failure.
matches() { grep "$@" || [ $? = 1 ]; }

# found TITLE: fails when standard input names anything, and shows the first of it.
found() {
  local lines
  lines=$(cat)
  [ -z "$lines" ] && return 0
  printf '%s (%s):\n' "$1" "$(wc -l <<<"$lines")"
  head -20 <<<"$lines"
  return 1
}

# prose FILE: its lines, empty where a table, code or the target of a link is, which can't be wrapped.
prose() { awk '/^ *```/ { code = !code; print ""; next } code || /^ *\|/ || /^ *\[.*\]: / || /^ *`[^`]*`\.?$/ { print ""; next } { print }' "$1"; }

check_sources() {
  local code=0 file
  # shellcheck disable=SC2046
  matches -nE 'BindingFlags\.NonPublic' $(sources 'Mas.Core/*.cs' 'Mas.Server/*.cs' 'Mas.Loopback/*.cs' 'Mas.IrcBackend/*.cs' 'scripts/*.cs') |
    found "Reflection into private members" || code=1
  # shellcheck disable=SC2046
  matches -nE '\.On\.' $(sources 'Mas.*.cs') | found "Dependencies that are reached through a bag (.On.): pass what is needed to the constructor" || code=1
  # shellcheck disable=SC2046
  wc -l $(sources '*.cs' '*.ts' '*.tsx' '*.lua' '*.sh' 'scripts/*' ':!scripts/*.*' ':!scripts/*/*') | awk '$1 > 400 && $2 != "total" { print "  " $2 ": " $1 " lines" }' |
    found "Files of more than 400 lines" || code=1
  for file in $(sources '*.md'); do
    prose "$file" | LC_ALL=C.UTF-8 matches -nE '^.{121,}' | cut -c1-100 | sed "s|^|  $file:|"
  done | found "Prose of more than 120 columns" || code=1
  # shellcheck disable=SC2046
  matches -nE $'[ \t]$|\r$' $(sources '*.cs' '*.csproj' '*.props' '*.ts' '*.tsx' '*.css' '*.lua' '*.sh' '*.md' '*.json' 'scripts/*') | cut -c1-120 |
    found "Spaces, or a carriage return, at the end of a line" || code=1
  for file in $(sources '*.cs' '*.csproj' '*.props' '*.ts' '*.tsx' '*.css' '*.lua' '*.sh' '*.md'); do
    [ -z "$(tail -c1 "$file")" ] || printf '  %s\n' "$file"
  done | found "No line break at the end of the file" || code=1
  return $code
}
