# Sourced: which packages of Debian the roots are made of.

# What bamai links with. On Debian 12 and 13 alike.
LIBRARIES="libc6-dev libmosquitto-dev libsqlite3-dev libsimdjson-dev libtomlplusplus-dev libgpiod-dev libssl-dev libcurl4-openssl-dev"

make_builder() {
  # shellcheck disable=SC2086
  root trixie swiftlang $LIBRARIES libstdc++-14-dev pkgconf git debhelper dpkg-dev binutils-aarch64-linux-gnu qemu-user lintian man-db
}

# make_sysroot SUITE ARCH
make_sysroot() {
  local compiler
  case $1 in bookworm) compiler=libstdc++-12-dev ;; trixie) compiler=libstdc++-14-dev ;; esac
  # shellcheck disable=SC2086
  sysroot "$1" "$2" $LIBRARIES "$compiler"
}

# A board with nothing but the release: what is missing, the package must bring.
CLEAN="ca-certificates"
