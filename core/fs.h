/* Files.  Nothing else in the tree opens, writes, syncs, renames or removes one (HDF5 works on a path that this file made).
 *
 * Writers write beside the target, sync, rename and sync the parent, so that no reader sees half a file.  Messages name the
 * path.  Codes: CAD_ENOTFOUND (missing input), CAD_EIO (read error), CAD_EWRITE (cannot write, disk full). */
#ifndef CADLM_CORE_FS_H
#define CADLM_CORE_FS_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- reading ---- */
/* Appends the whole file to *out, which the caller owns.  More than `limit` bytes (0: no limit): CAD_EDATA. */
CAD_MUST_USE cad_status cad_fs_read(const char *path, size_t limit, cad_buf *out);

/* The same for a file that gzip made, of one member or several: what it holds.  `limit` (not 0) bounds both what is read and
 * what comes out, whatever the file promises.  Errors: those of cad_fs_read, CAD_ECORRUPT (no gzip file, damaged, cut off). */
CAD_MUST_USE cad_status cad_fs_read_gzip(const char *path, size_t limit, cad_buf *out);

/* The same for a file of /proc or /sys, which does not know its size. */
CAD_MUST_USE cad_status cad_fs_read_kernel(const char *path, cad_buf *out);

/* The same for standard input, up to its end; a pipe is fine. */
CAD_MUST_USE cad_status cad_fs_read_stdin(size_t limit, cad_buf *out);

typedef struct cad_file cad_file; /* a regular file open for reading */
CAD_MUST_USE cad_status cad_file_open(const char *path, cad_file **out);
uint64_t cad_file_size(const cad_file *f); /* when it was opened */
const char *cad_file_path(const cad_file *f);
/* Exactly `len` bytes from `offset`; a file that became shorter is CAD_ECORRUPT. */
CAD_MUST_USE cad_status cad_file_read_at(cad_file *f, uint64_t offset, void *out, size_t len);
void cad_file_close(cad_file *f);

/* ---- writing ---- */
/* Replaces `path` as a whole with `len` bytes. */
CAD_MUST_USE cad_status cad_fs_write(const char *path, const void *data, size_t len);
/* The same without waiting for the disk, for thousands of small files that can be made again: a process that is killed leaves
 * the old file or the new one, a machine that loses its power perhaps an empty one. */
CAD_MUST_USE cad_status cad_fs_write_many(const char *path, const void *data, size_t len);

/* A replacement of one file, invisible until commit.  A link is followed; what exists and is no regular file (a device, a pipe,
 * a folder) is CAD_EWRITE, never replaced. */
typedef struct cad_writer cad_writer;
CAD_MUST_USE cad_status cad_writer_open(const char *path, cad_writer **out);
CAD_MUST_USE cad_status cad_writer_add(cad_writer *w, const void *data, size_t len);
const char *cad_writer_temp_path(const cad_writer *w);    /* for libraries that write by path: the file exists, empty */
CAD_MUST_USE cad_status cad_writer_commit(cad_writer *w); /* sync, rename, sync the folder; frees w in any case */
void cad_writer_abort(cad_writer *w);                     /* removes what was written; NULL is fine */

/* Append-only logs: each call adds one whole line by one write (the LF is added here). */
typedef struct cad_appender cad_appender;
CAD_MUST_USE cad_status cad_appender_open(const char *path, cad_appender **out); /* drops a torn last line */
CAD_MUST_USE cad_status cad_appender_line(cad_appender *a, const char *text, size_t len);
/* The same for logs of binary records: the first `keep` bytes stay, the rest is cut off; each call adds `len` bytes by one
 * write.  A file shorter than `keep`: CAD_EIO. */
CAD_MUST_USE cad_status cad_appender_open_at(const char *path, uint64_t keep, cad_appender **out);
CAD_MUST_USE cad_status cad_appender_bytes(cad_appender *a, const void *data, size_t len);
CAD_MUST_USE cad_status cad_appender_sync(cad_appender *a);
void cad_appender_close(cad_appender *a);

/* Lock files: held by the kernel for the life of the process, so a lock of a dead process is free; `owner` is written into the
 * file for people, and for `judge` of a later process.  Errors: CAD_ELOCKED with the owner's text, or when another process
 * keeps the folder itself locked for seconds; CAD_EWRITE. */
typedef struct cad_lock cad_lock;
enum { CAD_LOCK_OWNER = 600 }; /* longest owner, with NUL */
/* Asked when the kernel says that another process holds the lock, or (held = false) that nobody does and the file still names
 * an owner, which may run on another host.  CAD_OK: it is taken over.  NULL: held is locked, a leftover is free. */
