#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>

#include "tagtiger/alloc.h"
#include "tagtiger/buf.h"
#include "trace.h"

#define PROGRAMS 4
#define THREADS 64

/* What changes files. Arguments that are paths come with the one before them
 * that holds the folder they start from; none: the working folder. */
enum kind {
	OPENS,
	WRITES,	   /* fd, data, length */
	WRITES_AT, /* and where */
	WRITES_V,  /* fd, iovec, count */
	TRUNCATES, /* fd, length */
	SYNCS,	   /* fd */
	UNLINKS,   /* path */
	RENAMES,   /* path, path */
	LINKS,	   /* path, path */
	MAKES,	   /* path: a folder */
	MAPS,
	/* Those that no program here does to its files: a failed test. */
	UNKNOWN_FD,
	UNKNOWN_TO_FD, /* the third argument is what is written to */
	UNKNOWN_PATH,
};

static const struct call {
	int number;
	enum kind kind;
	int path, to; /* arguments; -1: none */
	bool at;      /* folders stand before them */
} calls[] = {
	{ SYS_openat, OPENS, 1, -1, true },
	{ SYS_write, WRITES, -1, -1, false },
	{ SYS_pwrite64, WRITES_AT, -1, -1, false },
	{ SYS_writev, WRITES_V, -1, -1, false },
	{ SYS_ftruncate, TRUNCATES, -1, -1, false },
	{ SYS_fsync, SYNCS, -1, -1, false },
	{ SYS_fdatasync, SYNCS, -1, -1, false },
	{ SYS_unlinkat, UNLINKS, 1, -1, true },
	{ SYS_renameat2, RENAMES, 1, 3, true },
	{ SYS_linkat, LINKS, 1, 3, true },
	{ SYS_mkdirat, MAKES, 1, -1, true },
	{ SYS_mmap, MAPS, -1, -1, false },
	{ SYS_truncate, UNKNOWN_PATH, 0, -1, false },
	{ SYS_symlinkat, UNKNOWN_PATH, 2, -1, true },
	{ SYS_pwritev, UNKNOWN_FD, -1, -1, false },
	{ SYS_pwritev2, UNKNOWN_FD, -1, -1, false },
	{ SYS_fallocate, UNKNOWN_FD, -1, -1, false },
	{ SYS_sendfile, UNKNOWN_FD, -1, -1, false },
	{ SYS_copy_file_range, UNKNOWN_TO_FD, -1, -1, false },
	{ SYS_splice, UNKNOWN_TO_FD, -1, -1, false },
#ifdef SYS_renameat
	{ SYS_renameat, RENAMES, 1, 3, true },
#endif
#ifdef SYS_open /* older architectures have these too */
	{ SYS_open, OPENS, 0, -1, false },
	{ SYS_creat, UNKNOWN_PATH, 0, -1, false },
	{ SYS_unlink, UNLINKS, 0, -1, false },
	{ SYS_rmdir, UNLINKS, 0, -1, false },
	{ SYS_rename, RENAMES, 0, 1, false },
	{ SYS_link, LINKS, 0, 1, false },
	{ SYS_mkdir, MAKES, 0, -1, false },
	{ SYS_symlink, UNKNOWN_PATH, 1, -1, false },
#endif
};
#define NCALLS (sizeof calls / sizeof calls[0])

struct thread {
	pid_t tid;
	int program;
	bool waits; /* at a call, for another's to be through */
};

struct trace {
	struct platter *platter;
	void (*told)(int who, const char *line);
	struct {
		pid_t pid; /* 0: it has ended */
		struct buf said;
	} programs[PROGRAMS];
	struct thread threads[THREADS];
	size_t nthreads;
	/* The call that is under way, of one thread. */
	struct under_way {
		pid_t tid; /* 0: none */
		const struct call *call;
		uint64_t args[6];
		int node, to_node;	 /* what path and to are, if known */
		int folder, to_folder;	 /* and what they stand in; -1 */
		char *name, *to_name;
		uint64_t at;
	} now;
};

