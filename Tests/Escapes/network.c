// Attempts to reach something that is not in the sandbox.
#define _GNU_SOURCE
#include "escapes.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_in place(const char *address, int port) {
  struct sockaddr_in out = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  inet_pton(AF_INET, address, &out.sin_addr);
  return out;
}

/// A server of the host, on its loopback.
int attempt_connect(const char *port) {
  struct sockaddr_in address = place("127.0.0.1", atoi(port));
  int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  return refused("connect", connect(socket_, (struct sockaddr *)&address, sizeof address));
}

/// Any address, by TCP and by UDP.
int attempt_address(const char *text) {
  struct sockaddr_in address = place(text, 53);
  int stream = socket(AF_INET, SOCK_STREAM, 0), packets = socket(AF_INET, SOCK_DGRAM, 0);
  int first = refused("TCP", connect(stream, (struct sockaddr *)&address, sizeof address));
  long sent = sendto(packets, "x", 1, 0, (struct sockaddr *)&address, sizeof address);
  return first == CONTAINED ? refused("UDP", sent) : first;
}

int attempt_name(const char *name) {
  struct addrinfo *found = NULL;
  int error = getaddrinfo(name, "80", NULL, &found);
  printf("%s: %s\n", name, error ? gai_strerror(error) : "found");
  return error ? CONTAINED : ESCAPED;
}

/// A server of the host that has a name instead of a path.
int attempt_abstract(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path + 1, name, sizeof address.sun_path - 2);
  socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
  int socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
  return refused("abstract", connect(socket_, (struct sockaddr *)&address, length));
}

int attempt_family(const char *name) {
  static const struct {
    const char *name;
    int family, type, protocol;
  } table[] = {{"raw", AF_INET, SOCK_RAW, IPPROTO_ICMP},    {"raw6", AF_INET6, SOCK_RAW, 58},
               {"packet", AF_PACKET, SOCK_RAW, 0x0300},     {"old-packet", AF_INET, SOCK_PACKET, 0},
               {"netlink", AF_NETLINK, SOCK_RAW, 0},        {"vsock", AF_VSOCK, SOCK_STREAM, 0},
               {"crypto", AF_ALG, SOCK_SEQPACKET, 0},       {"bluetooth", AF_BLUETOOTH, SOCK_RAW, 1},
               {"key", AF_KEY, SOCK_RAW, 2},                {"can", AF_CAN, SOCK_RAW, 1}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (!strcmp(name, table[i].name))
      return refused(name, socket(table[i].family, table[i].type, table[i].protocol));
  return UNCLEAR;
}
