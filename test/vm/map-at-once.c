/*
 * Loaded into every program of a guest, by /etc/ld.so.preload: maps the memory that a program is going to touch in one
 * step. For user-mode Linux a page fault is some ten switches between processes, and the pages of Node.js, or of LVM,
 * are most of what starting it takes there.
 *
 * The kernel fills its own tables by madvise(). It tells its host of them when it flushes a whole address space, and
 * that is asked for by clearing the marks of pages that were written, of which nobody makes use.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_BYTES 4096UL
/* Pieces of a heap that are used as a whole. What is larger is reserved, or a stack. */
#define MIN_PIECE_BYTES (1UL << 16)
#define MAX_PIECE_BYTES (1UL << 22)

static const int POPULATE_READ = 22, POPULATE_WRITE = 23;

/* Only Node.js has it. */
extern unsigned int uv_version(void) __attribute__((weak));

static unsigned long page_of(unsigned long address) {
  return address & ~(PAGE_BYTES - 1);
}

/* Opened each time: programs close descriptors that they do not know. */
static void tell_host(void) {
  const int clear_refs = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (clear_refs < 0) return;
  if (write(clear_refs, "4", 1) != 1) errno = 0;
  close(clear_refs);
}

static int populate_object(struct dl_phdr_info *object, size_t size, void *data) {
  (void)size, (void)data;
  const ElfW(Phdr) *const end = object->dlpi_phdr + object->dlpi_phnum;
  /* At the begin of what can be written is what no longer can, once it is relocated. */
  unsigned long read_only_end = 0;
  for (const ElfW(Phdr) *part = object->dlpi_phdr; part < end; part++)
    if (part->p_type == PT_GNU_RELRO) read_only_end = page_of(object->dlpi_addr + part->p_vaddr + part->p_memsz);
  for (const ElfW(Phdr) *part = object->dlpi_phdr; part < end; part++) {
    if (part->p_type != PT_LOAD) continue;
    unsigned long first = page_of(object->dlpi_addr + part->p_vaddr);
    const unsigned long last = page_of(object->dlpi_addr + part->p_vaddr + part->p_memsz + PAGE_BYTES - 1);
    const int is_writable = (part->p_flags & PF_W) != 0;
    if (is_writable && first < read_only_end && read_only_end < last) first = read_only_end;
    madvise((void *)first, last - first, is_writable ? POPULATE_WRITE : POPULATE_READ);
  }
  return 0;
}

__attribute__((constructor)) static void populate_program(void) {
  const int error = errno;
  dl_iterate_phdr(populate_object, 0);
  tell_host();
  errno = error;
}

/* In the place of that of the C library: V8 makes the pieces of its heap usable by it. */
int mprotect(void *address, size_t bytes, int protection) {
  const long status = syscall(SYS_mprotect, address, bytes, protection);
  if (status != 0 || uv_version == 0 || protection != (PROT_READ | PROT_WRITE)) return (int)status;
  if (bytes < MIN_PIECE_BYTES || bytes > MAX_PIECE_BYTES) return 0;
  const int error = errno;
  madvise(address, bytes, POPULATE_WRITE);
  tell_host();
  errno = error;
  return 0;
}