/* ---- ptrace ---- */

/* By number: the C library's header does not go with the kernel's. */
static long
trace(long request, pid_t tid, uintptr_t addr, uintptr_t data)
{
	return syscall(SYS_ptrace, request, (long)tid, addr, data);
}

static long
resume(pid_t tid, bool to_exit, int sig)
{
	return trace(to_exit ? PTRACE_SYSCALL : PTRACE_CONT, tid, 0,
	    (uintptr_t)sig);
}

void
trace_me(void)
{
	struct sock_filter f[2 * NCALLS + 2];
	struct sock_fprog program = { .filter = f };
	unsigned short n = 0;

	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < NCALLS; i++) {
		f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ |
		    BPF_K, (unsigned)calls[i].number, 0, 1);
		f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    SECCOMP_RET_TRACE);
	}
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
	    SECCOMP_RET_ALLOW);
	program.len = n;
	if (trace(PTRACE_TRACEME, 0, 0, 0) < 0)
		_exit(125);
	raise(SIGSTOP);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		_exit(125);
}

const char *
trace_possible(void)
{
	struct ptrace_syscall_info info;
	int status = 0;
	pid_t pid = fork();
	bool tells;

	if (pid == 0) {
		trace_me();
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, __WALL) != pid)
		return "no process can be made";
	if (!WIFSTOPPED(status))
		return "processes cannot be traced here";
	tells = trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info,
	    (uintptr_t)&info) >= 0;
	resume(pid, false, 0);
	waitpid(pid, &status, __WALL);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return "there is no seccomp here";
	return tells ? NULL : "the kernel is older than Linux 5.3";
}

void
trace_program(struct trace *t, int who, pid_t pid)
{
	int status;

	assert_true(who < PROGRAMS && t->nthreads < THREADS);
	assert_int_equal(waitpid(pid, &status, __WALL), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(trace(PTRACE_SETOPTIONS, pid, 0,
	    PTRACE_O_EXITKILL | PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE |
	    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
	    PTRACE_O_TRACESYSGOOD), 0);
	t->programs[who].pid = pid;
	t->threads[t->nthreads++] = (struct thread){ pid, who, false };
	resume(pid, false, 0);
}

struct trace *
trace_new(struct platter *p, void (*told)(int who, const char *line))
{
	struct trace *t = xcalloc(1, sizeof *t);

	t->platter = p;
	t->told = told;
	return t;
}

/* ---- what a call is about ---- */

static size_t
read_memory(pid_t tid, uint64_t from, void *to, size_t len)
{
	char path[48];
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/mem", (int)tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : pread(fd, to, len, (off_t)from);
	if (fd >= 0)
		close(fd);
	return n < 0 ? 0 : (size_t)n;
}

static bool
fd_stat(pid_t tid, uint64_t fd, struct stat *st)
{
	char path[48];

	snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)tid, (int)fd);
	return stat(path, st) == 0;
}

static int
fd_node(struct trace *t, pid_t tid, uint64_t fd)
{
	struct stat st;

	return fd_stat(tid, fd, &st) ? platter_find(t->platter, &st) : -1;
}

/* Where a plain write goes. */
static uint64_t
fd_place(pid_t tid, uint64_t fd)
{
	unsigned long long pos = 0;
	unsigned flags = 0;
	struct stat st;
	char path[48];
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)tid, (int)fd);
	f = fopen(path, "re");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "pos: %llu flags: %o", &pos, &flags), 2);
	fclose(f);
	if ((flags & O_APPEND) != 0 && fd_stat(tid, fd, &st))
		return (uint64_t)st.st_size;
	return pos;
}

/* Its folder and its name; -1 where that is none that we note. *st is of the
 * path itself, st_ino 0 where nothing is there. */
