#!/bin/sh
# Installs Debian packages, as root, and leaves the system's own servers alone: the instance
# has its own, so those that come with the packages are neither started nor enabled.
set -eu
policy=/usr/sbin/policy-rc.d
new=''
for service in postgresql redis-server; do
    [ -e "/lib/systemd/system/$service.service" ] || new="$new $service"
done

if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends install "$@" >/dev/null

if [ -d /run/systemd/system ]; then
    for service in $new; do
        [ ! -e "/lib/systemd/system/$service.service" ] ||
            systemctl --quiet disable "$service" 2>/dev/null || true
    done
fi
