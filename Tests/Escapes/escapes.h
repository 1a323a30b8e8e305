// Attempts to get out of a sandbox. Each says what happened, and how it ended.
#pragma once
#include <stdbool.h>

/// How an attempt can end: the exit status of the program.
enum { CONTAINED = 0, ESCAPED = 1, UNCLEAR = 2 };

/// Says what came of a call that should fail: contained if it did.
int refused(const char *what, long result);

/// System calls that nobody needs who works on files.
int attempt_call(const char *name);
int attempt_read(const char *path);
int attempt_write(const char *path);
int attempt_node(const char *kind);
int attempt_rights(const char *unused);

int attempt_connect(const char *port);
int attempt_address(const char *address);
int attempt_name(const char *name);
int attempt_abstract(const char *name);
int attempt_family(const char *name);

int attempt_kill(const char *process);
int attempt_terminal(const char *unused);
int attempt_descriptors(const char *unused);
int attempt_shared_memory(const char *key);
int attempt_forks(const char *most);
int attempt_memory(const char *processes);
int attempt_files(const char *count);
