// The launcher: what stands between orrery and a command that it does not trust.
//
// It is one small program in two roles, with bubblewrap between them:
//
//   orrery -> orrery-sandbox outer -> (exec) bwrap -> orrery-sandbox inner -> the command
//
//   outer  makes a user and a mount namespace, and mounts the fork over the place of the world;
//   bwrap  makes the other namespaces and shows little of the system, and that read-only;
//   inner  is the first process of the sandbox (when it ends, the kernel kills all others): it gives up
//          what is left of rights, starts the command, and tells orrery how it ended.
//
// Everything is said by arguments, pairs of a word and a value up to `--`, and by the socket that is
// descriptor 3 (see sandbox.h). No shell and no file of configuration takes part.
#include "launcher.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

void give_up(const char *stage) {
  sandbox_message message = {.kind = SANDBOX_FAILED, .value = errno};
  strncpy(message.text, stage, sizeof message.text - 1);
  (void)sandbox_send(SANDBOX_CONTROL, &message, NULL, 0);
  _exit(125);
}

int main(int count, char **arguments) {
  if (count > 1 && !strcmp(arguments[1], "outer")) return outer(count - 2, arguments + 2);
  if (count > 1 && !strcmp(arguments[1], "inner")) return inner(count - 2, arguments + 2);
  static const char words[] = "orrery-sandbox is a part of orrery, which starts it\n";
  return write(2, words, sizeof words - 1) < 0 ? 2 : 64;
}
