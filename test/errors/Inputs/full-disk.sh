# full-disk.sh BIN FOLDER: the two commands on a disk that is full. Runs in a mount namespace of its own, so nothing is
# left to unmount.
set -eu
bin=$1
mount -t tmpfs -o size=64k cleave-test /mnt
cd "$2"
for file in app.cleave stats.json trace.json; do echo "old $file" > /mnt/$file; done
head -c 100000 /dev/zero > /mnt/filler 2>/dev/null || true

try() {
  status=0
  "$@" || status=$?
  echo "status $status"
}
echo "compile:"
try "$bin/cleave++" -std=c++20 -O2 program.cpp -o /mnt/app.cleave
echo "compile only:"
try "$bin/cleave++" -std=c++20 -O2 -c program.cpp -o /mnt/program.o
for mode in serial isolated; do
  echo "$mode, statistics:"
  try "$bin/cleave" run --mode=$mode --workers=2 --stats=/mnt/stats.json program.cleave
  echo "$mode, trace:"
  try "$bin/cleave" run --mode=$mode --workers=2 --trace=/mnt/trace.json program.cleave
  echo "$mode, output:"
  "$bin/cleave" run --mode=$mode --workers=2 program.cleave many > /mnt/output || echo "status $?"
  rm /mnt/output
done
cat /mnt/app.cleave /mnt/stats.json /mnt/trace.json
echo "files:" $(ls -A /mnt)
