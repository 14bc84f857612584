/* Faults in calls of the system, for tests: the n-th call of a kind on a path fails, or a signal arrives with it.
 *
 * fault_io.c defines write, open, fsync, rename, .. and passes them on by syscall().  Linked into a test program it stands in
 * for libc's; built as a module it does so by LD_PRELOAD, with the rules in the environment variable FAULT_IO.
 *
 *   rules    RULE[;RULE..]          RULE    CALL:PATH:N:ACTION
 *   CALL     name of the call, or * for any      PATH    part of its path, or * for any
 *   N        the n-th such call from now on; N+: that one and all later ones
 *   ACTION   an errno (ENOSPC EIO EDQUOT EROFS EINTR EXDEV EMFILE), SHORT (half of a read or write), or a signal (KILL INT TERM
 *            USR2 STOP CONT), which is raised before the call
 *
 * As a module it also moves the wall clock: FAULT_IO_CLOCK=N:SECONDS adds SECONDS from the N-th look at it on. */
#ifndef CADLM_TESTS_ROBUST_FAULT_IO_H
#define CADLM_TESTS_ROBUST_FAULT_IO_H

/* Replaces the rules and sets the counts to zero; NULL or "": none.  0: understood. */
int fault_io_set(const char *rules);
/* Calls seen since then that a rule "*:PATH:.." would count, for the first rule; so a loop knows when it is through. */
long fault_io_count(void);
/* How many faults were made. */
long fault_io_hits(void);
/* Syncs do nothing from now on (they take the time of a test, and no test cuts the power). */
void fault_io_skip_sync(int skip);

#endif