static int
path_node(struct trace *t, pid_t tid, uint64_t from, bool at, uint64_t dirfd,
    char **name, struct stat *st)
{
	char path[PATH_MAX] = "", whole[PATH_MAX + 64], *slash;
	struct stat folder;

	memset(st, 0, sizeof *st);
	read_memory(tid, from, path, sizeof path - 1);
	if (path[0] == '/')
		snprintf(whole, sizeof whole, "%s", path);
	else if (at && (int)dirfd != AT_FDCWD)
		snprintf(whole, sizeof whole, "/proc/%d/fd/%d/%s", (int)tid,
		    (int)dirfd, path);
	else
		snprintf(whole, sizeof whole, "/proc/%d/cwd/%s", (int)tid,
		    path);
	if (lstat(whole, st) < 0)
		st->st_ino = 0;
	slash = strrchr(whole, '/');
	*name = xstrdup(slash + 1);
	*slash = '\0';
	return stat(whole, &folder) == 0 ? platter_find(t->platter, &folder) :
	    -1;
}

static void
paths(struct trace *t, struct under_way *u)
{
	const struct call *c = u->call;
	struct stat st;

	u->folder = u->to_folder = u->node = u->to_node = -1;
	if (c->path >= 0) {
		u->folder = path_node(t, u->tid, u->args[c->path], c->at,
		    c->at ? u->args[c->path - 1] : 0, &u->name, &st);
		if (st.st_ino != 0)
			u->node = platter_find(t->platter, &st);
	}
	if (c->to >= 0)
		u->to_folder = path_node(t, u->tid, u->args[c->to], c->at,
		    c->at ? u->args[c->to - 1] : 0, &u->to_name, &st);
}

/* Its standard output: whole lines of it are told at once. */
static void
hear(struct trace *t, int who, pid_t tid, const uint64_t args[6])
{
	struct buf *said = &t->programs[who].said;
	size_t len = (size_t)args[2];
	char *end;

	buf_reserve(said, len);
	said->len += read_memory(tid, args[1], said->data + said->len, len);
	said->data[said->len] = '\0';
	while ((end = strchr(said->data, '\n')) != NULL) {
		*end = '\0';
		platter_told(t->platter, who);
		t->told(who, said->data);
		said->len -= (size_t)(end + 1 - said->data);
		memmove(said->data, end + 1, said->len + 1);
	}
}

/* Is it one that we note, as far as one can tell before it is done? */
static bool
concerns(struct trace *t, struct under_way *u, int who)
{
	const uint64_t *a = u->args;

	paths(t, u);
	switch (u->call->kind) {
	case WRITES:
		if (a[0] == 1) {
			hear(t, who, u->tid, a);
			return false;
		}
		/* fallthrough */
	case WRITES_V:
		u->node = fd_node(t, u->tid, a[0]);
		if (u->node >= 0)
			u->at = fd_place(u->tid, a[0]);
		return u->node >= 0;
	case WRITES_AT:
	case TRUNCATES:
	case SYNCS:
	case UNKNOWN_FD:
		u->node = fd_node(t, u->tid, a[0]);
		return u->node >= 0;
	case UNKNOWN_TO_FD:
		u->node = fd_node(t, u->tid, a[2]);
		return u->node >= 0;
	case MAPS:
		if ((a[2] & PROT_WRITE) == 0 || (a[3] & MAP_SHARED) == 0 ||
		    (a[3] & MAP_ANONYMOUS) != 0)
			return false;
		u->node = fd_node(t, u->tid, a[4]);
		return u->node >= 0;
	case OPENS:
		/* also elsewhere: it may get the number of a removed one */
		return (a[u->call->path + 1] & (O_CREAT | O_TRUNC)) != 0;
	default:
		return u->folder >= 0 || u->to_folder >= 0;
	}
}

/* ---- what it has done ---- */

static void
note_write(struct trace *t, const struct under_way *u, size_t len)
{
	char *data = xmalloc(len + 1);

	assert_int_equal(read_memory(u->tid, u->args[1], data, len), len);
	platter_write(t->platter, u->node, u->at, data, len);
	free(data);
}

