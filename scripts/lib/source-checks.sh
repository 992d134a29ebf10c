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

check_sources() {
  local code=0 file
  # shellcheck disable=SC2046
  matches -nE $'[ \t]$|\r$' $(sources '*.cs' '*.csproj' '*.props' '*.ts' '*.tsx' '*.css' '*.lua' '*.sh' '*.md' '*.json' 'scripts/*') | cut -c1-120 |
    found "Spaces, or a carriage return, at the end of a line" || code=1
  for file in $(sources '*.cs' '*.csproj' '*.props' '*.ts' '*.tsx' '*.css' '*.lua' '*.sh' '*.md'); do
    [ -z "$(tail -c1 "$file")" ] || printf '  %s\n' "$file"
  done | found "No line break at the end of the file" || code=1
  return $code
}
