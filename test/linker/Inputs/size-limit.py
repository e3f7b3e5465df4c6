"""size-limit.py FILE BYTES: fails, saying both figures, when the file is larger."""

import os
import sys

size, limit = os.path.getsize(sys.argv[1]), int(sys.argv[2])
print(f"{sys.argv[1]}: {size} of at most {limit} bytes")
sys.exit(size > limit)
