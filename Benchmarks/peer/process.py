"""A long-lived process that answers one line of JSON with another, and waits without using a processor."""

import json
import subprocess


class Process:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True, bufsize=1)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args} ended at {request}")
        return json.loads(line)

    def end(self):
        self.process.stdin.close()
        self.process.wait()
