#include "core/worker_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* A child computes and answers through its pipe: it needs no socket, no other program, no other
 * process and no file to write. What it asks for all the same fails with EPERM (new forms of
 * calls with ENOSYS, so that libraries fall back to the old ones). */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#define X32_BIT 0x40000000u /* the same calls under other numbers, where the kernel has that ABI */
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#ifdef ARCH

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(error) ANSWER(SECCOMP_RET_ERRNO | (error))
/* A call by its number: refused, or passed on to the next line. */
#define NO(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), REFUSE(EPERM)
#define OLD(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), REFUSE(ENOSYS)
/* An open by its flags (argument `arg`, a 32-bit number): only for reading. */
#define READ_ONLY(call, arg)                                                                                                   \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 4), LOAD(args[arg]),                                                        \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0, 1), REFUSE(EPERM),           \
        ANSWER(SECCOMP_RET_ALLOW)

void cad_worker_guard(void)
{
    struct sock_filter rules[] = {
        LOAD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        REFUSE(EPERM),
        LOAD(nr),
#ifdef __x86_64__
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1),
        REFUSE(ENOSYS),
        READ_ONLY(SYS_open, 1),
        NO(SYS_creat),
        NO(SYS_fork),
        NO(SYS_vfork),
        NO(SYS_unlink),
        NO(SYS_rename),
        NO(SYS_mkdir),
        NO(SYS_rmdir),
        NO(SYS_link),
        NO(SYS_symlink),
        NO(SYS_chmod),
        NO(SYS_chown),
        NO(SYS_mknod),
#endif
        READ_ONLY(SYS_openat, 2),
        OLD(SYS_openat2),
        OLD(SYS_clone3),
        OLD(SYS_io_uring_setup),
        NO(SYS_clone),
        NO(SYS_execve),
        NO(SYS_execveat),
        NO(SYS_socket),
        NO(SYS_socketpair),
        NO(SYS_connect),
        NO(SYS_bind),
        NO(SYS_listen),
        NO(SYS_ptrace),
        NO(SYS_process_vm_readv),
        NO(SYS_process_vm_writev),
        NO(SYS_unlinkat),
        NO(SYS_renameat),
        NO(SYS_renameat2),
        NO(SYS_mkdirat),
        NO(SYS_linkat),
        NO(SYS_symlinkat),
        NO(SYS_truncate),
        NO(SYS_fchmodat),
        NO(SYS_fchownat),
        NO(SYS_mknodat),
        NO(SYS_mount),
        NO(SYS_setpgid),
        NO(SYS_setsid),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    /* A system without filters still has the limits. */
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

void cad_worker_guard(void) {}

#endif