static void
note_write_v(struct trace *t, const struct under_way *u, size_t len)
{
	struct iovec v[64];
	size_t n = (size_t)u->args[2], part;
	struct buf b = BUF_INIT;

	assert_true(n <= 64);
	assert_int_equal(read_memory(u->tid, u->args[1], v, n * sizeof *v),
	    n * sizeof *v);
	for (size_t i = 0; i < n && b.len < len; i++) {
		part = v[i].iov_len < len - b.len ? v[i].iov_len :
		    len - b.len;
		buf_reserve(&b, part);
		b.len += read_memory(u->tid, (uintptr_t)v[i].iov_base,
		    b.data + b.len, part);
	}
	assert_int_equal(b.len, len);
	platter_write(t->platter, u->node, u->at, b.data, b.len);
	buf_free(&b);
}

static void
note_open(struct trace *t, const struct under_way *u, uint64_t fd)
{
	struct stat st;

	if (!fd_stat(u->tid, fd, &st))
		return;
	if (u->node >= 0) { /* it was there */
		if ((u->args[u->call->path + 1] & O_TRUNC) != 0)
			platter_truncate(t->platter, u->node, 0);
	} else if (u->folder >= 0 && S_ISREG(st.st_mode)) {
		platter_link(t->platter, u->folder, u->name,
		    platter_add(t->platter, &st));
	} else {
		platter_forget(t->platter, &st);
	}
}

static void
note_name(struct trace *t, const struct under_way *u)
{
	struct platter *p = t->platter;

	if (u->call->kind == UNLINKS) {
		platter_unlink(p, u->folder, u->name);
		return;
	}
	/* From elsewhere to here, or the other way, is not known. */
	assert_true(u->folder >= 0 && u->to_folder >= 0 && u->node >= 0);
	if (u->call->kind == RENAMES)
		platter_rename(p, u->folder, u->name, u->to_folder,
		    u->to_name, u->node);
	else
		platter_link(p, u->to_folder, u->to_name, u->node);
}

static void
note_folder(struct trace *t, const struct under_way *u)
{
	struct stat st;
	char *name;

	path_node(t, u->tid, u->args[u->call->path], u->call->at,
	    u->call->at ? u->args[u->call->path - 1] : 0, &name, &st);
	free(name);
	assert_true(st.st_ino != 0);
	platter_link(t->platter, u->folder, u->name,
	    platter_add(t->platter, &st));
}

static void
note(struct trace *t, const struct under_way *u, uint64_t result)
{
	switch (u->call->kind) {
	case OPENS: note_open(t, u, result); break;
	case WRITES:
	case WRITES_AT: note_write(t, u, (size_t)result); break;
	case WRITES_V: note_write_v(t, u, (size_t)result); break;
	case TRUNCATES:
		platter_truncate(t->platter, u->node, u->args[1]);
		break;
	case SYNCS: platter_sync(t->platter, u->node); break;
	case UNLINKS:
	case RENAMES:
	case LINKS: note_name(t, u); break;
	case MAKES: note_folder(t, u); break;
	default:
		fail_msg("system call %d changed a file: this test does not "
		    "know it", u->call->number);
	}
}

/* ---- the loop ---- */

static struct thread *
thread_of(struct trace *t, pid_t tid)
{
	unsigned pid = 0;
	char path[48], line[128];
	FILE *f;

	for (size_t i = 0; i < t->nthreads; i++) {
		if (t->threads[i].tid == tid)
			return &t->threads[i];
	}
	/* A new one, which stops before its parent tells of it. */
	snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof line, f) != NULL &&
	    sscanf(line, "Tgid: %u", &pid) != 1)
		;
	if (f != NULL)
		fclose(f);
	assert_true(t->nthreads < THREADS);
	for (int who = 0; who < PROGRAMS; who++) {
		if (pid == 0 || (pid_t)pid != t->programs[who].pid)
			continue;
		t->threads[t->nthreads] = (struct thread){ tid, who, false };
		return &t->threads[t->nthreads++];
	}
	fail_msg("process %d is of no program", (int)tid);
	return NULL;
}

