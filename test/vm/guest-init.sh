#!/bin/sh
# First process of the guest. Its root is the host's root, read-only: lays an overlay of tmpfs over it, mounts what a
# system has, and then runs what comes over the console, one command a line:
#   in:  ID SCRIPT, as printf %b takes it      out: GUEST-RESULT ID STATUS BASE64(stdout) BASE64(stderr)
# From the kernel's command line, GUEST_MODULES is the folder of its modules, and GUEST_PRELOAD a library for all programs.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t proc proc /proc
/bin/busybox insmod "$GUEST_MODULES/kernel/fs/overlayfs/overlay.ko"
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root || exit
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t devtmpfs dev dev
# Hundreds of old terminals, which LVM would look at each time.
rm -f dev/[pt]ty[a-z]?
mount -t tmpfs tmpfs run
mkdir -p dev/shm run/lock run/lvm etc/lvm lib/modules
mount -t tmpfs tmpfs dev/shm
# The kernel loads modules of device-mapper by itself, with this program and from this folder.
ln -sfn "$GUEST_MODULES" "lib/modules/$(uname -r)"
[ -e sbin/modprobe ] || ln -s /bin/busybox sbin/modprobe
# Nobody manages device nodes here: LVM makes its own.
export DM_DISABLE_UDEV=1
# The memory that LVM would lock while devices are suspended costs most of its time here.
echo 'activation { udev_sync=0 udev_rules=0 monitoring=0 reserved_memory=0 reserved_stack=0 use_mlockall=0 }
devices { obtain_device_list_from_udev=0 }' >etc/lvm/lvmlocal.conf
if [ -n "$GUEST_PRELOAD" ]; then
  cp "$GUEST_PRELOAD" usr/lib/guest-preload.so
  echo /usr/lib/guest-preload.so >etc/ld.so.preload
fi
stty raw -echo </dev/console
# shellcheck disable=SC2016
exec chroot . /bin/sh -c '
  echo GUEST-READY
  while read -r id script; do
    (eval "$(printf %b "$script")") </dev/null >/run/guest-stdout 2>/run/guest-stderr
    status=$? stdout= stderr=
    [ ! -s /run/guest-stdout ] || stdout=$(base64 -w0 /run/guest-stdout)
    [ ! -s /run/guest-stderr ] || stderr=$(base64 -w0 /run/guest-stderr)
    echo "GUEST-RESULT $id $status $stdout $stderr"
  done
'
