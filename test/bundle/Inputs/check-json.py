"""check-json.py FILE - says which members `inspect --json` printed."""

import json
import sys

with open(sys.argv[1]) as file:
    bundle = json.load(file)
print("bundle:", *sorted(bundle))
for task in bundle["tasks"]:
    print(f"task {task['id']}:", *sorted(task))
    if "cost" in task:
        print(f"cost {task['id']}:", task["cost"])
print("sites:", len(bundle["partition"]["sites"]))
