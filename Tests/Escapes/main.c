// The program of the attempts: `escapes NAME [ARGUMENT]`. Its status is that of the attempt.
#include "escapes.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

int refused(const char *what, long result) {
  int reason = errno;
  printf("%s: %s\n", what, result < 0 ? strerror(reason) : "worked");
  return result < 0 ? CONTAINED : ESCAPED;
}

int main(int count, char **arguments) {
  static const struct {
    const char *name;
    int (*attempt)(const char *argument);
  } table[] = {
      {"call", attempt_call},         {"read", attempt_read},
      {"write", attempt_write},       {"node", attempt_node},
      {"rights", attempt_rights},     {"connect", attempt_connect},
      {"address", attempt_address},   {"name", attempt_name},
      {"abstract", attempt_abstract}, {"family", attempt_family},
      {"kill", attempt_kill},         {"terminal", attempt_terminal},
      {"descriptors", attempt_descriptors}, {"shared-memory", attempt_shared_memory},
      {"forks", attempt_forks},       {"memory", attempt_memory},
      {"files", attempt_files},
  };
  for (size_t i = 0; count > 1 && i < sizeof table / sizeof *table; i++)
    if (!strcmp(table[i].name, arguments[1]))
      return table[i].attempt(count > 2 ? arguments[2] : "");
  fprintf(stderr, "there is no such attempt\n");
  return UNCLEAR;
}
