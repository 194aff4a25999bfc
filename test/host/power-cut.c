/*
 * Remembers how long each file was when it was last synced, so that a test can take away what a power cut would have taken.
 * Writes one line per event to the file named by POWER_CUT_JOURNAL:
 *     S <length> <path>      a sync of this file succeeded; its first <length> bytes are safe
 *     R <old>\t<new>         a rename
 * kill -9 alone proves little: the kernel keeps what the process wrote.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int journal = -1;

static void note(const char *line, int length) {
  if (journal < 0) {
    const char *path = getenv("POWER_CUT_JOURNAL");
    if (path == NULL) return;
    journal = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }
  /* One write of a short line with O_APPEND is atomic among the threads of this process. */
  if (journal >= 0 && write(journal, line, length) != length) abort();
}

static int sync_and_note(int fd, int (*real)(int)) {
  struct stat before;
  char link[64], path[PATH_MAX], line[PATH_MAX + 64];
  int known = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
  int result = real(fd);
  if (result != 0 || !known) return result;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return result;
  path[n] = 0;
  note(line, snprintf(line, sizeof line, "S %lld %s\n", (long long)before.st_size, path));
  return result;
}

int fsync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return sync_and_note(fd, real);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return sync_and_note(fd, real);
}

int rename(const char *from, const char *to) {
  static int (*real)(const char *, const char *);
  if (real == NULL) real = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
  int result = real(from, to);
  char line[2 * PATH_MAX + 8];
  if (result == 0) note(line, snprintf(line, sizeof line, "R %s\t%s\n", from, to));
  return result;
}
