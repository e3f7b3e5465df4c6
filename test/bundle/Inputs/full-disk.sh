# Runs in a mount namespace of its own, so nothing is left to unmount.
set -eu
mount -t tmpfs -o size=64k cleave-test /mnt
cd /
freeBlocks() { stat -f -c %f /mnt; }
cleave-bundle-test write /mnt/app.cleave root-bytes=2000 tasks=1
before=$(freeBlocks)
digest=$(sha256sum /mnt/app.cleave)
! cleave-bundle-test write /mnt/app.cleave root-bytes=100000 2>&1
[ "$digest" = "$(sha256sum /mnt/app.cleave)" ] && echo "old bundle: whole"
echo "files: $(ls -A /mnt)"
[ "$before" = "$(freeBlocks)" ] && echo "free as before: yes"
