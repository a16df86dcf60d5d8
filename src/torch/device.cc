/*
 * Which device there is. CUDA's half of libtorch is opened before the first
 * question about it, since libtorch looks its hooks up once; and only where
 * there is a driver.
 */
#include "priv.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <dlfcn.h>
#include <mutex>
#include <unistd.h>

namespace tt {

struct Cuda {
	bool found = false;
	std::string name, why;
	int64_t memory = 0;
};

/* The driver's own functions, as cuda.h declares them. */
using InitFn = int(unsigned);
using DeviceFn = int(int *, int);
using NameFn = int(char *, int, int);
using MemoryFn = int(size_t *, int);

template <class F> static F *
function_of(void *lib, const char *name)
{
	return reinterpret_cast<F *>(dlsym(lib, name));
}

static void
ask_driver(Cuda &c, void *driver)
{
	auto *init = function_of<InitFn>(driver, "cuInit");
	auto *device = function_of<DeviceFn>(driver, "cuDeviceGet");
	auto *name = function_of<NameFn>(driver, "cuDeviceGetName");
	auto *memory = function_of<MemoryFn>(driver, "cuDeviceTotalMem_v2");
	char text[128] = "GPU";
	size_t bytes = 0;
	int d = 0;

	if (init != nullptr && device != nullptr && init(0) == 0 &&
	    device(&d, 0) == 0) {
		if (name != nullptr)
			name(text, sizeof text, d);
		if (memory != nullptr)
			memory(&bytes, d);
	}
	c.name = text;
	c.memory = (int64_t)bytes;
}

static Cuda
look()
{
	Cuda c;
	void *driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);

	if (driver == nullptr && access("/dev/nvidiactl", F_OK) != 0) {
		c.why = "no NVIDIA driver on this machine";
		return c;
	}
	if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
		const char *e = dlerror();

		c.why = std::string("libtorch's CUDA part does not load: ") +
		    (e != nullptr ? e : "no reason given");
		return c;
	}
	if (at::detail::getCUDAHooks().getNumGPUs() < 1) {
		c.why = "the NVIDIA driver shows no device";
		return c;
	}
	if (driver != nullptr)
		ask_driver(c, driver);
	c.found = true;
	return c;
}

bool
cuda_found(std::string &name, int64_t &memory, std::string &why)
{
	static std::once_flag once;
	static Cuda c;

	std::call_once(once, [] {
		try {
			c = look();
		} catch (const std::exception &e) {
			c.why = e.what();
		}
	});
	name = c.name;
	memory = c.memory;
	why = c.why;
	return c.found;
}

} // namespace tt
