# What scripts/run, scripts/test, scripts/bench and scripts/chaos share: messages, missing packages, builds, ending on a signal.
# Sourced by bash, not run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TOOLS="$ROOT/data/tools"
# Vite says which Node.js it needs: 20.19, 22.12, or anything newer.
NODE_NEEDED="20.19 (or 22.12, or newer)"
NODE_FETCHED=22

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# Room for what a few batches allocate, so that it dies before the garbage collector looks at it: measured 30% more messages
# a second (docs/benchmarks.md). There is no setting in a file for it.
tune_dotnet() { export DOTNET_GCgen0size="${DOTNET_GCgen0size:-0x4000000}"; }

say() { printf '== %s\n' "$*"; }

fail() {
  printf '\n%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# beside COMMAND...: starts a command that takes its time, for ended. While bash waits for a command in the foreground, a signal to the
# script alone has to wait too; so this one has a process group of its own, which ends with the script.
beside() {
  set -m
  "$@" </dev/null &
  begun=$!
  set +m
  attending+=("$begun")
}
attending=()
begun=""
# ended PID: waits for it, and says how it ended.
ended() {
  local code=0 pid others=()
  wait "$1" || code=$?
  for pid in "${attending[@]}"; do [ "$pid" = "$1" ] || others+=("$pid"); done
  attending=("${others[@]}")
  return "$code"
}
# attended COMMAND...: the same in one.
attended() {
  beside "$@"
  ended "$begun"
}
end_attended() {
  local pid
  for pid in "${attending[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
}
# inside FOLDER COMMAND...: for attended.
inside() { cd "$1" && shift && "$@"; }
trap 'end_attended; exit 130' INT
trap 'end_attended; exit 143' TERM HUP

# Debian keeps some servers in sbin, which is not on everybody's PATH.
case ":$PATH:" in *:/usr/sbin:*) ;; *) PATH="$PATH:/usr/sbin:/sbin" ;; esac

# install_packages PACKAGE...: by apt when that may be done without asking, else the sentence that says what to do.
install_packages() {
  have apt-get || fail "these are missing, and there is no apt-get to install them with: $*"
  [ "$(id -u)" = 0 ] || fail "these are missing: $*. Install them with:  sudo apt-get install -y --no-install-recommends $*"
  say "installing $*"
  local log
  log=$(mktemp)
  if ! { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" ||
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; }; } >"$log" 2>&1 </dev/null; then
    cat "$log" >&2
    rm -f "$log"
    fail "apt-get could not install: $*"
  fi
  rm -f "$log"
}

need_dotnet() {
  local wanted
  have dotnet || fail "the .NET SDK 10 is missing; see https://learn.microsoft.com/dotnet/core/install/linux-debian"
  wanted=$(cd "$ROOT" && dotnet --version 2>&1) || fail "no installed .NET SDK fits global.json: $wanted"
}

need_redis() {
  have redis-server || install_packages redis-server
  local major
  major=$(redis-server --version | sed -n 's/.* v=\([0-9]*\)\..*/\1/p')
  [ "${major:-0}" -ge 7 ] || fail "Redis 7 is needed, and redis-server is: $(redis-server --version)"
}

node_is_new_enough() {
  have node || return 1
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'
}

# Node.js for the web client's build. Where apt's is too old (Debian 12), the npm registry has newer ones as packages.
need_node() {
  local arch fetched
  case $(uname -m) in x86_64) arch=x64 ;; aarch64) arch=arm64 ;; *) arch="" ;; esac
  fetched="$TOOLS/node_modules/node-linux-$arch/bin"
  [ -x "$fetched/node" ] && ! node_is_new_enough && PATH="$fetched:$PATH"
  have node || install_packages nodejs
  have npm || install_packages npm
  node_is_new_enough && return
  [ -n "$arch" ] || fail "the web client's build needs Node.js $NODE_NEEDED; node is $(node --version). Install a newer one from https://nodejs.org"
  say "Node.js here is $(node --version), the web client's build needs $NODE_NEEDED: fetching $NODE_FETCHED from the npm registry into data/tools"
  mkdir -p "$TOOLS"
  attended npm install --prefix "$TOOLS" --no-save --no-audit --no-fund --loglevel=error "node-linux-$arch@$NODE_FETCHED" ||
    fail "that failed. Install Node.js $NODE_NEEDED yourself, for example from https://nodejs.org, and put it on the PATH"
  PATH="$fetched:$PATH"
  hash -r
  node_is_new_enough || fail "the fetched Node.js does not run on this machine. Install Node.js $NODE_NEEDED yourself, and put it on the PATH"
}

# One compiler for all projects needs two thirds of the processor time of one for each. A build server would outlive the script, and
# hold what it holds: so this one has a name of its own, and is told to end.
build_dotnet() {
  local code=0 name="mas-build-$$" compiler configuration="${MAS_BUILD_CONFIGURATION:-Release}"
  compiler="$(dirname "$(readlink -f "$(command -v dotnet)")")/sdk/$(dotnet --version)/Roslyn/bincore/VBCSCompiler"
  if [ ! -x "$compiler" ]; then
    attended dotnet build "$@" -c "$configuration" --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false
    return
  fi
  attended dotnet build "$@" -c "$configuration" --nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=true -p:SharedCompilationId="$name" || code=$?
  # There is none when nothing had to be compiled.
  "$compiler" -shutdown "-pipename:$name" >/dev/null 2>&1 || true
  return "$code"
}

# port_is_open HOST PORT
port_is_open() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

# http_status HOST PORT PATH: the status code of a GET, without needing curl; nothing when nobody answers.
http_status() {
  (
    exec 3<>"/dev/tcp/$1/$2" || exit 1
    printf 'GET %s HTTP/1.0\r\nHost: %s:%s\r\n\r\n' "$3" "$1" "$2" >&3
    read -r -t 5 _ code _ <&3 && printf '%s' "$code"
  ) 2>/dev/null
}
