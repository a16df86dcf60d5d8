#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tagtiger/err.h"
#include "tagtiger/job.h"
#include "tagtiger/torch.h"
#include "tagtiger/torch_load.h"

#define SHIM "libtagtiger-torch.so"

#ifndef TAGTIGER_LIBDIR
#define TAGTIGER_LIBDIR "/usr/local/lib/tagtiger"
#endif

typedef const struct torch_api *api_fn(int version);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const struct torch_api *opened;

/*
 * libtorch's threads meet at a barrier some thousand times a second, and by
 * default spin there for milliseconds: on a machine with other work to do a
 * fine-tuning step then took three times as long, for three times the
 * processor time. libgomp reads the environment when it is loaded; before
 * main() is the only time when it may be changed without a second thread
 * looking.
 */
static void __attribute__((constructor))
wait_without_spinning(void)
{
	if (getenv("OMP_WAIT_POLICY") == NULL)
		setenv("GOMP_SPINCOUNT", "1000", 0);
}

bool
torch_built(void)
{
#ifdef TAGTIGER_HAVE_TORCH
	return true;
#else
	return false;
#endif
}

int
torch_failed(struct err *err, const struct torch_err *terr)
{
	return err_set(err, "%s", terr->text[0] ? terr->text :
	    "libtorch failed without a reason");
}

/* The file in a folder told from the program's own. */
static int
near_program(const char *dir, char *path, size_t size)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	char *slash;

	if (n <= 0)
		return -1;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash == NULL)
		return -1;
	*slash = '\0';
	if ((size_t)snprintf(path, size, "%s%s/" SHIM, exe, dir) >=
	    size)
		return -1;
	return access(path, F_OK);
}

static int
find_shim(char *path, size_t size, struct err *err)
{
	const char *env = getenv("TAGTIGER_TORCH_SHIM");

	if (env != NULL && *env != '\0') {
		if ((size_t)snprintf(path, size, "%s", env) >= size ||
		    access(path, R_OK) != 0)
			return err_set(err, "TAGTIGER_TORCH_SHIM=%s: %s", env,
			    strerror(errno));
		return 0;
	}
	/* Built, and installed under whatever prefix. */
	if (near_program("", path, size) == 0 ||
	    near_program("/../lib/tagtiger", path, size) == 0)
		return 0;
	snprintf(path, size, "%s", TAGTIGER_LIBDIR "/" SHIM);
	if (access(path, R_OK) == 0)
		return 0;
	if (!torch_built())
		return err_set(err, "this program was built without libtorch, "
		    "which text encoders and fine-tuning need: "
		    "./configure --install-deps && make builds it in");
	return err_set(err, SHIM " is neither beside the program nor in %s: "
	    "make install puts it there, TAGTIGER_TORCH_SHIM=FILE names it",
	    TAGTIGER_LIBDIR);
}

static const struct torch_api *
open_shim(struct err *err)
{
	const struct torch_api *api = NULL;
	char path[PATH_MAX];
	void *lib, *symbol;
	api_fn *get;

	if (find_shim(path, sizeof path, err) != 0)
		return NULL;
	/* Without a slash dlopen would look in the system's folders. RTLD_LOCAL
	 * keeps libtorch's BLAS names to itself. */
	if (strchr(path, '/') == NULL) {
		char plain[PATH_MAX];

		memcpy(plain, path, sizeof plain);
		if ((size_t)snprintf(path, sizeof path, "./%s", plain) >=
		    sizeof path) {
			err_set(err, "%s: too long a name", plain);
			return NULL;
		}
	}
	lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (lib == NULL) {
		err_set(err, "libtorch does not load: %s", dlerror());
		return NULL;
	}
	symbol = dlsym(lib, "tagtiger_torch_api");
	if (symbol != NULL) {
		memcpy(&get, &symbol, sizeof get);
		api = get(TORCH_API_VERSION);
	}
	if (api == NULL) {
		dlclose(lib);
		err_set(err, "%s is not of this version of the program: "
		    "build and install both together", path);
	}
	return api;
}

const struct torch_api *
torch_load(struct err *err)
{
	const struct torch_api *api;
	struct torch_err terr;

	pthread_mutex_lock(&lock);
	if (opened == NULL)
		opened = open_shim(err);
	api = opened;
	pthread_mutex_unlock(&lock);
	if (api == NULL)
		return NULL;
	/* OpenMP keeps the number for each thread that starts others. */
	if (api->threads_set(thread_count(), &terr) != TORCH_OK) {
		torch_failed(err, &terr);
		return NULL;
	}
	return api;
}
