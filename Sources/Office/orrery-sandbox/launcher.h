// What the parts of the launcher know of each other.
#pragma once
#include "sandbox.h"
#include <stddef.h>

/// Tells orrery what failed, with errno, and ends the process.
[[noreturn]] void give_up(const char *stage);

/// The roles: see main.c. Both end in another program, or in giving up.
int outer(int count, char **arguments);
int inner(int count, char **arguments);

/// Mounts an overlay over its target. The topmost of the lower directories comes first.
void mount_overlay(char *const lower[], int count, const char *upper, const char *work,
                   const char *target);

/// Makes the devices that a sandbox shows read-only where they are mounted: they can be read and written,
/// but their modes and owners, which are those of the host, can not be changed by who owns them.
void protect_devices(void);

/// Lets this process and its children write only below some directories; the version in force.
int confine_writes(char *const places[], int count);

/// Denies this process and its children the system calls that filter.c lists.
void filter_calls(void);

/// A socket that listens on the loopback.
int listen_on_loopback(int port);
