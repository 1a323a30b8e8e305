// Messages between orrery and the launcher, with descriptors.
#define _GNU_SOURCE
#include "sandbox.h"
#ifdef __linux__
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union {
  struct cmsghdr header;
  char space[CMSG_SPACE(sizeof(int) * SANDBOX_DESCRIPTORS)];
} ancillary;

int sandbox_send(int socket, const sandbox_message *message, const int *descriptors, int count) {
  struct iovec vector = {(void *)message, sizeof *message};
  struct msghdr header = {.msg_iov = &vector, .msg_iovlen = 1};
  ancillary extra;
  if (count > 0) {
    memset(&extra, 0, sizeof extra);
    header.msg_control = &extra;
    header.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
    struct cmsghdr *part = CMSG_FIRSTHDR(&header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
    memcpy(CMSG_DATA(part), descriptors, sizeof(int) * (size_t)count);
  }
  ssize_t n;
  do n = sendmsg(socket, &header, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n < 0 ? -1 : 0;
}

int sandbox_receive(int socket, sandbox_message *message, int descriptors[SANDBOX_DESCRIPTORS]) {
  struct iovec vector = {message, sizeof *message};
  ancillary extra;
  struct msghdr header = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &extra, .msg_controllen = sizeof extra};
  for (int i = 0; i < SANDBOX_DESCRIPTORS; i++) descriptors[i] = -1;
  ssize_t n;
  do n = recvmsg(socket, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n <= 0) return (int)n;
  struct cmsghdr *part = CMSG_FIRSTHDR(&header);
  if (part && part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
    memcpy(descriptors, CMSG_DATA(part), part->cmsg_len - CMSG_LEN(0));
  message->text[sizeof message->text - 1] = 0;
  if (n == sizeof *message) return 1;
  errno = EPROTO;
  return -1;
}
#endif