typedef cad_status cad_lock_judge(void *ctx, const char *path, const char *owner, bool held);
CAD_MUST_USE cad_status cad_lock_take(const char *path, const char *owner, cad_lock_judge *judge, void *ctx, cad_lock **out);
/* CAD_OK: no process holds that lock; nothing is taken, so any number may look at once.  CAD_ELOCKED with the owner's text. */
CAD_MUST_USE cad_status cad_lock_look(const char *path);
CAD_MUST_USE cad_status cad_lock_check(const cad_lock *l); /* CAD_ELOCKED: another process took it over */
void cad_lock_release(cad_lock *l);                        /* removes the file; NULL is fine */

/* ---- folders and names ---- */
bool cad_fs_exists(const char *path);
bool cad_fs_leads_nowhere(const char *path); /* a link whose target is not there */
bool cad_fs_is_dir(const char *path);
bool cad_fs_is_file(const char *path);          /* a regular file, or a link to one */
bool cad_fs_same(const char *a, const char *b); /* two names of one file: links and ./ too; false where one is absent */
CAD_MUST_USE cad_status cad_fs_mkdirs(const char *path); /* with parents; existing ones are fine */
/* Puts the finished folder `temp` in the place of `path` (which must not exist).  Syncs its files (not those of folders inside)
 * and both parents. */
CAD_MUST_USE cad_status cad_fs_commit_dir(const char *temp, const char *path);
/* The same for one file, which replaces what is there: synced, renamed, the folder synced. */
CAD_MUST_USE cad_status cad_fs_commit_file(const char *temp, const char *path);
CAD_MUST_USE cad_status cad_fs_remove_tree(const char *path);  /* missing is fine; never follows links */
CAD_MUST_USE cad_status cad_fs_remove(const char *path);       /* one file or link; missing is fine */
CAD_MUST_USE cad_status cad_fs_remove_empty(const char *path); /* one folder; left when it holds something */
CAD_MUST_USE cad_status cad_fs_symlink_replace(const char *target, const char *link); /* by rename */
/* The file under a second name, which is free: as a link to the same bytes where the disk has that, else as a copy.  Neither
 * waits for the disk. */
CAD_MUST_USE cad_status cad_fs_link_many(const char *from, const char *to);
CAD_MUST_USE cad_status cad_fs_readlink(const char *link, cad_buf *out);
/* Removes what writers of a process that was killed left in a folder ("train.jsonl.tmp.4711"); `a` is rewound.  No folder is
 * fine. */
CAD_MUST_USE cad_status cad_fs_sweep(const char *dir, cad_arena *a);
/* Names (not paths) in a folder, sorted by bytes, without "." and ".."; arrays live in `a`. */
CAD_MUST_USE cad_status cad_fs_list(const char *path, cad_arena *a, const char ***out, size_t *count);
CAD_MUST_USE cad_status cad_fs_free_bytes(const char *path, uint64_t *out);
/* The first of PATH, PATH.1, PATH.2, .. that is the name of nothing, not even of a broken link.  *before (may be NULL): the one
 * before it, empty when PATH was free.  Both replace what was there.  CAD_EWRITE: none of ten thousand is free. */
CAD_MUST_USE cad_status cad_fs_free_name(const char *path, cad_buf *before, cad_buf *out);
/* When the file was last written, in Unix seconds; and marks it as written now. */
CAD_MUST_USE cad_status cad_fs_modified(const char *path, double *out);
CAD_MUST_USE cad_status cad_fs_touch(const char *path);
/* The same clock as cad_fs_modified, which may be that of a file server: the time of a file made in the folder and removed. */
CAD_MUST_USE cad_status cad_fs_now(const char *dir, double *out);
/* Appends `dir`/`name`, where the name comes from a file (`where`) that others wrote: it must be plain (cad_path_plain), and
 * what lies there must be no link, but one to a file in the same folder, or, where the folder is
 * <repository>/snapshots/<revision> as the cache of huggingface_hub makes it, in <repository>/blobs.  `dir` itself is the
 * user's and may be or lead through links. Nothing there is fine.  Errors: CAD_ECORRUPT. */
CAD_MUST_USE cad_status cad_fs_named(const char *where, const char *dir, const char *name, cad_buf *out);
CAD_MUST_USE cad_status cad_fs_absolute(const char *path, cad_buf *out);

/* XXH3-128 of a file's bytes in hex (33 bytes with NUL). */
CAD_MUST_USE cad_status cad_fs_hash(const char *path, char out[33]);

#ifdef __cplusplus
}
#endif
#endif
