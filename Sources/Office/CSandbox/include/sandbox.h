// What orrery and its launcher say to each other, and the few system calls that Swift can not say.
//
// The launcher holds one end of a SOCK_SEQPACKET pair, always as descriptor 3. It sends messages of
// one form and never reads; that the other end is closed tells it that orrery is gone.
//   FAILED  value = errno, text = the stage that failed; nothing of the command has run.
//   READY   value = the Landlock ABI in force (0: none); the command begins now. Descriptors come with
//           it: the pidfd of the sandbox's init, its /tmp, its /dev/shm, its /proc and, where a proxy
//           was asked for, a listening socket on the loopback of the sandbox.
//   ENDED   value = the wait status of the command; whatever it left behind dies after this.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { SANDBOX_CONTROL = 3 };
enum { SANDBOX_FAILED = 1, SANDBOX_READY = 2, SANDBOX_ENDED = 3 };
enum { SANDBOX_DESCRIPTORS = 5 };

typedef struct {
  int32_t kind;
  int32_t value;
  char text[120];
} sandbox_message;

/// Sends a message with descriptors; 0, or -1 with errno.
int sandbox_send(int socket, const sandbox_message *message, const int *descriptors, int count);

/// Receives a message that is there, and its descriptors (close-on-exec; -1 for those that did not
/// come). 1 for a message, 0 for the end, -1 with errno.
int sandbox_receive(int socket, sandbox_message *message, int descriptors[SANDBOX_DESCRIPTORS]);

/// Starts a program in a session of its own, with default signals, and descriptors 0 to 3 as given.
/// Returns its process, or minus the errno.
pid_t sandbox_spawn(const char *program, char *const arguments[], char *const environment[],
                    const int descriptors[4]);

/// The version of Landlock's interface that this kernel has on; 0 for none.
int sandbox_landlock_abi(void);

/// A pipe that closes on exec and is read without waiting; 0, or -1 with errno.
int sandbox_pipe(int ends[2]);

/// A descriptor that becomes readable when it is rung; -1 with errno.
int sandbox_bell(void);

/// Rings a bell.
void sandbox_ring(int bell);

/// The file of the program or library that this is in; empty where nobody knows.
const char *sandbox_image(void);

/// A descriptor of a process; -1 with errno.
int sandbox_pidfd_open(pid_t process);

/// Kills the process of a descriptor.
int sandbox_pidfd_kill(int descriptor);

/// How many processes a /proc shows, and their memory: with shared pages counted in full, or
/// precisely, which takes much longer.
int sandbox_usage(int proc, bool precisely, int64_t *bytes);

/// A measurement of what lies in a directory, taken in small steps.
typedef struct sandbox_walk sandbox_walk;

/// Begins to measure; NULL where the directory can not be opened.
sandbox_walk *sandbox_walk_begin(const char *directory);

/// Looks at some more entries; whether there are any left.
bool sandbox_walk_on(sandbox_walk *walk, int entries);

/// Bytes on the disk, and files, that were seen so far.
void sandbox_walk_totals(const sandbox_walk *walk, int64_t *bytes, int64_t *files);

/// Ends a measurement.
void sandbox_walk_end(sandbox_walk *walk);
