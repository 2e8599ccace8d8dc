# Sourced: Debian roots and sysroots, made once and kept in the cache.
#
#   root SUITE PACKAGE…          an installed amd64 Debian to enter with `inside`
#   sysroot SUITE ARCH PACKAGE…  unpacked only: headers and libraries for a linker, package data for dpkg-shlibdeps; arm64 gets Swift's own libraries too
#   inside ROOT [-b FROM TO]… COMMAND…  runs a command in a root, with folders of this machine bound into it
#
# The first two leave the folder in $made. Its name ends in a key over all that went into it, so a changed list makes a new one; it appears only when it is
# complete. BAMAI_FRESH=1 makes all of them anew, for the point releases of Debian that came since.

CACHE=${BAMAI_CACHE:-$HOME/.cache/bamai}
# Empty: what mmdebstrap takes by itself, Debian's own mirrors with updates and security.
MIRROR=${BAMAI_MIRROR:-}
PACKAGING=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

say() { printf '%s\n' "-- $*" >&2; }
die() { printf '%s\n' "packaging: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "roots are made and entered as root: sudo --preserve-env=BAMAI_CACHE,HOME $0"
export LC_ALL=C.UTF-8 TZ=UTC

# What this machine's apt was told about the network holds in the roots too: proxies, and mirrors that are older than their dates.
apt_options() { apt-config dump | grep -iE '^Acquire::(https?::(Proxy|Verify|CaInfo)|Check-Valid-Until|Retries)' || true; }

# make_root VARIANT NAME SUITE ARCH PACKAGE…
make_root() {
  local variant=$1 name=$2 suite=$3 arch=$4 packages hooks=() key recipe=/dev/null
  shift 4
  packages=$(printf '%s,' "$@"); packages=${packages%,}
  [ "$variant" = minbase ] || recipe=$PACKAGING/sysroot-hook
  key=$(cat - "$recipe" <<<"$variant $suite $arch $packages $MIRROR" | sha256sum | cut -c1-12)
  made=$CACHE/$name-$key
  mkdir -p "$CACHE"
  exec 8>"$made.lock"
  flock 8
  if [ ! -d "$made" ] || { [ -n "${BAMAI_FRESH:-}" ] && [ ! "$made" -nt "$STARTED" ]; }; then
    say "making $(basename "$made"), kept in $CACHE"
    rm -rf "$made" "$made.new"
    apt_options >"$made.apt"
    [ "$variant" = minbase ] || hooks=(--extract-hook="$PACKAGING/sysroot-hook \"\$1\" $arch")
    # shellcheck disable=SC2086 # no mirror is no argument
    mmdebstrap --mode=root --variant="$variant" --architectures="$arch" --include="$packages" --aptopt="$made.apt" \
      --aptopt='Apt::Install-Recommends "false"' --skip=cleanup/reproducible "${hooks[@]}" "$suite" "$made.new" $MIRROR >"$made.log" 2>&1 ||
      { tail -20 "$made.log" >&2; die "Debian $suite cannot be fetched: $made.log; BAMAI_MIRROR names another mirror"; }
    touch "$made.new"
    mv "$made.new" "$made"
  fi
  exec 8>&-
}

root() { local suite=$1; shift; make_root minbase "root-$suite" "$suite" amd64 "$@"; }
sysroot() { local suite=$1 arch=$2; shift 2; make_root extract "sysroot-$suite-$arch" "$suite" "$arch" "$@"; }

# The mounts live in a namespace of their own and end with the command.
inside() {
  local where=$1 binds=()
  shift
  while [ "${1:-}" = -b ]; do binds+=("$2" "$3"); shift 3; done
  unshare --mount --fork --kill-child bash -euc '
    where=$1; count=$2; shift 2
    mount --make-rprivate /
    mount -t proc proc "$where/proc"
    mount --rbind /dev "$where/dev"
    while [ "$count" -gt 0 ]; do
      mkdir -p "$where$2"
      mount --bind "$1" "$where$2"
      shift 2; count=$((count - 2))
    done
    exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TZ=UTC chroot "$where" "$@"
  ' inside "$where" "${#binds[@]}" "${binds[@]}" "$@"
}

STARTED=$(mktemp)
trap 'rm -f "$STARTED"' EXIT