static void
under_way_end(struct under_way *u)
{
	free(u->name);
	free(u->to_name);
	*u = (struct under_way){ 0 };
}

static void
ended(struct trace *t, pid_t tid)
{
	for (int who = 0; who < PROGRAMS; who++) {
		if (t->programs[who].pid == tid)
			t->programs[who].pid = 0;
	}
	for (size_t i = 0; i < t->nthreads; i++) {
		if (t->threads[i].tid == tid)
			t->threads[i--] = t->threads[--t->nthreads];
	}
	if (t->now.tid == tid)
		under_way_end(&t->now);
}

/* It stands before a call that changes files. */
static void
call_begin(struct trace *t, struct thread *th)
{
	struct ptrace_syscall_info info = { 0 };
	struct under_way u = { .tid = th->tid };

	th->waits = t->now.tid != 0;
	if (th->waits)
		return;
	trace(PTRACE_GET_SYSCALL_INFO, th->tid, sizeof info,
	    (uintptr_t)&info);
	assert_int_equal(info.op, PTRACE_SYSCALL_INFO_SECCOMP);
	for (size_t i = 0; i < NCALLS; i++) {
		if ((int)info.seccomp.nr == calls[i].number)
			u.call = &calls[i];
	}
	assert_non_null(u.call);
	for (int i = 0; i < 6; i++)
		u.args[i] = info.seccomp.args[i];
	if (u.call->kind == WRITES_AT)
		u.at = u.args[3];
	if (concerns(t, &u, th->program)) {
		t->now = u;
		resume(th->tid, true, 0);
	} else {
		under_way_end(&u);
		resume(th->tid, false, 0);
	}
}

static void
call_end(struct trace *t)
{
	struct ptrace_syscall_info info = { 0 };
	pid_t tid = t->now.tid;

	trace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, (uintptr_t)&info);
	assert_int_equal(info.op, PTRACE_SYSCALL_INFO_EXIT);
	if (!info.exit.is_error)
		note(t, &t->now, (uint64_t)info.exit.rval);
	under_way_end(&t->now);
	resume(tid, false, 0);
}

static void
stopped(struct trace *t, pid_t tid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;
	struct thread *th;

	if (event == PTRACE_EVENT_SECCOMP) {
		call_begin(t, thread_of(t, tid));
	} else if (sig == (SIGTRAP | 0x80) && tid == t->now.tid) {
		call_end(t);
	} else if (event != 0 || sig == SIGSTOP) {
		/* a clone, an exec; a new thread's first stop */
		th = thread_of(t, tid);
		resume(th->tid, false, 0);
	} else {
		resume(tid, tid == t->now.tid, sig);
	}
	for (size_t i = 0; t->now.tid == 0 && i < t->nthreads; i++) {
		if (t->threads[i].waits)
			call_begin(t, &t->threads[i]);
	}
}

size_t
trace_run(struct trace *t, size_t ops)
{
	size_t running = 0;
	int status;
	pid_t tid;

	while (platter_ops(t->platter) < ops || t->now.tid != 0) {
		tid = waitpid(-1, &status, __WALL);
		if (tid < 0 && errno == EINTR)
			continue;
		if (tid < 0)
			break;
		if (WIFSTOPPED(status))
			stopped(t, tid, status);
		else
			ended(t, tid);
	}
	for (int who = 0; who < PROGRAMS; who++)
		running += t->programs[who].pid != 0;
	return running;
}

void
trace_kill(struct trace *t)
{
	int status;

	for (int who = 0; who < PROGRAMS; who++) {
		if (t->programs[who].pid != 0)
			kill(t->programs[who].pid, SIGKILL);
		buf_free(&t->programs[who].said);
	}
	while (waitpid(-1, &status, __WALL) > 0 || errno == EINTR)
		;
	under_way_end(&t->now);
	free(t);
}
