"""bundle-all.py OUT ROOT FIRST PREFIX - make-bundle.py with FIRST and every file in the folder that begins with PREFIX."""
import os
import subprocess
import sys

out, root, first, prefix = sys.argv[1:]
others = sorted(name for name in os.listdir(".") if name.startswith(prefix))
maker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../node/Inputs/make-bundle.py")
sys.exit(subprocess.call([sys.executable, maker, out, root, first, *others]))
