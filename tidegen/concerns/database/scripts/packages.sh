#!/usr/bin/env bash
# Installs the release of MongoDB that the environment's file names, from the artifacts bucket: the data
# subnets reach no package repository. The file pins SHA256SUMS by its hash, and SHA256SUMS pins the
# packages. Nothing is installed unless the folder holds these files and no others, each package is signed
# by MongoDB or Amazon Linux, none is there twice, and the server has the version that the file names.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"

PACKAGES=${PACKAGES:-/opt/packages}
#: Amazon Linux's own key, which the image has; MongoDB's is in this bundle.
AMAZON_KEY=${AMAZON_KEY:-/etc/pki/rpm-gpg/RPM-GPG-KEY-amazon-linux-2023}
SERVER=mongodb-org-server
NEEDED="$SERVER mongodb-mongosh mongodb-database-tools amazon-cloudwatch-agent pigz"
folder=packages/mongodb/$PACKAGES_VERSION

download() {
  rm -rf "$PACKAGES"
  mkdir -p "$PACKAGES"
  aws s3 cp "s3://$ARTIFACTS_BUCKET/$folder/" "$PACKAGES/" --recursive --region "$REGION"
}

check_sums() {
  [ -s SHA256SUMS ] || fail "no packages at $folder/ of $ARTIFACTS_BUCKET; upload them first"
  echo "$PACKAGES_SHA256  SHA256SUMS" | sha256sum --check --strict --quiet ||
    fail "$folder/SHA256SUMS is not the one of database.packages.sha256; upload it again, or correct that field"
  sha256sum --check --strict --quiet SHA256SUMS ||
    fail "the packages at $folder/ do not match SHA256SUMS; upload them to a folder of their own"
}

listed() {
  cut -c67- SHA256SUMS
}

# A file that SHA256SUMS does not list has been checked by nobody.
check_no_others() {
  local others
  others=$(find . -type f -printf '%P\n' | grep -vxF -e SHA256SUMS -e "$(listed)" || true)
  [ -z "$others" ] ||
    fail "$folder/ has files that SHA256SUMS does not list: ${others//$'\n'/, }; upload to a folder of its own"
}

# By a keyring with these two keys alone, even if the image trusts others. Without this level rpmkeys
# accepts a package without any signature ("digests OK"), and dnf checks no signature of a file.
check_signatures() {
  local keyring
  keyring=$(mktemp -d)
  rpmkeys --define "_dbpath $keyring" --import "$here/mongodb-8.0.asc" "$AMAZON_KEY"
  rpmkeys --define "_dbpath $keyring" --define '_pkgverify_level all' --checksig "$@" ||
    fail "packages at $folder/ are signed neither by MongoDB nor by Amazon Linux; download them again"
  rm -rf "$keyring"
}

check_versions() {
  local names twice missing version
  names=$(rpm --query --package --queryformat '%{NAME}\n' "$@" | sort)
  twice=$(uniq --repeated <<<"$names")
  [ -z "$twice" ] ||
    fail "$folder/ has more than one version of ${twice//$'\n'/, }; upload one of each to a folder of its own"
  missing=$(tr ' ' '\n' <<<"$NEEDED" | grep -vxF -e "$names" || true)
  [ -z "$missing" ] || fail "$folder/ has no ${missing//$'\n'/, no }; upload them too, to a folder of its own"
  version=$(rpm --query --package --queryformat '%{NAME} %{VERSION}\n' "$@" | sed -n "s/^$SERVER //p")
  [ "$version" = "${PACKAGES_VERSION%-*}" ] ||
    fail "$folder/ has $SERVER $version, not ${PACKAGES_VERSION%-*}; correct database.packages.version"
}

if command -v mongod >/dev/null; then exit; fi
download
cd "$PACKAGES"
check_sums
check_no_others
mapfile -t packages < <(listed)
check_signatures "${packages[@]}"
check_versions "${packages[@]}"
dnf install --assumeyes --disablerepo='*' "${packages[@]/#/$PACKAGES/}"
